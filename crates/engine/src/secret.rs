//! Secrets: digests of keys and session ids, sealed values, and random codes.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

/// The key that seals what we must be able to read again (auth codes). It lives in a file outside the database; values carry its number, so
/// that it can be replaced.
#[derive(Clone)]
pub struct SealingKey {
    number: u32,
    key: [u8; 32],
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealingKey({})", self.number)
    }
}

impl SealingKey {
    pub fn new(number: u32, key: [u8; 32]) -> SealingKey {
        SealingKey { number, key }
    }

    /// Seals a value for one place (`purpose`): it opens nowhere else.
    pub(crate) fn seal(&self, purpose: &str, value: &str, entropy: &dyn Fn(&mut [u8])) -> Option<String> {
        let mut nonce = [0_u8; 24];
        entropy(&mut nonce);
        let cipher = XChaCha20Poly1305::new(&self.key.into());
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: value.as_bytes(), aad: purpose.as_bytes() }).ok()?;
        Some(format!("{}:{}:{}", self.number, hex(&nonce), hex(&sealed)))
    }

    /// Opens what was sealed for the same purpose; `None` if it was not, or by another key.
    pub(crate) fn open(&self, purpose: &str, sealed: &str) -> Option<String> {
        let mut parts = sealed.splitn(3, ':');
        let number: u32 = parts.next()?.parse().ok()?;
        if number != self.number {
            return None;
        }
        let nonce: [u8; 24] = unhex(parts.next()?)?.try_into().ok()?;
        let body = unhex(parts.next()?)?;
        let cipher = XChaCha20Poly1305::new(&self.key.into());
        let plain = cipher.decrypt(&XNonce::from(nonce), Payload { msg: &body, aad: purpose.as_bytes() }).ok()?;
        String::from_utf8(plain).ok()
    }
}

/// SHA-256 in hex. Enough for values that are random themselves (keys, session ids).
pub(crate) fn digest(value: &str) -> String {
    hex(&Sha256::digest(value.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for b in bytes {
        out.push(char::from(DIGITS[usize::from(b >> 4)]));
        out.push(char::from(DIGITS[usize::from(b & 15)]));
    }
    out
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok()).collect()
}

/// A seed of 32 octets that [`hex`] wrote.
pub(crate) fn seed(text: &str) -> Option<[u8; 32]> {
    unhex(text)?.try_into().ok()
}

/// An authorization code of 22 letters, digits and specials (more than 128 bits; RFC 9154), with at least one of each kind.
pub(crate) fn auth_code(entropy: &dyn Fn(&mut [u8])) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    const DIGITS: &[u8] = b"23456789";
    const SPECIALS: &[u8] = b"-+.!=";
    let all: Vec<u8> = [LETTERS, DIGITS, SPECIALS].concat();
    let mut code = String::with_capacity(22);
    for place in 0..22 {
        let set = match place {
            3 => DIGITS,
            9 => SPECIALS,
            0 | 15 => LETTERS,
            _ => &all,
        };
        code.push(char::from(pick(set, entropy)));
    }
    code
}

/// One octet of a set, each as likely as the other.
fn pick(set: &[u8], entropy: &dyn Fn(&mut [u8])) -> u8 {
    let limit = 256 - 256 % set.len();
    loop {
        let mut byte = [0_u8];
        entropy(&mut byte);
        if usize::from(byte[0]) < limit {
            return set[usize::from(byte[0]) % set.len()];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn sealed_values_open_only_where_they_belong() {
        let counter = Cell::new(0_u8);
        let entropy = |buffer: &mut [u8]| {
            for b in buffer {
                counter.set(counter.get().wrapping_add(101));
                *b = counter.get();
            }
        };
        let key = SealingKey::new(1, [7; 32]);
        let sealed = key.seal("domain:1", "code", &entropy).unwrap();
        assert_eq!(key.open("domain:1", &sealed).as_deref(), Some("code"));
        assert_eq!(key.open("domain:2", &sealed), None);
        assert_eq!(SealingKey::new(2, [7; 32]).open("domain:1", &sealed), None);
        assert_eq!(key.open("domain:1", "1:zz:zz"), None);
        let code = auth_code(&entropy);
        assert_eq!(code.len(), 22);
    }
}
