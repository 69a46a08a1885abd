//! Transcripts: text files of requests and expected replies, replayed against a stage.
//!
//! | line | meaning |
//! |---|---|
//! | `# text` | a comment; the first one cites the source of the expectation |
//! | `> command name=value name="a value"` | sends a request; values may be percent-encoded; the rest of the file speaks of its reply |
//! | `< pattern` | one line of the reply, another one for each such line |
//! | `<! pattern` | no line of the reply |
//! | `<http 401`, `<http Set-Cookie: pattern` | the HTTP status (200 where nothing is said) or a header |
//! | `<<EXACT` .. `EXACT` | the whole reply, line by line; `<<EXACT-` if its last line has no line end |
//! | `@advance PT6H` | moves the clock, and what falls due happens |
//! | `@wait` | until no order is open |
//! | `@login demo`, others | the stage's own commands |
//! | `! balance unchanged`, `! balance -8.50` | what the account's balance did since the last such line, or since the file began |
//!
//! In patterns `{any}`, `{word}`, `{order}`, `{hex}`, `{date}`, `{year}`, `{stamp}`, `{iso}`, `{money}`, `{handle}` match text of that kind and keep
//! it under that name, `{mine:order}` under another one; `{=mine}` matches what was kept; `{date:+1y}`, `{stamp:-3d}`, `{year:+1}` match (or, in a
//! request, are) that instant counted from now. In requests `{mine}` is what was kept, `{mine+1}` that number plus one.

mod pattern;

use model::{Money, Timestamp};
use pattern::{Part, instant, matched, parts};
use std::collections::BTreeMap;

/// The reply to a request.
#[derive(Clone, Debug)]
pub struct Sent {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

/// What a transcript is played on: a dialect's router over an engine.
pub trait Stage {
    /// Sends a request as whoever is logged in.
    fn send(&mut self, command: &str, parameters: &[(String, String)]) -> Result<Sent, String>;
    /// The business clock.
    fn now(&self) -> Timestamp;
    fn advance(&mut self, duration: &str) -> Result<(), String>;
    /// Waits until no order is open.
    fn wait(&mut self) -> Result<(), String>;
    /// The posted balance of the account that the transcript is about.
    fn balance(&mut self) -> Result<Money, String>;
    /// Any other `@` line, as its words.
    fn act(&mut self, words: &[&str]) -> Result<(), String>;
}

struct Player<'s> {
    stage: &'s mut dyn Stage,
    kept: BTreeMap<String, String>,
    balance: Option<Money>,
    /// The last reply, its lines that no expectation has used yet, and whether its status was spoken of.
    reply: Option<(Sent, Vec<String>, bool)>,
}

/// Plays a transcript. The error names the line and shows the reply.
pub fn replay(transcript: &str, stage: &mut dyn Stage) -> Result<(), String> {
    let cited = transcript.lines().next().is_some_and(|line| line.starts_with("# ") && line.len() > 10);
    if !cited {
        return Err("the first line must cite the source of what is expected".to_owned());
    }
    let mut player = Player { stage, kept: BTreeMap::new(), balance: None, reply: None };
    let mut lines = transcript.lines().enumerate();
    let mut requests = 0;
    while let Some((number, line)) = lines.next() {
        let at = |problem: String| format!("line {}: {line}\n{problem}", number + 1);
        if let Some(end) = line.strip_prefix("<<EXACT") {
            let block: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "EXACT").collect();
            player.exact(&block, end != "-").map_err(at)?;
        } else if line.starts_with("> ") {
            requests += 1;
            player.step(line).map_err(at)?;
        } else {
            player.step(line).map_err(at)?;
        }
    }
    player.finished().map_err(|problem| format!("at the end: {problem}"))?;
    if requests == 0 { Err("there is no request in it".to_owned()) } else { Ok(()) }
}

