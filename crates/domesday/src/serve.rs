//! `domesday serve`: opens the store, starts the listeners and the work behind them, and stops in good order.

use crate::assemble::{self, StoreOptions};
use crate::availability;
use crate::certificates::OnDemand;
use crate::commands::mail::RETURNS;
use crate::hosting::{self, HostingOptions};
use crate::http::{Faces, redirecting, router};
use crate::lab::SandboxLab;
use crate::smtp::SmtpOptions;
use crate::world;
use anyhow::{Context, bail};
use axum_server::Handle;
use clap::Args;
use console::Addresses;
use engine::webhook::Targets;
use outbox::webhooks::{self, Client};
use registry::embedded::server;
use registry::pki::Pki;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Serves the registrar.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Example: domesday serve --listen 127.0.0.1:8700 --epp 127.0.0.1:7000 --data ./data")]
pub struct ServeOptions {
    /// Where both reseller interfaces, the console and the lab answer. Port 0 picks a free port.
    #[arg(long, env = "DOMESDAY_LISTEN", default_value = "127.0.0.1:8700", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Where the embedded registry answers EPP over TLS.
    #[arg(long, env = "DOMESDAY_EPP", default_value = "127.0.0.1:7000", value_name = "ADDR")]
    pub epp: SocketAddr,
    /// Reserved for WHOIS, which is not served yet.
    #[arg(long, env = "DOMESDAY_WHOIS", default_value = "127.0.0.1:4300", value_name = "ADDR")]
    pub whois: SocketAddr,
    #[command(flatten)]
    pub hosting: HostingOptions,
    /// Where the availability daemon answers lines `domain:NAME`, those of accounts' own addresses alone. Not served if not given.
    #[arg(long, env = "DOMESDAY_AVAILABILITY", value_name = "ADDR")]
    pub availability: Option<SocketAddr>,
    /// Certificate chain in PEM; with it, and a key, the HTTP listener speaks TLS.
    #[arg(long, env = "DOMESDAY_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key in PEM.
    #[arg(long, env = "DOMESDAY_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    #[command(flatten)]
    pub smtp: SmtpOptions,
    /// Which receivers webhooks may have: `public` ones over https, or `any`. A sandbox that only this machine can reach takes any, else public ones.
    #[arg(long, env = "DOMESDAY_WEBHOOK_TARGETS", value_name = "WHICH", value_parser = targets)]
    pub webhook_targets: Option<Targets>,
    /// Certificate authorities in PEM that webhooks' receivers may have, beside those that the system trusts.
    #[arg(long, env = "DOMESDAY_WEBHOOK_CA", value_name = "FILE")]
    pub webhook_ca: Option<PathBuf>,
    /// Serve a sandbox, with its published passwords, on an address that others can reach.
    #[arg(long, env = "DOMESDAY_PUBLIC_SANDBOX")]
    pub public_sandbox: bool,
    /// Print nothing but addresses and warnings.
    #[arg(long, env = "DOMESDAY_QUIET")]
    pub quiet: bool,
    /// Log lines as JSON.
    #[arg(long, env = "DOMESDAY_LOG_JSON")]
    pub log_json: bool,
    /// Serve the routes that `domesday bench` compares with.
    #[arg(long, env = "DOMESDAY_BENCH_ROUTES", hide = true)]
    pub bench_routes: bool,
    #[command(flatten)]
    pub store: StoreOptions,
}

fn targets(word: &str) -> Result<Targets, String> {
    Targets::from_word(word).ok_or_else(|| "one of public, any".to_owned())
}

/// SIGTERM drains for so long; what has not ended then is cut.
const DRAIN: Duration = Duration::from_secs(7);
const TICK: Duration = Duration::from_secs(1);
/// A client must have sent its request's head within this time.
const HEAD_TIME_MAX: Duration = Duration::from_secs(30);

