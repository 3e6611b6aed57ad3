//! flowsim

#[cfg(feature = "cli")]
pub mod cli;
pub mod contract;
pub mod oracle;
pub mod report;
pub mod rules;
pub mod time;
pub mod trace;

pub use contract::{Contract, Error, Mode, Read};
pub use oracle::{Oracle, Verdict};
