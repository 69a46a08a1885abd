//! Values to frames: in schema order, escaped, refusing what XML cannot carry.

use crate::error::WriteError;

/// Appends `text` as XML character data, also fit for attributes in double quotes. Line breaks and tabs are written as references where
/// a reader would change them.
pub(crate) fn escape_into(out: &mut String, text: &str, element: &'static str) -> Result<(), WriteError> {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'"' => "&quot;",
            b'\t' => "&#9;",
            b'\n' => "&#10;",
            b'\r' => "&#13;",
            0..=0x1f => return Err(WriteError::BannedCharacter { element, character: u32::from(byte) }),
            // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
            0xef if matches!(&text.as_bytes()[at..], [0xef, 0xbf, 0xbe | 0xbf, ..]) => {
                let character = if text.as_bytes()[at + 2] == 0xbe { 0xfffe } else { 0xffff };
                return Err(WriteError::BannedCharacter { element, character });
            }
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(escaped);
        from = at + 1;
    }
    out.push_str(&text[from..]);
    Ok(())
}
