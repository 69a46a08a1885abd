//! Passwords of registrars and authInfo of objects: hashed at rest, compared in constant time.

use crate::Entropy;
use argon2::{Algorithm, Argon2, Params, Version};
use model::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq;

/// Cost of argon2id: the parameters that OWASP's ASVS 5.0 accepts at two passes.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// Verified log-ins that are remembered at most.
const REMEMBERED_MAX: usize = 1_024;

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

fn random<const N: usize>(entropy: &Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy(&mut bytes);
    bytes
}

fn salted(salt: &[u8], text: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(text.as_bytes()).finalize().into()
}

/// Hashes authInfo for keeping: `salt:digest`. A plain digest is enough, as RFC 9154 makes these codes random and short-lived.
pub(super) fn hash_auth_info(text: &str, entropy: &Entropy) -> String {
    let salt = random::<16>(entropy);
    format!("{}:{}", hex(&salt), hex(&salted(&salt, text)))
}

/// Whether `text` is the authInfo that was hashed. Nothing matches an unset one.
fn auth_info_matches(kept: Option<&str>, text: &str) -> bool {
    let Some((salt, digest)) = kept.and_then(|kept| kept.split_once(':')) else { return false };
    match (unhex(salt), unhex(digest)) {
        (Some(salt), Some(digest)) => salted(&salt, text).ct_eq(digest.as_slice()).into(),
        _ => false,
    }
}

/// So many wrong codes for one object are taken from one registrar within an hour; then even the right one is refused for the rest of it.
const GUESSES_MAX: u32 = 10;
const GUESSES_SECONDS: i64 = 3_600;
/// Objects whose wrong codes are remembered at most.
const GUESSED_MAX: usize = 10_000;

/// Remembers wrong authInfo, so that nobody can try them all.
#[derive(Default)]
pub(super) struct Guesses(Mutex<HashMap<String, (u32, Timestamp)>>);

impl Guesses {
    /// Whether `text` is the authInfo kept for this object; `key` names registrar and object.
    pub(super) fn judge(&self, key: String, kept: Option<&str>, text: &str, now: Timestamp) -> bool {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, since) = wrong.get(&key).copied().filter(|(_, since)| now.seconds_since(*since) < GUESSES_SECONDS).unwrap_or((0, now));
        let matches = auth_info_matches(kept, text);
        if matches && count < GUESSES_MAX {
            wrong.remove(&key);
            return true;
        }
        if wrong.len() >= GUESSED_MAX {
            wrong.retain(|_, (_, since)| now.seconds_since(*since) < GUESSES_SECONDS);
            if wrong.len() >= GUESSED_MAX {
                wrong.clear();
            }
        }
        wrong.insert(key, (count.saturating_add(1), since));
        false
    }
}

/// Checks log-in passwords: argon2id, one at a time, so that a flood of log-ins cannot take the machine's memory.
pub(super) struct Doorkeeper {
    /// Of this process; remembered log-ins mean nothing outside it.
    key: [u8; 32],
    /// Registrar to digest of its kept hash and the password that matched it.
    remembered: Mutex<HashMap<String, [u8; 32]>>,
    one_at_a_time: Mutex<()>,
}

impl Doorkeeper {
    pub(super) fn new(entropy: &Entropy) -> Doorkeeper {
        Doorkeeper { key: random(entropy), remembered: Mutex::default(), one_at_a_time: Mutex::default() }
    }

