//! instant-epp, an EPP client that is not ours, against the EPP port of the real binary. It logs in without extensions and breaks on a reply that
//! holds one: the registry must honour what a client logged in with (RFC 5730, 2.9.1.1).

mod common;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use instant_epp::Error;
use instant_epp::client::{Connector, EppClient};
use instant_epp::contact::{self, ContactCreate, ContactInfo};
use instant_epp::domain::{
    self, DomainCheck, DomainContact, DomainCreate, DomainDelete, DomainInfo, DomainRenew, DomainTransfer, HostInfo, HostObj, Period,
    PeriodLength,
};
use instant_epp::host::HostCreate;
use instant_epp::login::Login;
use instant_epp::logout::Logout;
use instant_epp::response::ResultCode;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use common::Server;

/// TLS to the loopback by its number, with the name that the certificate carries.
struct Loopback {
    port: u16,
    tls: TlsConnector,
}

impl Loopback {
    fn new(port: u16, pki: &Path, registrar: &str) -> Loopback {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(pki.join("ca.pem")).expect("the CA was made at first start") {
            roots.add(certificate.expect("it is PEM")).expect("it is a CA");
        }
        let chain: Vec<_> = CertificateDer::pem_file_iter(pki.join(format!("client-{registrar}.pem")))
            .expect("it was made")
            .map(|part| part.expect("it is PEM"))
            .collect();
        let key = PrivateKeyDer::from_pem_file(pki.join(format!("client-{registrar}.key"))).expect("it was made");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has them")
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .expect("the key fits the certificate");
        Loopback { port, tls: TlsConnector::from(Arc::new(config)) }
    }
}

impl Connector for Loopback {
    type Connection = TlsStream<TcpStream>;

    fn connect<'life0, 'async_trait>(
        &'life0 self,
        timeout: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<Self::Connection, Error>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move {
            let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
            let name = ServerName::try_from("localhost").expect("it is a name");
            tokio::time::timeout(timeout, self.tls.connect(name, stream)).await.map_err(|_| Error::Timeout)?.map_err(Error::Io)
        })
    }
}

fn code(error: Error) -> ResultCode {
    match error {
        Error::Command(status) => status.result.code,
        other => panic!("no EPP result: {other}"),
    }
}

async fn connected(port: u16, pki: &Path) -> EppClient<Loopback> {
    EppClient::new(Loopback::new(port, pki, "outsider"), "embedded".into(), Duration::from_secs(20)).await.expect("it greets")
}

