//! Frames as other parties write them: other prefixes, default namespaces, comments, CDATA, words and extensions unknown to us.

use epp::command::{ClientFrame, CommandExt, Verb};
use epp::domain::{ContactRole, NameServers};
use epp::*;

#[test]
fn any_prefix_and_layout() {
    let plain = r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<epp xmlns="urn:ietf:params:xml:ns:epp-1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
     xsi:schemaLocation="urn:ietf:params:xml:ns:epp-1.0 epp-1.0.xsd">
  <command>
    <!-- a comment -->
    <create>
      <domain:create xmlns:domain="urn:ietf:params:xml:ns:domain-1.0" xsi:schemaLocation="urn:ietf:params:xml:ns:domain-1.0 domain-1.0.xsd">
        <domain:name>
          example.com
        </domain:name>
        <domain:period unit="y"> 2 </domain:period>
        <domain:contact type="admin">sh8013</domain:contact>
        <domain:authInfo><domain:pw><![CDATA[a<b>]]>&amp;<!-- x -->c</domain:pw></domain:authInfo>
      </domain:create>
    </create>
    <clTRID>ABC-12345</clTRID>
  </command>
</epp>"#;
    let prefixed = r#"<e:epp xmlns:e="urn:ietf:params:xml:ns:epp-1.0"><e:command><e:create><create xmlns="urn:ietf:params:xml:ns:domain-1.0"><name>example.com</name><period unit="y">2</period><contact type="admin">sh8013</contact><authInfo><pw>a&lt;b>&#38;c</pw></authInfo></create></e:create><e:clTRID>ABC-12345</e:clTRID></e:command></e:epp>"#;
    let one = read_command(plain.as_bytes()).unwrap();
    assert_eq!(read_command(prefixed.as_bytes()).as_ref(), Ok(&one));
    let Verb::Domain(domain::Command::Create(create)) = &one.verb else { panic!("{one:?}") };
    assert_eq!(create.name, "example.com");
    assert_eq!(create.period, Some(Period::years(2)));
    assert_eq!(create.auth_info.as_pw().map(Secret::expose), Some("a<b>&c"));
    assert_eq!(one.cltrid.as_deref(), Some("ABC-12345"));
}

#[test]
fn unknown_extensions_stand_by_themselves() {
    let xml = r#"<epp xmlns="urn:ietf:params:xml:ns:epp-1.0" xmlns:unused="urn:unused" xmlns:n="urn:names" xmlns:q="urn:q">
      <command><logout/><extension>
        <n:ext n:kind='q:word' xmlns:own="urn:own"><own:inner>x &amp; y</own:inner><plain xmlns=""/><logout/></n:ext>
      </extension></command></epp>"#;
    let command = read_command(xml.as_bytes()).unwrap();
    let [CommandExt::Unknown { ns, xml: raw }] = &command.extensions[..] else { panic!("{command:?}") };
    assert_eq!(ns, "urn:names");
    assert!(!raw.as_str().contains("urn:unused"), "{raw:?}");
    for part in ["xmlns:n=\"urn:names\"", "xmlns:q=\"urn:q\"", "xmlns=\"urn:ietf:params:xml:ns:epp-1.0\""] {
        assert_eq!(raw.as_str().matches(part).count(), 1, "{part} in {raw:?}");
    }
    // Well-formed by itself, and the same after another trip.
    assert_eq!(RawXml::parse(raw.as_str()).as_ref(), Ok(raw));
    assert_eq!(read_command(&write_command(&command).unwrap()), Ok(command.clone()));
    let document = roxmltree::Document::parse(raw.as_str()).unwrap();
    let names: Vec<_> = document.descendants().filter(|node| node.is_element()).map(|node| node.tag_name().namespace()).collect();
    assert_eq!(names, [Some("urn:names"), Some("urn:own"), Some(""), Some("urn:ietf:params:xml:ns:epp-1.0")]);
}

#[test]
fn extensions_need_a_namespace_of_their_own() {
    for inner in ["<x xmlns=\"\"/>", "<x/>"] {
        let xml = format!("<epp xmlns=\"{}\"><command><logout/><extension>{inner}</extension></command></epp>", ns::EPP);
        let error = read_command(xml.as_bytes()).unwrap_err();
        assert_eq!((error.kind, error.element.as_str()), (ReadErrorKind::Syntax, "x"));
    }
}

