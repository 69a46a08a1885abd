//! The certificates of a sandbox: an authority of our own, the EPP server's certificate, and one for each registrar's client.

use model::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PublicKeyData,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{RootCertStore, ServerConfig};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};

/// How long a server or client certificate is valid; browsers and registries take no more than 398 days.
const VALID_DAYS: i64 = 397;
/// The authority outlives many of its certificates.
const AUTHORITY_VALID_DAYS: i64 = 3_650;
/// A certificate with less than this left is made anew at start.
const RENEW_BEFORE_DAYS: i64 = 30;
/// What the server's certificate is for.
const SERVER_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const AUTHORITY_NAME: &str = "Domesday sandbox authority";

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    #[error("{path}: {error}")]
    File { path: String, error: std::io::Error },
    #[error("{path}: {reason}")]
    Content { path: String, reason: String },
    #[error("a certificate could not be made: {0}")]
    Make(#[from] rcgen::Error),
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("client certificates: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}

/// A folder with `ca.pem`, `server.pem`, `client-<registrar>.pem` and a `.key` beside each.
#[derive(Clone, Debug)]
pub struct Pki {
    folder: PathBuf,
}

impl Pki {
    /// Opens the folder and makes what is missing, does not fit together, or has less than 30 days left. `now` is real time, not the
    /// business clock: TLS peers judge certificates by theirs.
    pub fn open(folder: &Path, registrars: &[&str], now: Timestamp) -> Result<Pki, PkiError> {
        fs::create_dir_all(folder).map_err(|error| file_error(folder, error))?;
        let pki = Pki { folder: folder.to_owned() };
        let fresh = !pki.is_good("ca", None, now)?;
        if fresh {
            let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
            let certificate = authority(now).self_signed(&key)?;
            pki.put("ca", &certificate.pem(), &key)?;
        }
        let key = KeyPair::from_pem(&pki.text("ca", "key")?)?;
        let params = authority(now);
        let authority_id = params.key_identifier(&key);
        let issuer = Issuer::from_params(&params, key);
        let leaf = |name: &str, params: CertificateParams| -> Result<(), PkiError> {
            if fresh || !pki.is_good(name, Some(&authority_id), now)? {
                let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
                let certificate = params.signed_by(&key, &issuer)?;
                pki.put(name, &certificate.pem(), &key)?;
            }
            Ok(())
        };
        leaf("server", server(now)?)?;
        for registrar in registrars {
            leaf(&format!("client-{registrar}"), client(registrar, now))?;
        }
        Ok(pki)
    }

    /// Path of a certificate or key: `path("ca", "pem")`, `path("client-domesday", "key")`.
    pub fn path(&self, name: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{name}.{extension}"))
    }

    /// TLS for the EPP listener: 1.2 and 1.3, with a client certificate of our authority required.
    pub fn server_config(&self) -> Result<Arc<ServerConfig>, PkiError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate("ca")?)?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build()?;
        let path = self.path("server", "key");
        let key = PrivateKeyDer::from_pem_file(&path).map_err(|error| content_error(&path, error))?;
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![self.certificate("server")?], key)?;
        Ok(Arc::new(config))
    }

    /// A certificate of this folder.
    pub fn certificate(&self, name: &str) -> Result<CertificateDer<'static>, PkiError> {
        let path = self.path(name, "pem");
        CertificateDer::from_pem_file(&path).map_err(|error| content_error(&path, error))
    }

    fn text(&self, name: &str, extension: &str) -> Result<String, PkiError> {
        let path = self.path(name, extension);
        fs::read_to_string(&path).map_err(|error| file_error(&path, error))
    }

    /// Whether a certificate and its key are there, belong together, come from the authority and last long enough.
    /// A file that cannot be read is an error, one that makes no sense is made anew.
    fn is_good(&self, name: &str, authority_id: Option<&[u8]>, now: Timestamp) -> Result<bool, PkiError> {
        let (certificate, key) = (self.path(name, "pem"), self.path(name, "key"));
        for path in [&certificate, &key] {
            if !path.try_exists().map_err(|error| file_error(path, error))? {
                return Ok(false);
            }
        }
        let Ok(key) = KeyPair::from_pem(&self.text(name, "key")?) else { return Ok(false) };
        let Ok(der) = CertificateDer::from_pem_slice(self.text(name, "pem")?.as_bytes()) else { return Ok(false) };
        let Ok((_, parsed)) = x509_parser::parse_x509_certificate(&der) else { return Ok(false) };
        let validity = parsed.validity();
        let lasts =
            validity.not_after.timestamp() > now.plus_days(RENEW_BEFORE_DAYS).seconds() && validity.not_before.timestamp() <= now.seconds();
        let own = parsed.public_key().raw == key.subject_public_key_info();
        let issued = authority_id.is_none_or(|id| names_authority(&parsed, id));
        Ok(lasts && own && issued)
    }

    /// Key first: a certificate is never there without its key. Each file appears whole or not at all.
    fn put(&self, name: &str, certificate: &str, key: &KeyPair) -> Result<(), PkiError> {
        write(&self.path(name, "key"), key.serialize_pem().as_bytes(), 0o600)?;
        write(&self.path(name, "pem"), certificate.as_bytes(), 0o644)
    }
}

