//! Reading a zone: every bad line is told at once, and then nothing of the zone is taken (dmapi.md 9, dns-zone-put).

use super::tokens::{Token, tokens};
use model::hosted::{CaaTag, Data, DynamicLogin, Kind, Label, MailAddress, PartError, RECORDS_MAX, Record, Target, Text, WebAddress};

/// What a zone text says. A directive that is absent changes nothing (dnscontrol drops all of them).
#[derive(Clone, Default, Debug)]
pub struct ZoneText {
    /// The records with the number of the line of each, from 1.
    pub records: Vec<(u32, Record)>,
    pub dnssec: Option<bool>,
    /// `Some(None)` switches the dynamic service off.
    pub dynamic: Option<Option<DynamicLogin>>,
}

/// A line that is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineProblem {
    /// From 1.
    pub line: u32,
    pub expected: &'static str,
}

/// Reads a zone, and tells every bad line.
pub fn read(text: &str) -> (ZoneText, Vec<LineProblem>) {
    let (mut zone, mut problems) = (ZoneText::default(), Vec::new());
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.trim_matches([' ', '\t', '\r']);
        let read = match line {
            "" => Ok(()),
            line if line.starts_with('#') => Ok(()),
            line if line.starts_with('$') => directive(line, &mut zone),
            _ if zone.records.len() == RECORDS_MAX => Err(PartError("no more than 5000 records")),
            line => record(line).map(|record| zone.records.push((number, record))),
        };
        if let Err(PartError(expected)) = read {
            problems.push(LineProblem { line: number, expected });
        }
    }
    (zone, problems)
}

/// `$dnssec=yes|no`, `$dyndns=yes:user:password`, `$dyndns=no::`.
fn directive(line: &str, zone: &mut ZoneText) -> Result<(), PartError> {
    const EXPECTED: PartError = PartError("$dnssec=yes, $dnssec=no, $dyndns=yes:user:password or $dyndns=no::");
    let (name, value) = line.split_once('=').ok_or(EXPECTED)?;
    match (name.trim().to_ascii_lowercase().as_str(), value.trim()) {
        ("$dnssec", "yes") => zone.dnssec = Some(true),
        ("$dnssec", "no") => zone.dnssec = Some(false),
        ("$dyndns", "no" | "no:" | "no::") => zone.dynamic = Some(None),
        ("$dyndns", value) => {
            let mut parts = value.splitn(3, ':');
            let (Some("yes"), Some(user), Some(password)) = (parts.next(), parts.next(), parts.next()) else { return Err(EXPECTED) };
            let fits = |text: &str| (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
            if !fits(user) || !fits(password) {
                return Err(PartError("a user and a password of 1 to 64 visible ASCII characters each"));
            }
            zone.dynamic = Some(Some(DynamicLogin { user: user.to_owned(), password: password.to_owned() }));
        }
        _ => return Err(EXPECTED),
    }
    Ok(())
}

const KINDS: PartError =
    PartError("a type of A, AAAA, MX, CNAME, URL, FRAME, MAILFW, TXT, NAPTR, DYNA, DYNAAAA, SRV, CAA or NS after the label");
const FORM: PartError = PartError("label, type, priority, target and TTL");
const TTL: PartError = PartError("a TTL in seconds after the target");
const PRIORITY: PartError = PartError("a number from 0 to 65535 as priority");

fn record(line: &str) -> Result<Record, PartError> {
    let words = tokens(line).map_err(|_| PartError("a closing quotation mark"))?;
    let [label, kind, rest @ ..] = words.as_slice() else { return Err(FORM) };
    let kind = Kind::from_word(&kind.text).ok_or(KINDS)?;
    let label = if kind == Kind::MailForward { Label::parse_mailbox(&label.text) } else { Label::parse(&label.text) }?;
    let [priority, rest @ ..] = rest else { return Err(FORM) };
    let body = Body { line, priority: &priority.text, rest };
    let (data, ttl_seconds) = match kind {
        Kind::Txt => body.text()?,
        Kind::Srv => body.service()?,
        Kind::Caa => body.authority()?,
        Kind::Naptr => body.naptr()?,
        Kind::Frame => body.frame()?,
        Kind::MailForward => body.forward()?,
        kind => body.plain(kind)?,
    };
    Ok(Record { label, ttl_seconds, data })
}

/// What follows label and type.
struct Body<'a> {
    line: &'a str,
    priority: &'a str,
    rest: &'a [Token<'a>],
}