#[test]
fn open_words_are_kept() {
    let xml = r#"<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><response>
      <result code="2999"><msg lang="de">Unbekannt</msg>
        <value><d:name xmlns:d="urn:ietf:params:xml:ns:domain-1.0">x</d:name></value>
        <extValue><value><c:infData xmlns:c="urn:ietf:params:xml:ns:changePoll-1.0"/></value>
          <reason>urn:ietf:params:xml:ns:changePoll-1.0 not in login services</reason></extValue></result>
      <result code="2306"><msg>Policy</msg></result>
      <msgQ id="7" count="3"><msg>Low <b>balance</b> now</msg><qDate>2026-11-21T00:00:00Z</qDate></msgQ>
      <trID><svTRID>s-1</svTRID></trID>
      <extension><r:infData xmlns:r="urn:ietf:params:xml:ns:rgp-1.0"><r:rgpStatus s="serverHeld"/></r:infData>
        <x:y xmlns:x="urn:x"/></extension>
      <resData><domain:infData xmlns:domain="urn:ietf:params:xml:ns:domain-1.0">
        <domain:roid>R-1</domain:roid><domain:name>a.example</domain:name><domain:status s="registryOwnWord">why</domain:status>
        <domain:contact type="onsite">c-1</domain:contact><domain:contact>c-2</domain:contact>
        <domain:ns><domain:hostAttr><domain:hostName>ns.a.example</domain:hostName><domain:hostAddr>not an address</domain:hostAddr></domain:hostAttr></domain:ns>
        <domain:authInfo/><domain:clID>a-very-long-registrar-name</domain:clID><domain:crDate>yesterday</domain:crDate><domain:flavour>new</domain:flavour>
      </domain:infData></resData></response></epp>"#;
    let reply = read_response(xml.as_bytes()).unwrap();
    assert_eq!(reply.results.iter().map(|entry| entry.code).collect::<Vec<_>>(), [2999, 2306]);
    assert!(!reply.is_success() && !reply.closes_session());
    assert_eq!(reply.results[0].values[0].as_str(), r#"<d:name xmlns:d="urn:ietf:params:xml:ns:domain-1.0">x</d:name>"#);
    assert!(reply.results[0].ext_values[0].reason.starts_with("urn:ietf"));
    let queue = reply.msg_queue.as_ref().unwrap();
    assert_eq!((queue.count, queue.id.as_str(), queue.msg.as_deref()), (3, "7", Some("Low balance now")));
    assert_eq!(reply.extensions[0], ResponseExt::RgpInfo(vec![Status::new("serverHeld")]));
    assert!(matches!(&reply.extensions[1], ResponseExt::Unknown { ns, .. } if ns == "urn:x"));
    let Some(ResData::DomainInfo(info)) = &reply.res_data else { panic!("{reply:?}") };
    assert_eq!((info.statuses[0].s.as_str(), info.statuses[0].text.as_str()), ("registryOwnWord", "why"));
    assert_eq!(info.contacts[0].role, ContactRole::Other("onsite".into()));
    assert_eq!(info.contacts[1].role, ContactRole::Other(String::new()));
    let Some(NameServers::Attributes(hosts)) = &info.ns else { panic!("{info:?}") };
    assert_eq!(hosts[0].addrs[0].parse(), None);
    assert_eq!((&info.auth_info, info.cr_date.as_deref()), (&None, Some("yesterday")));
}

#[test]
fn data_of_other_objects_is_kept_whole() {
    let reply = |inner: &str| {
        format!(
            "<epp xmlns=\"{}\"><response><result code=\"1000\"><msg>ok</msg></result><resData>{inner}</resData><trID><svTRID>s-1</svTRID></trID></response></epp>",
            ns::EPP
        )
    };
    let read = |inner: &str| read_response(reply(inner).as_bytes()).unwrap().res_data;
    assert_eq!(read(""), None);
    let Some(ResData::Unknown(raw)) = read("<o:infData xmlns:o=\"urn:ietf:params:xml:ns:epp:org-1.0\"><o:id>x</o:id></o:infData>") else {
        panic!()
    };
    assert!(raw.as_str().contains("<o:id>x</o:id>"));
    let both = format!("<a:x xmlns:a=\"urn:a\"/><d:renData xmlns:d=\"{}\"><d:name>a.com</d:name></d:renData>", ns::DOMAIN);
    assert_eq!(read(&both), Some(ResData::Unknown(RawXml::parse(both.as_str()).unwrap())));
}

#[test]
fn replies_still_need_what_gives_them_meaning() {
    let whole = "<epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\"><response><result code=\"1000\"><msg>ok</msg></result>\
                 <trID><clTRID>c-1</clTRID><svTRID>s-1</svTRID></trID></response></epp>";
    assert!(read_response(whole.as_bytes()).is_ok());
    for (from, to, kind, element) in [
        (" code=\"1000\"", "", ReadErrorKind::Missing, "result@code"),
        ("1000", "ok", ReadErrorKind::Form, "result@code"),
        ("1000", "65536", ReadErrorKind::Range, "result@code"),
        ("1000", "-1", ReadErrorKind::Form, "result@code"),
        ("<msg>ok</msg>", "", ReadErrorKind::Missing, "msg"),
        ("<svTRID>s-1</svTRID>", "", ReadErrorKind::Missing, "svTRID"),
        ("<trID><clTRID>c-1</clTRID><svTRID>s-1</svTRID></trID>", "", ReadErrorKind::Missing, "trID"),
        ("<result code=\"1000\"><msg>ok</msg></result>", "", ReadErrorKind::Missing, "result"),
        ("<msg>ok</msg>", "<msg>ok</msg><msg>no</msg>", ReadErrorKind::Syntax, "msg"),
        ("</trID>", "</trID><trID><svTRID>s-2</svTRID></trID>", ReadErrorKind::Syntax, "trID"),
    ] {
        let error = read_response(whole.replace(from, to).as_bytes()).unwrap_err();
        assert_eq!((error.kind, error.element.as_str()), (kind, element), "{error}");
    }
}

#[test]
fn the_right_reader_for_each_frame() {
    let hello = write_hello();
    assert_eq!(read_client(&hello), Ok(ClientFrame::Hello));
    assert_eq!(read_command(&hello).unwrap_err().element, "hello");
    assert_eq!(read_server(&hello).unwrap_err().element, "hello");
    let reply = write_response(&Response::new(1000, None, "s-1")).unwrap();
    assert_eq!(read_client(&reply).unwrap_err().element, "response");
    assert_eq!(read_greeting(&reply).unwrap_err().element, "response");
}
