//! The door: verified passwords remembered for minutes, wrong ones counted, hashing bounded.

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use hmac::{Hmac, KeyInit, Mac};
use model::Timestamp;
use sha2::Sha256;
use std::collections::HashMap;
use std::sync::{Condvar, Mutex};
use subtle::ConstantTimeEq;

/// A verified password is believed for so long, seconds. A change of password voids it at once by its version.
const REMEMBERED_SECONDS: i64 = 300;
const REMEMBERED_MAX: usize = 10_000;
/// So many wrong attempts in a row are free; each after that doubles the wait, up to a minute.
const FREE_ATTEMPTS: u32 = 10;
const WAIT_SECONDS_MAX: u32 = 60;
const FAILURES_MAX: usize = 50_000;
/// So many hashes at once: each takes 19 MiB and a core for tens of milliseconds.
const HASHES_AT_ONCE: usize = 2;
const HASHES_WAITING_MAX: usize = 64;

/// What a verified pair of login and password led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Remembered {
    account_id: i64,
    credentials_version: i64,
    until: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    closed_until: Timestamp,
}

pub(crate) struct Gate {
    /// Of this process: remembered passwords cannot be told from the memory of another.
    key: [u8; 32],
    remembered: Mutex<HashMap<[u8; 32], Remembered>>,
    failures: Mutex<HashMap<String, Failures>>,
    hashing: Mutex<(usize, usize)>,
    hashed: Condvar,
    /// Working memory of hashes, 19 MiB each: kept, for taking it anew from every thread would leave each thread's heap as large.
    memory: Mutex<Vec<Vec<Block>>>,
}

impl Gate {
    pub(crate) fn new(key: [u8; 32]) -> Gate {
        Gate {
            key,
            remembered: Mutex::new(HashMap::new()),
            failures: Mutex::new(HashMap::new()),
            hashing: Mutex::new((0, 0)),
            hashed: Condvar::new(),
            memory: Mutex::new(Vec::new()),
        }
    }

    fn mark(&self, scope: &str, login: &str, password: &str) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        for part in [scope, login, password] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// The account and credentials version for which this pair was verified lately.
    pub(crate) fn recall(&self, scope: &str, login: &str, password: &str, now: Timestamp) -> Option<(i64, i64)> {
        let mark = self.mark(scope, login, password);
        let remembered = self.remembered.lock().unwrap_or_else(|p| p.into_inner());
        remembered.get(&mark).filter(|r| r.until > now).map(|r| (r.account_id, r.credentials_version))
    }

    pub(crate) fn remember(&self, scope: &str, login: &str, password: &str, account: (i64, i64), now: Timestamp) {
        let mark = self.mark(scope, login, password);
        let mut remembered = self.remembered.lock().unwrap_or_else(|p| p.into_inner());
        if remembered.len() >= REMEMBERED_MAX {
            remembered.retain(|_, r| r.until > now);
            if remembered.len() >= REMEMBERED_MAX {
                remembered.clear();
            }
        }
        let (account_id, credentials_version) = account;
        remembered.insert(mark, Remembered { account_id, credentials_version, until: now.plus_seconds(REMEMBERED_SECONDS) });
    }

    /// Seconds that this caller must wait before its next attempt is looked at; counted before anything is hashed.
    pub(crate) fn wait_seconds(&self, who: &str, now: Timestamp) -> Option<u32> {
        let failures = self.failures.lock().unwrap_or_else(|p| p.into_inner());
        let closed_until = failures.get(who)?.closed_until;
        let left = closed_until.seconds_since(now);
        (left > 0).then(|| u32::try_from(left).unwrap_or(WAIT_SECONDS_MAX))
    }

    pub(crate) fn failed(&self, who: &str, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(|p| p.into_inner());
        if failures.len() >= FAILURES_MAX {
            failures.retain(|_, f| f.closed_until > now);
            if failures.len() >= FAILURES_MAX {
                failures.clear();
            }
        }
        let entry = failures.entry(who.to_owned()).or_insert(Failures { count: 0, closed_until: now });
        entry.count = entry.count.saturating_add(1);
        let over = entry.count.saturating_sub(FREE_ATTEMPTS);
        if over > 0 {
            let wait = 1_u32.checked_shl(over.min(6)).unwrap_or(WAIT_SECONDS_MAX).min(WAIT_SECONDS_MAX);
            entry.closed_until = now.plus_seconds(i64::from(wait));
        }
    }

    pub(crate) fn succeeded(&self, who: &str) {
        self.failures.lock().unwrap_or_else(|p| p.into_inner()).remove(who);
    }

