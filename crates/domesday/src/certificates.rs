//! Certificates for redirected names, made by the sandbox's own authority when a browser first asks for one.

use engine::Engine;
use model::HostName;
use registry::pki::Issuing;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Names that are remembered, with a certificate or as having none.
const NAMES_MAX: usize = 1_024;
/// That a name is redirected, or is not, is believed for so long.
const BELIEVED: Duration = Duration::from_secs(10);
/// A certificate is made anew after so long, well before it ends.
const MADE_ANEW: Duration = Duration::from_secs(30 * 86_400);
/// Questions to the store at once; who comes beyond is turned away and comes again.
const ASKING: usize = 8;

struct Known {
    looked: Instant,
    /// Of the certificate.
    made: Instant,
    certificate: Option<Arc<CertifiedKey>>,
}

/// Finds the certificate of a name: those that are redirected here have one, others have none.
pub struct OnDemand {
    engine: Engine,
    issuing: Issuing,
    known: Mutex<HashMap<String, Known>>,
    asking: Semaphore,
}

impl fmt::Debug for OnDemand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("certificates on demand")
    }
}

impl OnDemand {
    pub fn new(engine: Engine, issuing: Issuing) -> OnDemand {
        OnDemand { engine, issuing, known: Mutex::default(), asking: Semaphore::new(ASKING) }
    }

    /// What is believed of a name: `Some(None)` is a name without certificate.
    fn believed(&self, name: &str) -> Option<Option<Arc<CertifiedKey>>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).filter(|known| known.looked.elapsed() < BELIEVED).map(|known| known.certificate.clone())
    }

    /// Asks whether a name is redirected, and makes its certificate if it has none yet. Blocks.
    fn ask(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        let host = HostName::parse(name).ok()?;
        let redirected = match self.engine.redirection(host) {
            Ok(found) => found.is_some(),
            Err(error) => {
                tracing::warn!(%error, "a redirection could not be looked up");
                return None;
            }
        };
        let now = Instant::now();
        let kept = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(name).and_then(|known| Some((known.certificate.clone()?, known.made))).filter(|(_, made)| made.elapsed() < MADE_ANEW)
        };
        let (certificate, made) = match kept {
            _ if !redirected => (None, now),
            Some((kept, made)) => (Some(kept), made),
            None => match self.issuing.certificate(name, self.engine.real_now()) {
                Ok(certificate) => (Some(Arc::new(certificate)), now),
                Err(error) => {
                    tracing::warn!(%error, "a certificate could not be made");
                    (None, now)
                }
            },
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= NAMES_MAX && !known.contains_key(name) {
            known.retain(|_, known| known.certificate.is_some() && known.looked.elapsed() < BELIEVED);
            if known.len() >= NAMES_MAX {
                known.clear();
            }
        }
        known.insert(name.to_owned(), Known { looked: now, made, certificate: certificate.clone() });
        certificate
    }
}

impl ResolvesServerCert for OnDemand {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?.trim_end_matches('.').to_ascii_lowercase();
        if let Some(believed) = self.believed(&name) {
            return believed;
        }
        let _turn = self.asking.try_acquire().ok()?;
        tokio::task::block_in_place(|| self.ask(&name))
    }
}
