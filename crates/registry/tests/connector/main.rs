//! The connector against registries that fail in every way: of cardboard, over real TLS, and the embedded one.

mod calls;
mod embedded;
mod failures;
mod faults;
mod logins;
mod tls;
mod wire;