    /// Runs one hash, waiting for a free place; `None` if too many wait already.
    fn bounded<T>(&self, hash: impl FnOnce() -> T) -> Option<T> {
        let mut hashing = self.hashing.lock().unwrap_or_else(|p| p.into_inner());
        if hashing.1 >= HASHES_WAITING_MAX {
            return None;
        }
        hashing.1 += 1;
        while hashing.0 >= HASHES_AT_ONCE {
            hashing = self.hashed.wait(hashing).unwrap_or_else(|p| p.into_inner());
        }
        hashing.1 -= 1;
        hashing.0 += 1;
        drop(hashing);
        let done = hash();
        self.hashing.lock().unwrap_or_else(|p| p.into_inner()).0 -= 1;
        self.hashed.notify_one();
        Some(done)
    }

    /// Compares a password with a stored hash; without a hash it does the same work and says no, so that an unknown login takes as long as a
    /// wrong password. `None` if the server is busy.
    pub(crate) fn verify(&self, password: &str, stored: Option<&str>) -> Option<bool> {
        const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$CTk1Y7S8H3Z4CLmRk2V9Zr6cXKJ2mtdUGcCcsjWHi3w";
        self.bounded(|| {
            let hash = PasswordHash::new(stored.unwrap_or(NOBODY)).ok();
            let matches = hash.is_some_and(|hash| self.matches(password, &hash).unwrap_or(false));
            matches && stored.is_some()
        })
    }

    /// Hashes the password as the stored hash was made, and compares in constant time; `None` if the stored one is no argon2id hash.
    fn matches(&self, password: &str, stored: &PasswordHash) -> Option<bool> {
        let (salt, expected) = (stored.salt.as_ref()?, stored.hash.as_ref()?);
        if stored.algorithm != argon2::ARGON2ID_IDENT {
            return None;
        }
        let params = Params::try_from(stored).ok()?;
        let mut memory = self.memory.lock().unwrap_or_else(|p| p.into_inner()).pop().unwrap_or_default();
        memory.resize(params.block_count(), Block::default());
        let mut hashed = vec![0_u8; expected.len()];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let done = argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut hashed, memory.as_mut_slice());
        self.memory.lock().unwrap_or_else(|p| p.into_inner()).push(memory);
        done.ok()?;
        Some(bool::from(hashed.ct_eq(expected.as_bytes())))
    }

    /// Hashes a new password (argon2id, 19 MiB, 2 passes: OWASP ASVS 11.4.2). `None` if the server is busy.
    pub(crate) fn hash(&self, password: &str, salt: &[u8; 16]) -> Option<String> {
        self.bounded(|| {
            let hashed: PasswordHash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt).ok()?;
            Some(hashed.to_string())
        })
        .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds)
    }

    #[test]
    fn passwords_are_remembered_for_their_login_only() {
        let gate = Gate::new([1; 32]);
        gate.remember("kvapi", "demo", "pass", (7, 1), at(0));
        assert_eq!(gate.recall("kvapi", "demo", "pass", at(299)), Some((7, 1)));
        assert_eq!(gate.recall("kvapi", "demo", "pass", at(300)), None);
        assert_eq!(gate.recall("dmapi", "demo", "pass", at(1)), None);
        assert_eq!(gate.recall("kvapi", "demopa", "ss", at(1)), None);
    }

    #[test]
    fn wrong_attempts_close_the_door_for_a_while() {
        let gate = Gate::new([1; 32]);
        for _ in 0..FREE_ATTEMPTS {
            gate.failed("demo", at(0));
        }
        assert_eq!(gate.wait_seconds("demo", at(0)), None);
        gate.failed("demo", at(0));
        assert_eq!(gate.wait_seconds("demo", at(0)), Some(2));
        assert_eq!(gate.wait_seconds("other", at(0)), None);
        assert_eq!(gate.wait_seconds("demo", at(2)), None);
        gate.succeeded("demo");
        gate.failed("demo", at(3));
        assert_eq!(gate.wait_seconds("demo", at(3)), None);
    }

    #[test]
    fn passwords_verify_against_their_hash() {
        let gate = Gate::new([1; 32]);
        let hash = gate.hash("demo-pass", &[9; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(gate.verify("demo-pass", Some(&hash)), Some(true));
        assert_eq!(gate.verify("demo-pasS", Some(&hash)), Some(false));
        assert_eq!(gate.verify("demo-pass", None), Some(false));
    }
}
