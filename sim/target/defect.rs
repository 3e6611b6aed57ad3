//! Names the defects that named targets can be given, in one list whatever they are made of.

use crate::flow::RecordsQuirk;
use crate::tcp::Quirk;
use crate::world::{PipeQuirk, World};

/// A defect of the simulator's own flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// Of the flow through memory.
    Pipe(PipeQuirk),
    /// Of the TCP.
    Tcp(Quirk),
    /// Of the layer of records.
    Records(RecordsQuirk),
}

impl Defect {
    /// Its name, as users write it.
    pub const fn name(self) -> &'static str {
        match self {
            Defect::Pipe(quirk) => quirk.name(),
            Defect::Tcp(quirk) => quirk.name(),
            Defect::Records(quirk) => quirk.name(),
        }
    }

    /// Its row in the catalogue of mutants.
    pub const fn number(self) -> u32 {
        match self {
            Defect::Pipe(quirk) => quirk.number(),
            Defect::Tcp(quirk) => quirk.number(),
            Defect::Records(quirk) => quirk.number(),
        }
    }

    /// The rule that must find it first.
    pub const fn rule(self) -> &'static str {
        match self {
            Defect::Pipe(quirk) => quirk.rule(),
            Defect::Tcp(quirk) => quirk.rule(),
            Defect::Records(quirk) => quirk.rule(),
        }
    }

    /// What it changes.
    pub const fn about(self) -> &'static str {
        match self {
            Defect::Pipe(quirk) => quirk.about(),
            Defect::Tcp(quirk) => quirk.about(),
            Defect::Records(quirk) => quirk.about(),
        }
    }

    /// Gives it to the flows that are made in this world from now on. A layer is not the world's: it has its defect when it is made.
    pub(super) fn spoil(self, world: &mut World) {
        match self {
            Defect::Pipe(quirk) => world.spoil_pipes(quirk),
            Defect::Tcp(quirk) => world.spoil_stacks(quirk),
            Defect::Records(_) => {}
        }
    }

    /// That of a layer of records.
    pub(super) const fn of_records(self) -> Option<RecordsQuirk> {
        match self {
            Defect::Records(quirk) => Some(quirk),
            Defect::Pipe(_) | Defect::Tcp(_) => None,
        }
    }
}