pub fn run(options: ServeOptions) -> anyhow::Result<ExitCode> {
    start_log(&options);
    let redirect = options.hosting.redirect(options.listen);
    let always = [("--listen", options.listen), ("--epp", options.epp), ("--dns", options.hosting.dns), ("--redirect", redirect)];
    let asked_for = [("--availability", options.availability), ("--redirect-tls", options.hosting.redirect_tls)];
    let asked_for = asked_for.into_iter().filter_map(|(what, address)| Some((what, address?)));
    for (what, address) in always.into_iter().chain(asked_for) {
        if !address.ip().is_loopback() && !options.public_sandbox {
            bail!(
                "{what} {address} can be reached by others, and a sandbox has published passwords; use a loopback address, or --public-sandbox if you mean it"
            );
        }
    }
    let client = Client::new(options.webhook_ca.as_deref()).context("webhooks")?;
    let relay = options.smtp.relay()?;
    let http_listener = TcpListener::bind(options.listen).with_context(|| format!("cannot listen on {}", options.listen))?;
    http_listener.set_nonblocking(true)?;
    let http_address = http_listener.local_addr()?;
    let scheme = if options.tls_cert.is_some() { "https" } else { "http" };
    let opened = assemble::open_at(&options.store, true, Some(format!("{scheme}://{http_address}")))?;
    let sandbox = opened.sandbox.clone();
    let engine = sandbox.engine().clone();

    // Strangers' webhooks must not reach what only this machine or its network can.
    let seen_by_others = !options.listen.ip().is_loopback();
    engine.set_webhook_targets(options.webhook_targets.unwrap_or(if seen_by_others { Targets::Public } else { Targets::Any }));

    let pki = Pki::open(&options.store.data.join("pki"), &[sandbox::REGISTRAR, sandbox::OUTSIDER], world::now())?;
    let epp_listener = TcpListener::bind(options.epp).with_context(|| format!("cannot listen on {}", options.epp))?;
    let availability_listener = match options.availability {
        Some(address) => {
            let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
            listener.set_nonblocking(true)?;
            Some(listener)
        }
        None => None,
    };
    let epp = server::serve(epp_listener, pki.server_config()?, sandbox.registry().clone())?;
    engine.serve_as(options.hosting.name_servers.clone());
    let redirects = hosting::listen(redirect)?;
    let secured = match options.hosting.redirect_tls {
        Some(address) => Some((hosting::listen(address)?, Arc::new(OnDemand::new(engine.clone(), pki.issuing(world::now())?)))),
        None => None,
    };
    let name_server = options.hosting.answer(&engine, redirects.local_addr()?)?;
    let running = engine.start(opened.alone)?;

    let stop = Arc::new(AtomicBool::new(false));
    let outbox = {
        let (engine, stop) = (engine.clone(), stop.clone());
        if relay.is_some() {
            engine.send_mails_out();
        }
        let work = move || match relay {
            Some(relay) => outbox::deliver(engine, relay, stop),
            None => outbox::run(engine, stop),
        };
        std::thread::Builder::new().name("outbox".to_owned()).spawn(work)?
    };
    let returns = {
        let (engine, stop, folder) = (engine.clone(), stop.clone(), options.store.data.join(RETURNS));
        std::thread::Builder::new().name("returns".to_owned()).spawn(move || outbox::returns::run(engine, &folder, &stop))?
    };
    let hooks = {
        let (engine, stop) = (engine.clone(), stop.clone());
        std::thread::Builder::new().name("webhooks".to_owned()).spawn(move || webhooks::deliver(engine, client, stop))?
    };
    let clock = {
        let (sandbox, stop) = (sandbox.clone(), stop.clone());
        std::thread::Builder::new().name("registry-clock".to_owned()).spawn(move || {
            while !stop.load(Ordering::Acquire) {
                sandbox.tick();
                std::thread::sleep(TICK);
            }
        })?
    };

    let addresses = Addresses {
        http: format!("{scheme}://{http_address}"),
        epp: epp.address().to_string(),
        dns: name_server.address().to_string(),
        redirects: redirects.local_addr()?.to_string(),
    };
    if let Some(listener) = &availability_listener {
        println!("availability listening on {}", listener.local_addr()?);
    }
    announce(&options, &addresses, &engine);
    let faces = Arc::new(Faces::new(engine.clone(), SandboxLab { sandbox: sandbox.clone() }, addresses, options.bench_routes));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(600).build()?;
    let ended = runtime.block_on(async {
        if let Some(listener) = availability_listener {
            tokio::spawn(availability::serve(tokio::net::TcpListener::from_std(listener)?, faces.clone()));
        }
        if let Some((listener, certificates)) = secured {
            secure(listener, certificates, faces.clone())?;
        }
        listen(&options, http_listener, redirects, faces, engine.clone()).await
    });
    runtime.shutdown_timeout(Duration::from_secs(1));

    // The doors are closed; what was accepted is finished or waits in the store.
    stop.store(true, Ordering::Release);
    name_server.stop();
    epp.stop();
    running.stop();
    for thread in [outbox, returns, hooks, clock] {
        if thread.join().is_err() {
            tracing::error!("a thread ended by a panic");
        }
    }
    ended?;
    if engine.is_stopped() {
        bail!("the database failed on disk; see the log");
    }
    Ok(ExitCode::SUCCESS)
}

