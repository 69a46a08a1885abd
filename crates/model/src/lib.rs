//! What things are: names, money, periods, contacts, domains, orders, policy. Rules as total functions; no I/O, no clock, no SQL, no wire words.

pub mod access;
pub mod contact;
pub mod domain;
pub mod field;
pub mod grant;
pub mod hosted;
pub mod idn;
pub mod lock;
pub mod money;
pub mod name;
pub mod network;
pub mod order;
pub mod owner_change;
pub mod pattern;
pub mod period;
pub mod policy;
pub mod refusal;
pub mod text;
pub mod time;
pub mod transfer;
pub mod verification;

pub use access::{Access, Channel, Need};
pub use field::{ContactField, Field, FieldProblem, Problem};
pub use money::{Currency, Money};
pub use name::{DomainName, HostName};
pub use network::Network;
pub use period::{Months, Year};
pub use refusal::Refusal;
pub use time::Timestamp;