impl<'a> Body<'a> {
    /// A target, a TTL, and what follows: the validity, which is not in use, and parameters.
    fn target_and_ttl(&self) -> Result<(&'a str, u32, &'a [Token<'a>]), PartError> {
        let [target, ttl, rest @ ..] = self.rest else { return Err(FORM) };
        Ok((&target.text, number(&ttl.text).ok_or(TTL)?, parameters(rest)?))
    }

    fn plain(&self, kind: Kind) -> Result<(Data, u32), PartError> {
        let (target, ttl_seconds, parameters) = self.target_and_ttl()?;
        nothing_after(parameters)?;
        let priority: u16 = number(self.priority).ok_or(PRIORITY)?;
        let v4 = || target.parse().map_err(|_| PartError("an IPv4 address"));
        let v6 = || target.parse().map_err(|_| PartError("an IPv6 address"));
        let data = match kind {
            Kind::A => Data::A(v4()?),
            Kind::DynamicA => Data::DynamicA(v4()?),
            Kind::Aaaa => Data::Aaaa(v6()?),
            Kind::DynamicAaaa => Data::DynamicAaaa(v6()?),
            Kind::Cname => Data::Cname(Target::parse(target)?),
            Kind::Ns => Data::Ns(Target::parse(target)?),
            Kind::Mx => Data::Mx { preference: priority, exchange: Target::parse(target)? },
            Kind::Url => Data::Url(WebAddress::parse(target)?),
            Kind::Txt | Kind::Srv | Kind::Caa | Kind::Naptr | Kind::Frame | Kind::MailForward => return Err(FORM),
        };
        Ok((data, ttl_seconds))
    }

    /// Several quoted strings are one text; without quotes it is all that stands before the TTL.
    fn text(&self) -> Result<(Data, u32), PartError> {
        number::<u16>(self.priority).ok_or(PRIORITY)?;
        let strings = self.rest.iter().take_while(|word| word.quoted).count();
        if strings > 0 {
            let (content, rest) = self.rest.split_at(strings);
            let [ttl, rest @ ..] = rest else { return Err(TTL) };
            nothing_after(parameters(rest)?)?;
            let text: String = content.iter().map(|word| word.text.as_str()).collect();
            return Ok((Data::Txt(Text::parse(&text)?), number(&ttl.text).ok_or(TTL)?));
        }
        let rest = match self.rest {
            [rest @ .., from, to] if rest.len() > 1 && from.text == "0" && to.text == "0" && is_number(rest.last()) => rest,
            rest => rest,
        };
        let [content @ .., ttl] = rest else { return Err(FORM) };
        let (Some(first), Some(last)) = (content.first(), content.last()) else { return Err(FORM) };
        Ok((Data::Txt(Text::parse(&self.line[first.from..last.to])?), number(&ttl.text).ok_or(TTL)?))
    }

    /// `10/100 host:389 ttl` as documented; `10 100 389 host ttl` as some clients write it.
    fn service(&self) -> Result<(Data, u32), PartError> {
        if let Some((priority, weight)) = self.priority.split_once('/') {
            const EXPECTED: PartError = PartError("a target of the form host:port");
            let (target, ttl_seconds, parameters) = self.target_and_ttl()?;
            nothing_after(parameters)?;
            let (priority, weight) = (number(priority).ok_or(PRIORITY)?, number(weight).ok_or(PRIORITY)?);
            if let Some((host, port)) = target.rsplit_once(':') {
                let port = number(port).ok_or(EXPECTED)?;
                return Ok((Data::Srv { priority, weight, port, target: Target::parse(host)? }, ttl_seconds));
            }
            return Err(EXPECTED);
        }
        let [weight, port, target, ttl, rest @ ..] = self.rest else {
            return Err(PartError("priority and weight as 10/100, a target of the form host:port, and a TTL"));
        };
        nothing_after(parameters(rest)?)?;
        let part = |text: &str| number(text).ok_or(PRIORITY);
        let (priority, weight, port) = (part(self.priority)?, part(&weight.text)?, part(&port.text)?);
        let data = Data::Srv { priority, weight, port, target: Target::parse(&target.text)? };
        Ok((data, number(&ttl.text).ok_or(TTL)?))
    }

    /// `flags tag "value" ttl`; some clients write the flags twice.
    fn authority(&self) -> Result<(Data, u32), PartError> {
        const EXPECTED: PartError = PartError("flags from 0 to 255, a tag such as issue, a quoted value, and a TTL");
        let rest = match self.rest {
            [flags, rest @ ..] if rest.len() >= 3 && flags.text == self.priority => rest,
            rest => rest,
        };
        let [tag, value, ttl, rest @ ..] = rest else { return Err(EXPECTED) };
        nothing_after(parameters(rest)?)?;
        let data =
            Data::Caa { flags: number(self.priority).ok_or(EXPECTED)?, tag: CaaTag::parse(&tag.text)?, value: Text::parse(&value.text)? };
        Ok((data, number(&ttl.text).ok_or(TTL)?))
    }

    /// `order/preference replacement ttl 0 0 "flags" "service" "regex"`; the replacement is `.` where there is an expression.
    fn naptr(&self) -> Result<(Data, u32), PartError> {
        const EXPECTED: PartError = PartError("order/preference, a replacement, a TTL, 0 0, and flags, service and expression in quotes");
        let (order, preference) = self.priority.split_once('/').ok_or(EXPECTED)?;
        let (replacement, ttl_seconds, parameters) = self.target_and_ttl()?;
        let [flags, service, regex] = parameters else { return Err(EXPECTED) };
        let data = Data::Naptr {
            order: number(order).ok_or(EXPECTED)?,
            preference: number(preference).ok_or(EXPECTED)?,
            flags: Text::parse_short(&flags.text)?,
            service: Text::parse_short(&service.text)?,
            regex: Text::parse_short(&regex.text)?,
            replacement: Target::parse(replacement)?,
        };
        Ok((data, ttl_seconds))
    }

    /// `0 address ttl 0 0 "header" "head" "title" "body"`; what is left out at the end is empty.
    fn frame(&self) -> Result<(Data, u32), PartError> {
        let (address, ttl_seconds, parameters) = self.target_and_ttl()?;
        if parameters.len() > 4 {
            return Err(PartError("header, head, title and body in quotes"));
        }
        let text = |place: usize| parameters.get(place).map_or(Ok(Text::default()), |word| Text::parse(&word.text));
        let (header, head, title, body) = (text(0)?, text(1)?, text(2)?, text(3)?);
        Ok((Data::Frame { address: WebAddress::parse(address)?, header, head, title, body }, ttl_seconds))
    }

    /// `0 mailbox ttl 0 0 1`; the last number is the spam filter, which is off without it.
    fn forward(&self) -> Result<(Data, u32), PartError> {
        let (to, ttl_seconds, parameters) = self.target_and_ttl()?;
        let spam_filter = match parameters {
            [] => false,
            [word] if word.text == "0" => false,
            [word] if word.text == "1" => true,
            _ => return Err(PartError("1 or 0 for the spam filter")),
        };
        Ok((Data::MailForward { to: MailAddress::parse(to)?, spam_filter }, ttl_seconds))
    }
}

/// What follows the validity: two unix times that are not in use, normally `0 0`.
fn parameters<'a>(after_ttl: &'a [Token<'a>]) -> Result<&'a [Token<'a>], PartError> {
    match after_ttl {
        [] => Ok(&[]),
        [from, to, rest @ ..] if is_number(Some(from)) && is_number(Some(to)) => Ok(rest),
        _ => Err(PartError("two times after the TTL, normally 0 0")),
    }
}

fn nothing_after(parameters: &[Token<'_>]) -> Result<(), PartError> {
    if parameters.is_empty() { Ok(()) } else { Err(PartError("nothing after TTL and validity")) }
}

fn is_number(word: Option<&Token<'_>>) -> bool {
    word.is_some_and(|word| !word.quoted && number::<u64>(&word.text).is_some())
}

/// Digits only: no sign, no blank.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::write;
    use super::*;

    /// A zone without a bad line.
    fn whole(text: &str) -> ZoneText {
        let (zone, problems) = read(text);
        assert_eq!(problems, []);
        zone
    }

    /// What a zone is written as again.
    fn again(text: &str) -> Vec<String> {
        whole(text).records.iter().map(|(_, r)| write::record(r, false)).collect()
    }

    #[test]
    fn the_documented_forms_come_back_as_they_went() {
        let zone = [
            "www A 0 127.0.0.1 86400",
            "www AAAA 0 fec0::17 86400",
            "www CNAME 0 example.com. 86400",
            "@ MX 10 mail.example.com. 86400",
            "txt TXT 0 \"key=value\" 86400",
            "_ldap._tcp SRV 10/100 ldap.example.com:389 60",
            "naptr NAPTR 10/100 replacement 86400 0 0 \"flags\" \"service\" \"\"",
            "naptr NAPTR 10/100 . 0 0 0 \"u\" \"E2U+sip\" \"!^.*$!sip:a@b.c!\"",
            "caa CAA 0 issue \"letsencrypt.org\" 86400",
            "redirect URL 0 http://joker.com 86400",
            "frame FRAME 0 http://joker.com 86400 0 0 \"Header: x\" \"head\" \"title\" \"body\"",
            "username MAILFW 0 to@example.com 86400 0 0 1",
            "* MAILFW 0 to@example.com 86400 0 0 0",
            "home DYNA 0 192.0.2.7 60",
            "home DYNAAAA 0 2001:db8::7 60",
            "sub NS 0 ns1.example.net. 3600",
            "docs CNAME 0 docs.example.com 3600",
        ];
        assert_eq!(again(&zone.join("\n")), zone);
    }

    #[test]
    fn each_clients_layout_is_read() {
        for (line, written) in [
            ("www\tA\t0\t127.0.0.1\t86400\t0\t0", "www A 0 127.0.0.1 86400"),
            ("  WWW a 0   127.0.0.1   86400  0 0 \r", "WWW A 0 127.0.0.1 86400"),
            ("www A 10 127.0.0.1 300", "www A 0 127.0.0.1 300"),
            ("txt TXT 0 v=spf1 include:x.example -all 14400", "txt TXT 0 \"v=spf1 include:x.example -all\" 14400"),
            ("txt TXT 0 v=spf1 -all 86400 0 0", "txt TXT 0 \"v=spf1 -all\" 86400"),
            ("txt TXT 0 token 120", "txt TXT 0 \"token\" 120"),
            ("txt TXT 0 \"a\" \"b\" 300", "txt TXT 0 \"ab\" 300"),
            ("txt TXT 0 \"say \\\"hi\\\" c:\\\\d\" 300", "txt TXT 0 \"say \\\"hi\\\" c:\\\\d\" 300"),
            ("txt TXT 0  \"tok \" 3600", "txt TXT 0 \"tok \" 3600"),
            ("txt TXT 0 \"\" 3600", "txt TXT 0 \"\" 3600"),
            ("_l._tcp SRV 10 100 389 ldap.example.com. 300", "_l._tcp SRV 10/100 ldap.example.com.:389 300"),
            ("@ CAA 0 0 issue \"x.example\" 300", "@ CAA 0 issue \"x.example\" 300"),
            ("@ CAA 128 iodef \"mailto:a@b.c\" 300 0 0", "@ CAA 128 iodef \"mailto:a@b.c\" 300"),
            ("f FRAME 0 http://joker.com 60", "f FRAME 0 http://joker.com 60 0 0 \"\" \"\" \"\" \"\""),
            ("m MAILFW 0 to@example.com 86400", "m MAILFW 0 to@example.com 86400 0 0 0"),
        ] {
            assert_eq!(again(line), [written], "{line:?}");
        }
    }

    #[test]
    fn directives_blank_lines_and_remarks() {
        let zone = whole("# Zone initialized by dnscontrol\n\n$dnssec=yes\r\n$dyndns=yes:user:pa:ss\n\n@ A 0 192.0.2.1 60\n");
        assert_eq!((zone.dnssec, zone.records.len(), zone.records[0].0), (Some(true), 1, 6));
        let login = zone.dynamic.unwrap().unwrap();
        assert_eq!((login.user.as_str(), login.password.as_str()), ("user", "pa:ss"));
        let zone = whole("$dyndns=no::\n$dnssec=no");
        assert_eq!((zone.dnssec, zone.dynamic.map(|d| d.is_none())), (Some(false), Some(true)));
        let zone = whole("");
        assert!(zone.dnssec.is_none() && zone.dynamic.is_none() && zone.records.is_empty());
    }

    #[test]
    fn every_bad_line_is_told() {
        let text = "@ A 0 192.0.2.1 60\n@ A 0 192.0.2.256 60\n# fine\nnonsense\n$ttl=60\n@ TXT 0 \"open 60\n@ MX 70000 a. 60";
        let problems = read(text).1;
        assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [2, 4, 5, 6, 7]);
    }

    #[test]
    fn wrong_lines_say_what_was_expected() {
        for (line, expected) in [
            ("www A 0 ::1 60", "IPv4"),
            ("www AAAA 0 1.2.3.4 60", "IPv6"),
            ("www A 0 1.2.3.4", "TTL"),
            ("www A 0 1.2.3.4 -60", "TTL"),
            ("www A 0 1.2.3.4 60 0", "0 0"),
            ("www A 0 1.2.3.4 60 0 0 1", "nothing"),
            ("www SOA 0 x 60", "type"),
            ("www SVC 0 x 60", "type"),
            ("www TXT 0 60", "label, type"),
            ("www TXT 0 \"x\"", "TTL"),
            ("www SRV 10/100 host 60", "host:port"),
            ("www SRV 10/100 host:99999 60", "host:port"),
            ("www NAPTR 10/100 a 60", "order/preference"),
            ("www CAA 256 issue \"x\" 60", "flags"),
            ("www URL 0 joker.com 60", "http"),
            ("www MAILFW 0 nobody 60", "mail address"),
            ("info MAILFW 0 a@b.c 60 0 0 2", "spam"),
            ("a.example.com. A 0 1.2.3.4 60", "relative"),
            ("$dyndns=yes", "dyndns"),
            ("$dyndns=yes::", "user"),
            ("A:www:1.2.3.4", "label, type"),
        ] {
            let problems = read(line).1;
            assert!(problems[0].expected.contains(expected), "{line:?}: {}", problems[0].expected);
        }
    }

    #[test]
    fn a_zone_has_a_limit() {
        let line = "a A 0 192.0.2.1 60\n";
        assert!(read(&line.repeat(RECORDS_MAX)).1.is_empty());
        assert_eq!(read(&line.repeat(RECORDS_MAX + 1)).1.len(), 1);
    }
}
