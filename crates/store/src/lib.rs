//! The tables: everything that must survive, and the only room besides the embedded registry's where SQL is written.

pub mod db;

pub use db::{Fault, Location, Store, Tx};
