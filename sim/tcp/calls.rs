//! Performs calls. What they answer, in which dialect, stands in `side.rs`.

use std::hash::{Hash, Hasher};

use crate::contract::{Call, Contract, Error, NodelayMeans, Outcome, Payload};

use super::connection::{AckDue, Connection};
use super::pieces::Pieces;
use super::quirk::Quirk;
use super::segments::StepContext;
use super::settings::Settings;
use super::side::{UserSide, close_waits};
use super::state::State;

/// What is left of a connection that has ended.
#[derive(Clone, Debug)]
pub(super) struct EndedConnection {
    side: UserSide,
    unread: Option<Box<Pieces>>,
}

impl Connection {
    /// Starts or goes on with a call.
    pub(super) fn call(&mut self, step: &mut StepContext<'_>, call: &mut Call) -> Option<Outcome> {
        match call {
            Call::Read { max } => self.read(step.settings, *max),
            Call::Write(data) => self.write(step, std::slice::from_mut(data), false),
            Call::Writev(list) => self.write(step, list, false),
            Call::WriteNodelay(data) => self.write(step, std::slice::from_mut(data), true),
            Call::WritevNodelay(list) => self.write(step, list, true),
            Call::Flush => Some(self.side.refuses_flush(&step.settings.contract).unwrap_or(Outcome::Ok)),
            Call::Shutdown(mode) => {
                self.shut(step, *mode);
                Some(Outcome::Done)
            }
            Call::Close => {
                self.close(step);
                self.may_close_return(&step.settings.contract).then_some(Outcome::Done)
            }
            Call::Connect { .. } => self.side.connected(),
            Call::Destination => Some(Outcome::Ok),
            Call::Accept { .. } | Call::Listen { .. } | Call::Unlisten { .. } | Call::Disconnect => Some(unsupported()),
        }
    }

    /// Takes what has arrived. If the peer should hear of the room that this makes, an acknowledgement is due now.
    pub(super) fn read(&mut self, settings: &Settings, max: usize) -> Option<Outcome> {
        if self.side.peer_done && settings.is(Quirk::EofBeforeDrained) {
            return Some(Outcome::Eof);
        }
        let outcome = self.side.read(&settings.contract, &mut self.receive.unread, max);
        let counts = |len: usize| !settings.is(Quirk::UpdateOnlyOfHalf) || len >= self.receive.capacity() as usize / 2;
        if matches!(&outcome, Some(Outcome::Data(data)) if counts(data.len())) {
            self.tell_of_room(settings);
        }
        outcome
    }

    /// A peer that waits for a window learns at once that there is one.
    pub(super) fn tell_of_room(&mut self, settings: &Settings) {
        if self.state.may_receive() && self.receive.is_update_due(u32::from(settings.mss.max(1))) {
            self.owe(AckDue::Now);
        }
    }

    pub(super) fn is_readable(&self) -> bool {
        self.side.is_readable(&self.receive.unread)
    }

    /// Takes what there is room for off the front of the buffers.
    fn write(&mut self, step: &mut StepContext<'_>, buffers: &mut [Payload], nodelay: bool) -> Option<Outcome> {
        let contract = &step.settings.contract;
        if self.side.peer_done && step.settings.is(Quirk::EofClosesWriting) {
            return Some(Outcome::Closed);
        }
        let is_taken = buffers.iter().all(Payload::is_empty);
        let waits = nodelay && is_taken && self.side.dead.is_none();
        if !waits && let Some(refusal) = self.side.refuses_write(contract) {
            return Some(refusal);
        }
        if buffers.iter().any(|buffer| matches!(buffer, Payload::Count(1..))) {
            return Some(Outcome::Error(Error::Other("contents_unknown".into())));
        }
        let is_whole = is_taken || buffers.iter_mut().all(|buffer| self.accept(buffer));
        if nodelay && is_whole {
            self.send.hurry();
            self.transmit(step);
        }
        let waits = nodelay && !step.settings.is(Quirk::NodelayTooEarly);
        (is_whole && (!waits || self.has_left(contract))).then_some(Outcome::Ok)
    }

    /// Takes as much of a buffer as there is room for. True: all of it.
    fn accept(&mut self, buffer: &mut Payload) -> bool {
        let count = buffer.len().min(self.send.room());
        if count > 0 {
            self.send.push(buffer, count);
        }
        buffer.is_empty()
    }

    /// What was accepted has gone where `write_nodelay` waits for it to go.
    fn has_left(&self, contract: &Contract) -> bool {
        match contract.nodelay_means {
            Some(NodelayMeans::Accepted) => true,
            Some(NodelayMeans::Acknowledged) => self.send.queued() == 0 && self.send.is_syn_acknowledged(),
            Some(NodelayMeans::Transmitted) | None => self.send.is_all_sent(),
        }
    }

    /// A full close returns at once, a half close when both directions have ended, where it waits for the peer.
    fn may_close_return(&self, contract: &Contract) -> bool {
        let has_both_ended = self.send.is_fin_acknowledged() && self.side.peer_done;
        !close_waits(contract) || self.side.closed || self.state.is_over() || has_both_ended || self.state == State::TimeWait
    }

    /// What is left to answer calls from.
    pub(super) fn end(&mut self) -> EndedConnection {
        let unread = std::mem::take(&mut self.receive.unread);
        EndedConnection { side: self.side, unread: (!unread.is_empty()).then(|| Box::new(unread)) }
    }
}

impl EndedConnection {
    pub(super) fn call(&mut self, contract: &Contract, call: &mut Call) -> Outcome {
        match call {
            Call::Read { max } => self.read(contract, *max),
            Call::Write(_) | Call::Writev(_) | Call::WriteNodelay(_) | Call::WritevNodelay(_) => {
                self.side.refuses_write(contract).unwrap_or(Outcome::Closed)
            }
            Call::Flush => self.side.refuses_flush(contract).unwrap_or(Outcome::Ok),
            Call::Shutdown(mode) => {
                self.side.shut(*mode);
                self.drop_unread(contract)
            }
            Call::Close => {
                self.side.close(contract);
                self.drop_unread(contract)
            }
            Call::Connect { .. } => self.side.connected().unwrap_or(Outcome::Error(Error::Closed)),
            Call::Destination => Outcome::Ok,
            Call::Accept { .. } | Call::Listen { .. } | Call::Unlisten { .. } | Call::Disconnect => unsupported(),
        }
    }

    fn read(&mut self, contract: &Contract, max: usize) -> Outcome {
        let mut none = Pieces::default();
        let unread = self.unread.as_deref_mut().unwrap_or(&mut none);
        let outcome = self.side.read(contract, unread, max).unwrap_or(Outcome::Eof);
        if unread.is_empty() {
            self.unread = None;
        }
        outcome
    }

    /// Drops what is left to read, where no call may read it any more.
    fn drop_unread(&mut self, contract: &Contract) -> Outcome {
        if self.side.is_deaf(contract) {
            self.unread = None;
        }
        Outcome::Done
    }

    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher) {
        self.side.hash(&mut hasher);
        if let Some(unread) = &self.unread {
            unread.fingerprint(hasher);
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.side.has_failed_to_open()
    }

    pub(super) fn was_aborted(&self) -> bool {
        self.side.dead.is_some()
    }

    /// The stack leaves the network.
    pub(super) fn close_fully(&mut self) {
        self.side.closed = true;
        self.unread = None;
    }
}

fn unsupported() -> Outcome {
    Outcome::Error(Error::Other("unsupported".into()))
}