async fn life(port: u16, pki: PathBuf, held: String) {
    let mut epp = connected(port, &pki).await;
    let greeting = epp.hello().await.expect("hello is answered by a greeting");
    assert!(!greeting.service_id.is_empty());
    let wrong = epp.transact(&Login::new("outsider", "not-the-one", None, None), "ie-login-0").await.expect_err("a wrong password");
    assert_eq!(code(wrong), ResultCode::AuthenticationError);

    let mut epp = connected(port, &pki).await;
    epp.transact(&Login::new("outsider", "outsider-epp", None, None), "ie-login-1").await.expect("login without extensions");

    let check = DomainCheck { domains: &["instant-epp.com", "taken.com"] };
    let reply = epp.transact(&check, "ie-check").await.expect("check");
    let available: Vec<bool> = reply.res_data().expect("chkData").list.iter().map(|one| one.name.available).collect();
    assert_eq!(available, [true, false]);
    assert_eq!(reply.tr_ids.client_tr_id.as_deref(), Some("ie-check"));

    let address = contact::Address::new(&["1 Dock Rd", "Unit 2"], "Cork", None, Some("T12"), "Ireland".parse().expect("a country"));
    let person = contact::PostalInfo::new(contact::InfoType::International, "Niamh Byrne", None, address);
    epp.transact(
        &ContactCreate::new("ie-holder", "niamh@example.org", person, Some(contact::Voice::new("+353.215550100")), "Ie-Auth-1"),
        "ie-contact",
    )
    .await
    .expect("contact create");
    let reply = epp.transact(&ContactInfo::new("ie-holder", "Ie-Auth-1"), "ie-contact-info").await.expect("contact info");
    assert_eq!(reply.res_data().expect("infData").email, "niamh@example.org");

    epp.transact(&HostCreate::new("ns1.instant-epp.example", None), "ie-host").await.expect("host create");
    let roles: Vec<DomainContact> =
        ["admin", "tech", "billing"].into_iter().map(|role| DomainContact { contact_type: role.into(), id: "ie-holder".into() }).collect();
    let hosts = [HostInfo::Obj(HostObj { name: "ns1.instant-epp.example".into() })];
    let year = Period::Years(PeriodLength::new(1).expect("one is a length"));
    let create = DomainCreate::new("instant-epp.com", year, Some(&hosts), Some("ie-holder"), "Ie-Auth-1", Some(&roles));
    epp.transact(&create, "ie-create").await.expect("domain create");
    let twice = epp.transact(&create, "ie-create-2").await.expect_err("it exists");
    assert_eq!(code(twice), ResultCode::ObjectExists);

    // Grace periods and DNSSEC were not logged in for: had the reply an extension, the client would fail here.
    let reply = epp.transact(&DomainInfo::new("instant-epp.com", None), "ie-info").await.expect("domain info without extensions");
    let info: &domain::InfoData = reply.res_data().expect("infData");
    assert_eq!((info.client_id.as_str(), info.registrant.as_deref()), ("outsider", Some("ie-holder")));
    let ends = info.expiring_at.expect("exDate");

    let renewed = epp.transact(&DomainRenew::new("instant-epp.com", ends.date_naive(), year), "ie-renew").await.expect("renew");
    assert!(renewed.res_data().expect("renData").expiring_at.expect("exDate") > ends);
    epp.transact(&DomainRenew::new("instant-epp.com", ends.date_naive(), year), "ie-renew-2").await.expect_err("the date moved");

    let refused = epp.transact(&DomainTransfer::new(&held, Some(year), "not-the-code-1"), "ie-transfer").await.expect_err("a wrong code");
    assert_eq!(code(refused), ResultCode::InvalidAuthorizationInformation);

    epp.transact(&DomainDelete::new("instant-epp.com"), "ie-delete").await.expect("delete");
    let reply = epp.transact(&Logout, "ie-logout").await.expect("logout");
    assert_eq!(reply.result.code, ResultCode::CommandCompletedSuccessfullyEndingSession);
}

#[test]
fn instant_epp_lives_a_whole_life() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(data.path(), None);
    let person = [
        ("FIRSTNAME", "Eve"),
        ("LASTNAME", "Holm"),
        ("STREET", "Nygata 5"),
        ("CITY", "Oslo"),
        ("ZIP", "0159"),
        ("COUNTRY", "NO"),
        ("PHONE", "+47.22555010"),
        ("EMAIL", "eve@example.org"),
    ];
    let mut order = vec![
        ("domain".to_owned(), "instant-held.com"),
        ("period".to_owned(), "1"),
        ("nameserver0".to_owned(), "ns1.example.net"),
        ("nameserver1".to_owned(), "ns2.example.net"),
    ];
    for role in ["owner", "admin", "tech", "billing"] {
        order.extend(person.iter().map(|(field, value)| (format!("{role}contact0{field}"), *value)));
    }
    let order: Vec<(&str, &str)> = order.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let reply = server.kvapi("AddDomain", &order).expect("it answers");
    assert_eq!(reply.code(), "200", "{}", reply.text);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(life(server.epp, data.path().join("pki"), "instant-held.com".into()));
    let promises = server.lab("GET", "/sandbox/invariants", "");
    assert_eq!(promises["ok"], true, "{promises}");
}
