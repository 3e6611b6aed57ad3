//! Puts the parts of one end of a flow together.

use super::{Asked, Halves, Life, Opening, Pendings, Reading, Writing, sooner};
use crate::contract::{Contract, DataAfterShutdownRead, Keepalive};
use crate::oracle::{Ordinal, Stamp};

/// One end of a flow.
#[derive(Clone, Debug)]
pub(in crate::oracle) struct EndState {
    pub contract: Contract,
    pub pending: Pendings,
    pub halves: Halves,
    pub reading: Reading,
    pub writing: Writing,
    pub life: Life,
    pub opening: Opening,
    /// When the last call was made that went well while another flow was ending, or had.
    pub went_on: Option<Ordinal>,
    /// Any call at all was made.
    pub used: bool,
    /// Nothing but reads and writes has happened here, and all of them went well.
    pub calm: bool,
    /// The caller did what must not be done: nothing is judged here any more.
    pub faulted: bool,
    /// Another flow stands on its flow: its calls are evidence of what that one does.
    pub evidence: bool,
}

impl EndState {
    pub fn new(contract: Contract, keepalive: Option<Keepalive>) -> Self {
        EndState {
            pending: Pendings::default(),
            halves: Halves::new(&contract),
            reading: Reading::default(),
            writing: Writing::default(),
            life: Life::default(),
            opening: Opening::with(keepalive),
            went_on: None,
            used: false,
            calm: true,
            faulted: false,
            evidence: false,
            contract,
        }
    }

    /// Late data can be read after own shutdown of reading.
    pub fn late_data(&self) -> bool {
        matches!(self.contract.data_after_shutdown_read, Some(DataAfterShutdownRead::Readable | DataAfterShutdownRead::Either))
    }

    /// Late data is thrown away after own shutdown of reading.
    pub fn discards(&self) -> bool {
        self.contract.data_after_shutdown_read == Some(DataAfterShutdownRead::Discard)
    }

    /// Its own writing goes on: it was neither asked to end nor aborted.
    pub fn writes_on(&self) -> bool {
        self.halves.write_end_called().is_none() && self.life.aborted().is_none()
    }

    /// When both halves may have been asked to end: by this end's calls, cancelled and failed ones included, or by its stack.
    pub fn full_close_possible(&self) -> Option<Stamp> {
        sooner(self.halves.full_close_possible(), self.life.stack_left())
    }

    /// It is connected from now on: what failed before tells nothing of what comes.
    pub fn forget_failures(&mut self) {
        self.life.forget_failures();
        self.reading.forget_failures();
        self.writing.forget_failures();
    }

    /// A connect, or accept, is pending.
    pub fn is_opening(&self) -> bool {
        self.opening.begun().is_some() && self.pending.earliest(|asked| matches!(asked, Asked::Connect(_) | Asked::Accept(_))).is_some()
    }

    /// Nothing is expected of it any more.
    pub fn is_void(&self) -> bool {
        self.life.crashed().is_some() || self.faulted
    }

    /// No more is known of what its caller, or the layer above, does here, or can do.
    pub fn is_out_of_sight(&self) -> bool {
        self.life.is_gone() || self.life.crashed().is_some() || self.faulted && !self.evidence
    }
}
