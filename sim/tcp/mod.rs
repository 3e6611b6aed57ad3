//! TCP without IO: calls, segments and time go in; segments, notices and a deadline come out.

mod settings;

pub use settings::{Quirk, Settings};
