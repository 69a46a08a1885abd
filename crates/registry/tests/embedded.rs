//! The embedded registry, tried through frames alone.

#[path = "embedded/support.rs"]
mod support;

#[path = "embedded/domains.rs"]
mod domains;
