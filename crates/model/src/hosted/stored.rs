//! Records as they are stored: a line each, in their order, columns separated by TABs, which no part of a record can hold.
//!
//! `label TAB ttl TAB type TAB columns of the type`. Only the store reads and writes this form.

use super::{CaaTag, Data, Kind, Label, MailAddress, Record, Target, Text, WebAddress};

/// All records of a zone.
pub fn write(records: &[Record]) -> String {
    let mut out = String::new();
    for record in records {
        out.push_str(&write_record(record));
        out.push('\n');
    }
    out
}

/// Reads what [`write`] wrote; `None` if it is anything else.
pub fn read(text: &str) -> Option<Vec<Record>> {
    text.lines().map(read_record).collect()
}

fn write_record(record: &Record) -> String {
    let mut columns = vec![record.label.to_string(), record.ttl_seconds.to_string(), record.data.kind().word().to_owned()];
    match &record.data {
        Data::A(address) | Data::DynamicA(address) => columns.push(address.to_string()),
        Data::Aaaa(address) | Data::DynamicAaaa(address) => columns.push(address.to_string()),
        Data::Cname(target) | Data::Ns(target) => columns.push(target.to_string()),
        Data::Mx { preference, exchange } => columns.extend([preference.to_string(), exchange.to_string()]),
        Data::Txt(text) => columns.push(text.to_string()),
        Data::Srv { priority, weight, port, target } => {
            columns.extend([priority.to_string(), weight.to_string(), port.to_string(), target.to_string()]);
        }
        Data::Naptr { order, preference, flags, service, regex, replacement } => columns.extend([
            order.to_string(),
            preference.to_string(),
            flags.to_string(),
            service.to_string(),
            regex.to_string(),
            replacement.to_string(),
        ]),
        Data::Caa { flags, tag, value } => columns.extend([flags.to_string(), tag.to_string(), value.to_string()]),
        Data::Url(address) => columns.push(address.to_string()),
        Data::Frame { address, header, head, title, body } => {
            columns.extend([address.to_string(), header.to_string(), head.to_string(), title.to_string(), body.to_string()]);
        }
        Data::MailForward { to, spam_filter } => columns.extend([to.to_string(), u8::from(*spam_filter).to_string()]),
    }
    columns.join("\t")
}

/// One line.
pub(super) fn read_record(line: &str) -> Option<Record> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let (label, ttl_seconds, kind) = (next()?, next()?.parse().ok()?, Kind::from_word(next()?)?);
    let label = if kind == Kind::MailForward { Label::parse_mailbox(label) } else { Label::parse(label) };
    let target = |text: &str| Target::parse(text).ok();
    let text = |text: &str| Text::parse(text).ok();
    let data = match kind {
        Kind::A => Data::A(next()?.parse().ok()?),
        Kind::Aaaa => Data::Aaaa(next()?.parse().ok()?),
        Kind::DynamicA => Data::DynamicA(next()?.parse().ok()?),
        Kind::DynamicAaaa => Data::DynamicAaaa(next()?.parse().ok()?),
        Kind::Cname => Data::Cname(target(next()?)?),
        Kind::Ns => Data::Ns(target(next()?)?),
        Kind::Mx => Data::Mx { preference: next()?.parse().ok()?, exchange: target(next()?)? },
        Kind::Txt => Data::Txt(text(next()?)?),
        Kind::Srv => Data::Srv {
            priority: next()?.parse().ok()?,
            weight: next()?.parse().ok()?,
            port: next()?.parse().ok()?,
            target: target(next()?)?,
        },
        Kind::Naptr => Data::Naptr {
            order: next()?.parse().ok()?,
            preference: next()?.parse().ok()?,
            flags: text(next()?)?,
            service: text(next()?)?,
            regex: text(next()?)?,
            replacement: target(next()?)?,
        },
        Kind::Caa => Data::Caa { flags: next()?.parse().ok()?, tag: CaaTag::parse(next()?).ok()?, value: text(next()?)? },
        Kind::Url => Data::Url(WebAddress::parse(next()?).ok()?),
        Kind::Frame => Data::Frame {
            address: WebAddress::parse(next()?).ok()?,
            header: text(next()?)?,
            head: text(next()?)?,
            title: text(next()?)?,
            body: text(next()?)?,
        },
        Kind::MailForward => Data::MailForward { to: MailAddress::parse(next()?).ok()?, spam_filter: next()? == "1" },
    };
    let whole = columns.next().is_none();
    whole.then_some(Record { label: label.ok()?, ttl_seconds, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again() {
        let zone = "@\t3600\tA\t192.0.2.1\n\
            @\t3600\tAAAA\tfec0::17\n\
            Home\t60\tDYNA\t192.0.2.7\n\
            home\t60\tDYNAAAA\t2001:db8::7\n\
            docs\t3600\tCNAME\tDocs.example.com\n\
            sub\t3600\tNS\tns1.example.net.\n\
            @\t3600\tMX\t10\tmail.example.com.\n\
            txt\t60\tTXT\tv=spf1 \"quoted\\\" -all\n\
            empty\t60\tTXT\t\n\
            _ldap._tcp\t60\tSRV\t10\t100\t389\tldap.example.com\n\
            naptr\t0\tNAPTR\t10\t100\tu\tE2U+sip\t!^.*$!sip:a@b.c!\t.\n\
            @\t86400\tCAA\t128\tissue\tletsencrypt.org; a=b\n\
            go\t86400\tURL\thttp://joker.com\n\
            frame\t86400\tFRAME\thttp://joker.com\tX: y\t<meta>\tTitle\t<p>\n\
            info\t86400\tMAILFW\tto@example.com\t1\n\
            *\t86400\tMAILFW\tto@example.com\t0\n";
        let records = read(zone).unwrap();
        assert_eq!(records.len(), 16);
        assert_eq!(write(&records), zone);
    }

    #[test]
    fn anything_else_is_not_read() {
        for wrong in [
            "",
            "@\t60\tA",
            "@\t60\tA\t192.0.2.1\tx",
            "@\tx\tA\t192.0.2.1",
            "@\t60\tSOA\tx",
            "a b\t60\tA\t192.0.2.1",
            "@\t60\tMX\t70000\ta.",
        ] {
            assert_eq!(read_record(wrong), None, "{wrong:?}");
        }
        assert_eq!(read(""), Some(Vec::new()));
    }
}