    fn argon2() -> Argon2<'static> {
        let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).expect("constant parameters within argon2's bounds");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }

    fn digest(&self, salt: &[u8], password: &str) -> Option<[u8; 32]> {
        let _turn = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = [0; 32];
        Self::argon2().hash_password_into(password.as_bytes(), salt, &mut out).ok()?;
        Some(out)
    }

    /// Hashes a password for keeping: `argon2id:memory:passes:salt:digest`. `None` for a password that argon2 refuses (over 4 GiB).
    pub(super) fn hash(&self, password: &str, entropy: &Entropy) -> Option<String> {
        let salt = random::<16>(entropy);
        let digest = self.digest(&salt, password)?;
        Some(format!("argon2id:{MEMORY_KIB}:{PASSES}:{}:{}", hex(&salt), hex(&digest)))
    }

    /// Whether the password is the one that was hashed. `kept` is none for an unknown registrar, which costs the same time.
    pub(super) fn verify(&self, registrar: &str, kept: Option<&str>, password: &str) -> bool {
        let seen: [u8; 32] = Sha256::new()
            .chain_update(self.key)
            .chain_update(kept.unwrap_or_default().as_bytes())
            .chain_update([0])
            .chain_update(password.as_bytes())
            .finalize()
            .into();
        let known = {
            let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            remembered.get(registrar).is_some_and(|digest| bool::from(digest.ct_eq(&seen)))
        };
        if known && kept.is_some() {
            return true;
        }
        let parts = kept.and_then(|kept| {
            let rest = kept.strip_prefix(&format!("argon2id:{MEMORY_KIB}:{PASSES}:"))?;
            let (salt, digest) = rest.split_once(':')?;
            Some((unhex(salt)?, unhex(digest)?))
        });
        let (salt, digest) = parts.clone().unwrap_or_else(|| (vec![0; 16], vec![0; 32]));
        let matches = self.digest(&salt, password).is_some_and(|found| bool::from(found.ct_eq(digest.as_slice()))) && parts.is_some();
        if matches {
            let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            if remembered.len() >= REMEMBERED_MAX {
                remembered.clear();
            }
            remembered.insert(registrar.to_owned(), seen);
        }
        matches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn entropy() -> Entropy {
        Arc::new(|bytes: &mut [u8]| bytes.fill(7))
    }

    #[test]
    fn auth_info_matches_only_itself() {
        let kept = hash_auth_info("secret-1", &entropy());
        assert!(!kept.contains("secret"));
        assert!(auth_info_matches(Some(&kept), "secret-1"));
        assert!(!auth_info_matches(Some(&kept), "secret-2"));
        assert!(!auth_info_matches(None, ""));
        assert!(!auth_info_matches(Some("garbage"), "garbage"));
        assert!(!auth_info_matches(Some("zz:é"), ""));
    }

    #[test]
    fn guessing_ends_for_an_hour() {
        let kept = hash_auth_info("secret-1", &entropy());
        let guesses = Guesses::default();
        let start = Timestamp::from_seconds(1_000_000);
        let try_at = |text: &str, seconds: i64| guesses.judge("us a.com".to_owned(), Some(&kept), text, start.plus_seconds(seconds));
        for second in 0..9 {
            assert!(!try_at("wrong-1", second));
        }
        assert!(try_at("secret-1", 9), "nine wrong codes are forgiven");
        for second in 10..20 {
            assert!(!try_at("wrong-1", second));
        }
        assert!(!try_at("secret-1", 20), "ten are not");
        assert!(guesses.judge("us b.com".to_owned(), Some(&kept), "secret-1", start), "for that name");
        assert!(try_at("secret-1", 10 + 3_600));
    }

    #[test]
    fn passwords_match_only_themselves_and_are_remembered() {
        let door = Doorkeeper::new(&entropy());
        let kept = door.hash("correct horse", &entropy()).unwrap();
        assert!(door.verify("a", Some(&kept), "correct horse"));
        assert!(door.verify("a", Some(&kept), "correct horse"));
        assert!(!door.verify("a", Some(&kept), "wrong horse"));
        let changed = door.hash("new horse", &entropy()).unwrap();
        assert!(!door.verify("a", Some(&changed), "correct horse"), "a remembered log-in ends with its password");
        assert!(!door.verify("nobody", None, "x"));
        assert!(!door.verify("nobody", None, "x"), "nothing is remembered of the unknown");
    }
}
