//! The embedded registry: a true EPP server with its own tables.
