//! What the operator sets for one registry.

use std::time::Duration;

use epp::Secret;

/// How one registry is spoken to. Every default is argued at its place in [`Config::new`].
#[derive(Clone, Debug)]
pub struct Config {
    /// The name under which we know the registry.
    pub id: String,
    /// The registry lives in this process: asking it is no waiting.
    pub near: bool,
    /// Our registrar id there (clID).
    pub registrar: String,
    pub password: Secret,
    /// Most sessions at once; registries allow few.
    pub sessions_max: usize,
    /// Most callers that wait for a session; one more is turned away at once.
    pub waiting_max: usize,
    /// How long a caller waits for a session.
    pub wait_max: Duration,
    /// Limit on connecting, TLS handshake, greeting and log-in together.
    pub connect_timeout: Duration,
    /// Limit from the command's first byte to its answer's last.
    pub command_timeout: Duration,
    /// A session without traffic for so long says hello.
    pub keep_alive: Duration,
    /// A session older than this is logged out.
    pub age_max: Duration,
    /// At least this much lies between two attempts to log in.
    pub login_interval: Duration,
    /// The first wait after a failed log-in; it doubles with every further failure.
    pub backoff_first: Duration,
    pub backoff_max: Duration,
    /// Largest command to send; the link bounds what it receives.
    pub frame_bytes_max: usize,
    /// Most names in one check.
    pub check_names_max: usize,
    /// Whether a restore is completed by a report (RFC 3915 section 4.2.5).
    pub restore_report: bool,
}

impl Config {
    /// Defaults that suit most registries.
    pub fn new(id: impl Into<String>, registrar: impl Into<String>, password: impl Into<Secret>) -> Config {
        Config {
            id: id.into(),
            near: false,
            registrar: registrar.into(),
            password: password.into(),
            sessions_max: 4,
            waiting_max: 256,
            wait_max: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(15),
            command_timeout: Duration::from_secs(30),
            // Namingo closes after 120 idle seconds, the strictest seen.
            keep_alive: Duration::from_secs(100),
            // Verisign's own client recycles after 23 hours; the server ends sessions at 24.
            age_max: Duration::from_secs(23 * 3600),
            // No log-in storms.
            login_interval: Duration::from_secs(1),
            backoff_first: Duration::from_secs(1),
            backoff_max: Duration::from_secs(60),
            // The limit of the Nomulus proxy, the strictest seen.
            frame_bytes_max: 512 * 1024,
            // The limit of Nomulus.
            check_names_max: 50,
            restore_report: true,
        }
    }

    /// For a registry in this process: log-ins cost nothing, so nothing waits between them.
    pub fn in_process(id: impl Into<String>, registrar: impl Into<String>, password: impl Into<Secret>) -> Config {
        Config {
            near: true,
            login_interval: Duration::ZERO,
            backoff_first: Duration::ZERO,
            backoff_max: Duration::ZERO,
            ..Config::new(id, registrar, password)
        }
    }
}
