//! Names the defects that a world's flows can be given, in one list whatever carries the flow.

use super::pipe::PipeQuirk;
use crate::tcp::Quirk;

/// A defect of the simulator's own flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// Of the flow through memory.
    Pipe(PipeQuirk),
    /// Of the TCP.
    Tcp(Quirk),
}

impl Defect {
    /// Its name, as users write it.
    pub const fn name(self) -> &'static str {
        match self {
            Defect::Pipe(quirk) => quirk.name(),
            Defect::Tcp(quirk) => quirk.name(),
        }
    }

    /// Its row in the catalogue of mutants.
    pub const fn number(self) -> u32 {
        match self {
            Defect::Pipe(quirk) => quirk.number(),
            Defect::Tcp(quirk) => quirk.number(),
        }
    }

    /// The rule that must find it first.
    pub const fn rule(self) -> &'static str {
        match self {
            Defect::Pipe(quirk) => quirk.rule(),
            Defect::Tcp(quirk) => quirk.rule(),
        }
    }

    /// What it changes.
    pub const fn about(self) -> &'static str {
        match self {
            Defect::Pipe(quirk) => quirk.about(),
            Defect::Tcp(quirk) => quirk.about(),
        }
    }
}