impl Player<'_> {
    fn step(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let Some(request) = line.strip_prefix("> ") {
            return self.send(request);
        }
        if let Some(pattern) = line.strip_prefix("<! ") {
            return self.absent(pattern);
        }
        if let Some(expected) = line.strip_prefix("<http ") {
            return self.http(expected);
        }
        if let Some(pattern) = line.strip_prefix("< ") {
            return self.line(pattern);
        }
        if let Some(change) = line.strip_prefix("! balance ") {
            return self.balance(change);
        }
        let Some(command) = line.strip_prefix('@') else { return Err("no such line".to_owned()) };
        self.finished()?;
        self.mark()?;
        let filled = self.filled(command)?;
        let words: Vec<&str> = filled.split_whitespace().collect();
        match words.as_slice() {
            ["advance", duration] => self.stage.advance(duration),
            ["wait"] => self.stage.wait(),
            words => self.stage.act(words),
        }
    }

    /// A request is over when the next step begins: its status must have been 200 unless the file said otherwise.
    fn finished(&mut self) -> Result<(), String> {
        match self.reply.take() {
            Some((sent, _, false)) if sent.status != 200 => Err(format!("the HTTP status was {}\n{}", sent.status, sent.text)),
            _ => Ok(()),
        }
    }

    fn mark(&mut self) -> Result<(), String> {
        if self.balance.is_none() {
            self.balance = Some(self.stage.balance()?);
        }
        Ok(())
    }

    fn send(&mut self, request: &str) -> Result<(), String> {
        self.finished()?;
        self.mark()?;
        let mut words = split(request)?.into_iter();
        let command = words.next().ok_or("a request needs a name")?;
        let mut parameters = Vec::new();
        for word in words {
            let (name, value) = word.split_once('=').ok_or_else(|| format!("`{word}` is no name=value"))?;
            parameters.push((decoded(name), decoded(&self.filled(value)?)));
        }
        let sent = self.stage.send(&command, &parameters)?;
        let lines = sent.text.lines().map(str::to_owned).collect();
        self.reply = Some((sent, lines, false));
        Ok(())
    }

    fn line(&mut self, pattern: &str) -> Result<(), String> {
        let (now, kept) = (self.stage.now(), self.kept.clone());
        let Some((sent, lines, _)) = &mut self.reply else { return Err("there is no reply".to_owned()) };
        for place in 0..lines.len() {
            if let Some(found) = matched(pattern, &lines[place], &kept, now)? {
                lines.remove(place);
                self.kept.extend(found);
                return Ok(());
            }
        }
        Err(format!("is not in the reply:\n{}", sent.text))
    }

    fn absent(&mut self, pattern: &str) -> Result<(), String> {
        let now = self.stage.now();
        let Some((sent, _, _)) = &self.reply else { return Err("there is no reply".to_owned()) };
        for line in sent.text.lines() {
            if matched(pattern, line, &self.kept, now)?.is_some() {
                return Err(format!("is in the reply:\n{}", sent.text));
            }
        }
        Ok(())
    }

    fn http(&mut self, expected: &str) -> Result<(), String> {
        let now = self.stage.now();
        let Some((sent, _, spoken_of)) = &mut self.reply else { return Err("there is no reply".to_owned()) };
        if let Ok(status) = expected.parse::<u16>() {
            *spoken_of = true;
            return if sent.status == status { Ok(()) } else { Err(format!("the status was {}\n{}", sent.status, sent.text)) };
        }
        for (name, value) in &sent.headers {
            if let Some(found) = matched(expected, &format!("{name}: {value}"), &self.kept, now)? {
                self.kept.extend(found);
                return Ok(());
            }
        }
        Err(format!("is not among {:?}", sent.headers))
    }

    fn exact(&mut self, block: &[&str], ends: bool) -> Result<(), String> {
        let now = self.stage.now();
        let Some((sent, _, _)) = &self.reply else { return Err("there is no reply".to_owned()) };
        let text = match (sent.text.strip_suffix('\n'), ends) {
            (Some(text), true) => text,
            (None, false) => sent.text.as_str(),
            (Some(_), false) => return Err(format!("the reply ends with a line end:\n{}", sent.text)),
            (None, true) => return Err(format!("the reply's last line has no end:\n{}", sent.text)),
        };
        let lines: Vec<&str> = text.split('\n').collect();
        if lines.len() != block.len() {
            return Err(format!("{} lines were expected, {} came:\n{}", block.len(), lines.len(), sent.text));
        }
        for (pattern, line) in block.iter().zip(lines) {
            match matched(pattern, line, &self.kept, now)? {
                Some(found) => self.kept.extend(found),
                None => return Err(format!("`{pattern}` was expected, `{line}` came, in\n{}", sent.text)),
            }
        }
        Ok(())
    }

    fn balance(&mut self, change: &str) -> Result<(), String> {
        let before = self.balance.ok_or("the balance was never looked at")?;
        let after = self.stage.balance()?;
        let moved = after.checked_sub(before).ok_or("the currency changed")?;
        let expected = match change.split_whitespace().next() {
            Some("unchanged") => Money::zero(before.currency),
            Some(amount) => {
                let size = Money::parse(amount.trim_start_matches(['+', '-']), before.currency).map_err(|e| format!("{e:?}"))?;
                if amount.starts_with('-') { Money::new(-size.amount_e4, size.currency) } else { size }
            }
            None => return Err("unchanged or an amount?".to_owned()),
        };
        self.balance = Some(after);
        if moved == expected { Ok(()) } else { Err(format!("the balance moved by {moved}, from {before} to {after}")) }
    }

    /// A request's text with its variables filled in.
    fn filled(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        for part in parts(text)? {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Hole(hole) => match hole.split_once(':') {
                    Some((kind, offset)) => filled.push_str(&instant(kind, offset, self.stage.now())?),
                    None => filled.push_str(&self.value(hole)?),
                },
            }
        }
        Ok(filled)
    }

    fn value(&self, hole: &str) -> Result<String, String> {
        let unknown = || format!("nothing was kept under `{hole}`");
        if let Some(value) = self.kept.get(hole) {
            return Ok(value.clone());
        }
        let (name, add) = hole.split_once('+').ok_or_else(unknown)?;
        let kept: i64 = self.kept.get(name).ok_or_else(unknown)?.parse().map_err(|_| format!("`{name}` is no number"))?;
        let add: i64 = add.parse().map_err(|_| format!("`{add}` is no number"))?;
        Ok((kept + add).to_string())
    }
}

