//! Writing a zone in DMAPI's form: one blank between words, texts in quotes, no `0 0` where nothing follows it (dmapi.md 9.2).

use super::tokens::quoted;
use model::HostName;
use model::hosted::{Data, DynamicLogin, Record};

/// One record, without line end; with `padded`, texts stand as the real service gave them back until 2020.
pub fn record(record: &Record, padded: bool) -> String {
    let kind = record.data.kind().word();
    let (label, ttl) = (&record.label, record.ttl_seconds);
    let plain = |priority: &str, target: &str| format!("{label} {kind} {priority} {target} {ttl}");
    match &record.data {
        Data::A(address) | Data::DynamicA(address) => plain("0", &address.to_string()),
        Data::Aaaa(address) | Data::DynamicAaaa(address) => plain("0", &address.to_string()),
        Data::Cname(target) | Data::Ns(target) => plain("0", target.as_str()),
        Data::Mx { preference, exchange } => plain(&preference.to_string(), exchange.as_str()),
        Data::Txt(text) if padded => plain("0", &format!(" {}", quoted(&format!("{text} ")))),
        Data::Txt(text) => plain("0", &quoted(text.as_str())),
        Data::Srv { priority, weight, port, target } => plain(&format!("{priority}/{weight}"), &format!("{target}:{port}")),
        Data::Naptr { order, preference, flags, service, regex, replacement } => {
            let parameters = [flags, service, regex].map(|text| quoted(text.as_str())).join(" ");
            format!("{} 0 0 {parameters}", plain(&format!("{order}/{preference}"), replacement.as_str()))
        }
        Data::Caa { flags, tag, value } => plain(&flags.to_string(), &format!("{tag} {}", quoted(value.as_str()))),
        Data::Url(address) => plain("0", address.as_str()),
        Data::Frame { address, header, head, title, body } => {
            let parameters = [header, head, title, body].map(|text| quoted(text.as_str())).join(" ");
            format!("{} 0 0 {parameters}", plain("0", address.as_str()))
        }
        Data::MailForward { to, spam_filter } => format!("{} 0 0 {}", plain("0", to.as_str()), u8::from(*spam_filter)),
    }
}

/// The two lines that stand before the records, as recorded from the real service.
pub fn directives(dnssec: bool, dynamic: Option<&DynamicLogin>) -> [String; 2] {
    let dynamic = dynamic.map_or_else(|| "$dyndns=no::".to_owned(), |login| format!("$dyndns=yes:{}:{}", login.user, login.password));
    [format!("$dnssec={}", if dnssec { "yes" } else { "no" }), dynamic]
}

/// A name server that stands in every zone by itself, as `include-defaults=1` shows it.
pub fn default_name_server(host: &HostName) -> String {
    format!("@ NS 0 {}. 86400", host.as_str())
}