/// Makes certificates for servers of any name, as they are asked for; all have one key, which lives as long as this.
pub struct Issuing {
    issuer: Issuer<'static, KeyPair>,
    key: KeyPair,
    signing: Arc<dyn SigningKey>,
}

impl Pki {
    /// Opens the authority for issuing. `now` is real time.
    pub fn issuing(&self, now: Timestamp) -> Result<Issuing, PkiError> {
        let issuer = Issuer::new(authority(now), KeyPair::from_pem(&self.text("ca", "key")?)?);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let der = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let signing = rustls::crypto::aws_lc_rs::sign::any_supported_type(&der)?;
        Ok(Issuing { issuer, key, signing })
    }
}

impl Issuing {
    /// A certificate for a host, good for [`VALID_DAYS`]. `now` is real time.
    pub fn certificate(&self, host: &str, now: Timestamp) -> Result<CertifiedKey, PkiError> {
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.distinguished_name = DistinguishedName::new();
        leaf(&mut params, ExtendedKeyUsagePurpose::ServerAuth, now);
        let certificate = params.signed_by(&self.key, &self.issuer)?;
        Ok(CertifiedKey::new(vec![certificate.der().clone()], self.signing.clone()))
    }
}

/// Whether the certificate names this authority's key as its issuer's.
fn names_authority(certificate: &X509Certificate<'_>, id: &[u8]) -> bool {
    certificate.extensions().iter().any(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(named) => named.key_identifier.as_ref().is_some_and(|named| named.0 == id),
        _ => false,
    })
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// Sets the validity in whole days, beginning a day ago, so that clocks a little behind accept it.
fn valid(params: &mut CertificateParams, now: Timestamp, days: i64) {
    let day = |at: Timestamp| {
        let civil = at.civil();
        // The calendar's own values are in the range of these types.
        let (month, day) = (u8::try_from(civil.month).unwrap_or(1), u8::try_from(civil.day).unwrap_or(1));
        rcgen::date_time_ymd(i32::from(civil.year), month, day)
    };
    params.not_before = day(now.plus_days(-1));
    params.not_after = day(now.plus_days(days - 1));
}

