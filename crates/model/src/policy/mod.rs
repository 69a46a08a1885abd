//! TLD policy as data.
