//! Secrets and signatures of webhooks, in the form that libraries of Standard Webhooks check.
//!
//! <https://www.standardwebhooks.com>: the secret is `whsec_` and base64; signed are number, timestamp and body, joined by full stops; each
//! signature is `v1,` and base64 of HMAC-SHA256, several are separated by blanks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// A fresh secret of 256 random bits.
pub(super) fn made(entropy: &dyn Fn(&mut [u8])) -> String {
    let mut random = [0_u8; 32];
    entropy(&mut random);
    format!("{PREFIX}{}", STANDARD.encode(random))
}

/// The signature of a delivery under one secret; `None` if the secret is none of ours.
pub(super) fn signature(secret: &str, number: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{number}.{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert_eq!(signature("secret", "1", 1, ""), None);
        assert_eq!(signature("whsec_!", "1", 1, ""), None);
        let fresh = made(&|b| b.fill(7));
        assert_eq!(fresh.len(), 6 + 44);
        assert!(signature(&fresh, "1", 1, "{}").is_some());
    }
}
