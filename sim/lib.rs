//! flowsim

pub mod choice;
#[cfg(feature = "cli")]
pub mod cli;
pub mod contract;
pub mod oracle;
pub mod report;
pub mod rules;
pub mod time;
pub mod trace;
pub mod world;

pub use contract::{Contract, Error, Mode, Read};
pub use oracle::{Oracle, Verdict};