/// Words parted by blanks; blanks inside double quotes part nothing.
fn split(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for c in text.chars() {
        match c {
            '"' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if quoted {
        return Err("a quote is not closed".to_owned());
    }
    if begun {
        words.push(word);
    }
    Ok(words)
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Currency;

    /// Answers every request with the same text.
    struct Parrot {
        text: &'static str,
        status: u16,
        balance: i64,
        asked: Vec<(String, Vec<(String, String)>)>,
    }

    impl Parrot {
        fn saying(text: &'static str) -> Parrot {
            Parrot { text, status: 200, balance: 100_000, asked: Vec::new() }
        }
    }

    impl Stage for Parrot {
        fn send(&mut self, command: &str, parameters: &[(String, String)]) -> Result<Sent, String> {
            self.asked.push((command.to_owned(), parameters.to_vec()));
            Ok(Sent { status: self.status, headers: vec![("server".to_owned(), "parrot/1".to_owned())], text: self.text.to_owned() })
        }

        fn now(&self) -> Timestamp {
            Timestamp::parse_rfc3339("2027-03-01T10:00:00Z").expect("an instant")
        }

        fn advance(&mut self, _: &str) -> Result<(), String> {
            Ok(())
        }

        fn wait(&mut self) -> Result<(), String> {
            Ok(())
        }

        fn balance(&mut self) -> Result<Money, String> {
            Ok(Money::new(self.balance, Currency::USD))
        }

        fn act(&mut self, words: &[&str]) -> Result<(), String> {
            match words {
                ["spend", cents] => self.balance -= cents.parse::<i64>().map_err(|e| e.to_string())? * 100,
                _ => return Err("no such command".to_owned()),
            }
            Ok(())
        }
    }

    fn play(lines: &str, text: &'static str) -> Result<(), String> {
        replay(&format!("# the runner's own test\n{lines}"), &mut Parrot::saying(text))
    }

    #[test]
    fn expectations_hold_or_fail() {
        let text = "Proc-ID: 42\nDate: 2028-03-01\nSame: 42\nEmpty: \n";
        let good = [
            "> x\n< Proc-ID: {order}\n< Same: {=order}\n< Date: {date:+1y}\n< Empty: ",
            "> x\n< Proc-ID: {any}\n<! Proc-ID: 43\n<http 200\n<http server: {word}",
            "> x\n<<EXACT\nProc-ID: {a:order}\nDate: {date}\nSame: {=a}\nEmpty: \nEXACT",
            "> x\n< Date: {year:+1}-03-01",
        ];
        for lines in good {
            assert_eq!(play(lines, text), Ok(()), "{lines}");
        }
        let bad = [
            "> x\n< Proc-ID: 43",
            "> x\n< Proc-ID: {order}\n< Proc-ID: {order}",
            "> x\n<! Proc-ID: {order}",
            "> x\n< Date: {date:+2y}",
            "> x\n< Date: {order}",
            "> x\n< Same: {=never}",
            "> x\n< Same: {nonsense}",
            "> x\n<http 401",
            "> x\n<http server: duck",
            "> x\n<<EXACT\nProc-ID: 42\nEXACT",
            "> x\n<<EXACT-\nProc-ID: 42\nDate: {date}\nSame: 42\nEmpty: \nEXACT",
            "> x\n<<EXACT\nProc-ID: 42\nDate: {date}\nSame: 43\nEmpty: \nEXACT",
            "< Proc-ID: 42",
            "@nonsense",
            "what is this",
            "",
        ];
        for lines in bad {
            assert!(play(lines, text).is_err(), "{lines}");
        }
        assert!(replay("> x\n", &mut Parrot::saying(text)).is_err(), "the source must be cited");
    }

    #[test]
    fn a_status_that_nobody_spoke_of_is_200() {
        let mut parrot = Parrot { status: 401, ..Parrot::saying("a\n") };
        assert!(replay("# the runner's own test\n> x\n< a\n> x\n<http 401", &mut parrot).is_err());
        assert_eq!(replay("# the runner's own test\n> x\n<http 401\n< a", &mut parrot), Ok(()));
    }

    #[test]
    fn balances_are_followed() {
        for (lines, good) in [
            ("> x\n@spend 975\n! balance -9.75\n! balance unchanged", true),
            ("> x\n@spend 975\n! balance unchanged", false),
            ("> x\n! balance -0.01", false),
            ("> x\n@spend -100\n! balance +1.00", true),
        ] {
            assert_eq!(play(lines, "a\n").is_ok(), good, "{lines}");
        }
    }

    #[test]
    fn requests_are_quoted_decoded_and_filled() {
        let mut parrot = Parrot::saying("Year: 2027\n");
        let lines = "# the runner's own test\n> x\n< Year: {year}\n> y a=\"two words\" b=%0d%7Bx c= d={year+3} e={date:+1m}-{year:-1}";
        assert_eq!(replay(lines, &mut parrot), Ok(()));
        let pairs = [("a", "two words"), ("b", "\r{x"), ("c", ""), ("d", "2030"), ("e", "2027-04-01-2026")];
        let expected: Vec<(String, String)> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        assert_eq!(parrot.asked[1], ("y".to_owned(), expected));
    }
}
