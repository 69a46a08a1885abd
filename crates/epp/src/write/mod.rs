//! Values to frames: in schema order, escaped, refusing what XML cannot carry.

mod command;
mod common;
mod contact;
mod domain;
mod ext;
mod host;
mod out;
mod response;

use crate::command::{ClientFrame, Command};
use crate::error::WriteError;
use crate::greeting::Greeting;
use crate::response::{Response, ServerFrame};

use out::Out;

/// Writes `<hello/>`.
pub fn write_hello() -> Vec<u8> {
    let mut out = Out::frame();
    out.empty("hello", &[]).expect("an element without attributes holds no banned character");
    out.done()
}

/// Writes a command.
pub fn write_command(command: &Command) -> Result<Vec<u8>, WriteError> {
    let mut out = Out::frame();
    command::command(&mut out, command)?;
    Ok(out.done())
}

/// Writes what a client sends.
pub fn write_client(frame: &ClientFrame) -> Result<Vec<u8>, WriteError> {
    match frame {
        ClientFrame::Hello => Ok(write_hello()),
        ClientFrame::Command(command) => write_command(command),
    }
}

/// Writes a reply.
pub fn write_response(response: &Response) -> Result<Vec<u8>, WriteError> {
    let mut out = Out::frame();
    response::response(&mut out, response)?;
    Ok(out.done())
}

/// Writes a greeting.
pub fn write_greeting(greeting: &Greeting) -> Result<Vec<u8>, WriteError> {
    let mut out = Out::frame();
    response::greeting(&mut out, greeting)?;
    Ok(out.done())
}

/// Writes what a server sends.
pub fn write_server(frame: &ServerFrame) -> Result<Vec<u8>, WriteError> {
    match frame {
        ServerFrame::Greeting(greeting) => write_greeting(greeting),
        ServerFrame::Response(response) => write_response(response),
    }
}

/// Appends `text` as XML character data, also fit for attributes in double quotes. Line breaks and tabs are written as references,
/// since a reader would change them otherwise. `prefix` and `name` tell the element for the error.
pub(crate) fn escape_into(out: &mut String, text: &str, prefix: &'static str, name: &'static str) -> Result<(), WriteError> {
    let banned = |character| Err(WriteError::BannedCharacter { element: format!("{prefix}{name}"), character });
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let escaped = match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'"' => "&quot;",
            b'\t' => "&#9;",
            b'\n' => "&#10;",
            b'\r' => "&#13;",
            0..=0x1f => return banned(u32::from(byte)),
            // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
            0xef => match bytes.get(at..at + 3) {
                Some([0xef, 0xbf, 0xbe]) => return banned(0xfffe),
                Some([0xef, 0xbf, 0xbf]) => return banned(0xffff),
                _ => continue,
            },
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(escaped);
        from = at + 1;
    }
    out.push_str(&text[from..]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> Result<String, WriteError> {
        let mut out = String::new();
        escape_into(&mut out, text, "domain:", "name").map(|()| out)
    }

    #[test]
    fn escapes_markup_and_line_breaks() {
        assert_eq!(escaped("a<b>&\"'\t\r\n]]>").as_deref(), Ok("a&lt;b&gt;&amp;&quot;'&#9;&#13;&#10;]]&gt;"));
        assert_eq!(escaped("한국\u{85}\u{2028}\u{fffd}\u{7f}").as_deref(), Ok("한국\u{85}\u{2028}\u{fffd}\u{7f}"));
    }

    #[test]
    fn refuses_what_xml_cannot_carry() {
        for character in (0..0x20).filter(|c| ![9, 10, 13].contains(c)).chain([0xfffe, 0xffff]) {
            let text = format!("a{}", char::from_u32(character).expect("a scalar value"));
            assert_eq!(escaped(&text), Err(WriteError::BannedCharacter { element: "domain:name".to_owned(), character }));
        }
    }
}