async fn listen(
    options: &ServeOptions,
    listener: TcpListener,
    redirects: TcpListener,
    faces: Arc<Faces>,
    engine: engine::Engine,
) -> anyhow::Result<()> {
    let (handle, beside) = (Handle::new(), Handle::new());
    let closing = [handle.clone(), beside.clone()];
    tokio::spawn(async move {
        until_told(&engine).await;
        tracing::info!("draining");
        for handle in closing {
            handle.graceful_shutdown(Some(DRAIN));
        }
    });
    let mut server = axum_server::from_tcp(redirects)?.http1_only();
    bound(server.http_builder());
    let redirecting = redirecting(faces.clone()).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(server.handle(beside).serve(redirecting));
    let service = router(faces).into_make_service_with_connect_info::<SocketAddr>();
    match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => {
            let provider = rustls::crypto::aws_lc_rs::default_provider();
            // One provider per process; a second call finds it in place.
            let _ = provider.install_default();
            let tls = axum_server::tls_rustls::RustlsConfig::from_pem_file(certificate, key)
                .await
                .context("the TLS certificate or key cannot be used")?;
            let mut server = axum_server::from_tcp_rustls(listener, tls)?.http1_only();
            bound(server.http_builder());
            server.handle(handle).serve(service).await?;
        }
        _ => {
            let mut server = axum_server::from_tcp(listener)?.http1_only();
            bound(server.http_builder());
            server.handle(handle).serve(service).await?;
        }
    }
    Ok(())
}

/// Answers redirected names over HTTPS until the runtime ends.
fn secure(listener: TcpListener, certificates: Arc<OnDemand>, faces: Arc<Faces>) -> anyhow::Result<()> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = config.with_no_client_auth().with_cert_resolver(certificates);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    println!("redirections answered over HTTPS on {}", listener.local_addr()?);
    let tls = axum_server::tls_rustls::RustlsConfig::from_config(Arc::new(config));
    let mut server = axum_server::from_tcp_rustls(listener, tls)?.http1_only();
    bound(server.http_builder());
    tokio::spawn(server.serve(redirecting(faces).into_make_service_with_connect_info::<SocketAddr>()));
    Ok(())
}

/// HTTP/1.1 only, as DMAPI's clients need it; heads bounded in size and time.
fn bound(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>) {
    let mut http1 = builder.http1();
    http1.timer(hyper_util::rt::TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX).max_buf_size(256 * 1024);
}

/// Returns at SIGTERM or SIGINT, or when the store takes no more writes.
async fn until_told(engine: &engine::Engine) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        tracing::error!("signals cannot be heard; stop the process by its number");
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            _ = term.recv() => return,
            _ = int.recv() => return,
            () = tokio::time::sleep(Duration::from_millis(500)) => {
                if engine.is_stopped() {
                    return;
                }
            }
        }
    }
}

fn start_log(options: &ServeOptions) {
    use tracing_subscriber::EnvFilter;
    let fallback = if options.quiet { "warn" } else { "info" };
    let filter = EnvFilter::try_from_env("DOMESDAY_LOG").unwrap_or_else(|_| EnvFilter::new(fallback));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber in one process (tests) is no error.
    let _ = if options.log_json { log.json().try_init() } else { log.try_init() };
}

/// Says where everything is, with one line per dialect that can be pasted.
fn announce(options: &ServeOptions, addresses: &Addresses, engine: &engine::Engine) {
    println!("listening on {}", addresses.http);
    println!("epp listening on {}", addresses.epp);
    println!("dns listening on {}", addresses.dns);
    println!("redirections answered on {}", addresses.redirects);
    if options.quiet {
        return;
    }
    let base = &addresses.http;
    println!();
    println!("A sandbox registrar. Everything is at {base}/ and the lab at {base}/sandbox/clock");
    println!("Zones of its names are answered: dig @{} -p {} fresh.com SOA", options.hosting.dns.ip(), port(&addresses.dns));
    println!("EPP at {} with certificates from {}", addresses.epp, options.store.data.join("pki").display());
    println!();
    println!("  account   DMAPI login                        CentralNic login   API keys");
    println!("  demo      demo@reseller.example / demo-pass  demo / demo-pass   demo-key, demo-key-read, demo-key-modify");
    println!("  rival     rival@reseller.example / rival-pass  rival / rival-pass  rival-key");
    println!("  julia     julia@reseller.example / julia-pass  julia / julia-pass  (sub-account of demo)");
    println!();
    println!("Register a domain through the Joker DMAPI:");
    println!("  {}", console::dmapi_example(engine, base));
    println!("and through the CentralNic Reseller API:");
    println!("  {}", console::kvapi_example(engine, base));
    println!();
}

fn port(address: &str) -> &str {
    address.rsplit_once(':').map_or("53", |(_, port)| port)
}
