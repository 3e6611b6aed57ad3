//! flowsim

pub mod choice;
#[cfg(feature = "cli")]
pub mod cli;
pub mod contract;
pub mod exec;
pub mod flow;
pub mod oracle;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod target;
pub mod time;
pub mod trace;
pub mod world;

pub use contract::{Contract, Error, Mode, Read};
pub use flow::{Flow, Io};
pub use oracle::{Oracle, Verdict};
pub use target::Target;
pub use world::{SetupError, Sim};