fn authority(now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(AUTHORITY_NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid(&mut params, now, AUTHORITY_VALID_DAYS);
    params
}

fn server(now: Timestamp) -> Result<CertificateParams, PkiError> {
    let mut params = CertificateParams::new(SERVER_NAMES.map(str::to_owned))?;
    params.distinguished_name = named(SERVER_NAMES[0]);
    leaf(&mut params, ExtendedKeyUsagePurpose::ServerAuth, now);
    Ok(params)
}

/// The common name is the registrar's id: to it the certificate is bound.
fn client(registrar: &str, now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(registrar);
    leaf(&mut params, ExtendedKeyUsagePurpose::ClientAuth, now);
    params
}

fn leaf(params: &mut CertificateParams, usage: ExtendedKeyUsagePurpose, now: Timestamp) {
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    valid(params, now, VALID_DAYS);
}

/// Writes beside and renames, so that a reader sees the old file or the new one. `mode` is the permission bits.
fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), PkiError> {
    let draft = path.with_extension("new");
    let attempt = || {
        if draft.try_exists()? {
            fs::remove_file(&draft)?;
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        #[cfg(not(unix))]
        let _ = mode;
        let mut file = options.open(&draft)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    attempt().map_err(|error| file_error(path, error))
}

/// The registrar ids that a client certificate may stand for: its common names, then its DNS names.
pub fn certificate_names(der: &[u8]) -> Vec<String> {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(der) else { return Vec::new() };
    let mut names: Vec<String> =
        certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok()).map(str::to_owned).collect();
    if let Ok(Some(alternatives)) = certificate.subject_alternative_name() {
        names.extend(alternatives.value.general_names.iter().filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        }));
    }
    names
}

fn file_error(path: &Path, error: std::io::Error) -> PkiError {
    PkiError::File { path: path.display().to_string(), error }
}

fn content_error(path: &Path, reason: impl std::fmt::Display) -> PkiError {
    PkiError::Content { path: path.display().to_string(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_date(2026, 3, 1).expect("a day")
    }

    #[test]
    fn files_are_made_once_kept_and_renewed_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let open = |at: Timestamp| Pki::open(folder.path(), &["domesday", "outsider"], at).unwrap();
        let pki = open(now());
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        let (ca, server, client) = (read("ca.pem"), read("server.pem"), read("client-domesday.pem"));
        pki.server_config().unwrap();
        assert_eq!(certificate_names(&pki.certificate("client-outsider").unwrap()), ["outsider"]);

        open(now().plus_days(300));
        assert_eq!((&ca, &server), (&read("ca.pem"), &read("server.pem")), "still good");
        open(now().plus_days(370));
        assert_eq!(ca, read("ca.pem"));
        assert!(server != read("server.pem") && client != read("client-domesday.pem"), "less than 30 days were left");
    }

    #[test]
    fn certificates_last_397_days() {
        let folder = tempfile::tempdir().unwrap();
        let pki = Pki::open(folder.path(), &["domesday"], now()).unwrap();
        for name in ["server", "client-domesday"] {
            let der = pki.certificate(name).unwrap();
            let validity = x509_parser::parse_x509_certificate(&der).unwrap().1.validity().clone();
            assert_eq!((validity.not_after.timestamp() - validity.not_before.timestamp()) / 86_400, 397);
        }
    }

    #[test]
    fn what_does_not_fit_together_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        Pki::open(folder.path(), &["domesday"], now()).unwrap();
        let other = tempfile::tempdir().unwrap();
        Pki::open(other.path(), &["domesday"], now()).unwrap();
        // A key of another certificate, a certificate of another authority, and no certificate at all.
        let spoil = [("server.key", "server.key"), ("client-domesday.pem", "client-domesday.pem")];
        for (from, to) in spoil {
            fs::copy(other.path().join(from), folder.path().join(to)).unwrap();
        }
        let pki = Pki::open(folder.path(), &["domesday"], now()).unwrap();
        pki.server_config().expect("key and certificate belong together again");
        assert!(
            fs::read(other.path().join("client-domesday.pem")).unwrap() != fs::read(folder.path().join("client-domesday.pem")).unwrap()
        );
        fs::write(folder.path().join("server.pem"), "nonsense").unwrap();
        Pki::open(folder.path(), &["domesday"], now()).unwrap().server_config().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Pki::open(folder.path(), &["domesday"], now()).unwrap();
        for name in ["ca.key", "server.key", "client-domesday.key"] {
            assert_eq!(fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
}
