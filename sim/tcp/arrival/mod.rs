//! Decides what a segment does to a connection: one function for each numbered step of RFC 9293 §3.10.7.4, in its order. Each lets
//! the next one go on or says what becomes of the segment; [`Connection::apply`] is the one place that does it.

mod acknowledgement;
mod fin;
mod reset;
mod sequence;
mod syn;
mod syn_sent;
mod text;

use std::ops::ControlFlow::{self, Break, Continue};

use crate::contract::Abort;
use crate::wire::{Segment, Seq};

use super::connection::{AckDue, Connection};
use super::segments::{StepContext, reset_for};
use super::side::Attempt;
use super::state::State;

/// A segment on its way through the steps. Its data shrinks to what is new.
#[derive(Debug)]
pub(super) struct Incoming<'a> {
    pub(super) segment: &'a mut Segment,
    /// The number of its FIN.
    pub(super) fin_at: Option<Seq>,
    /// It takes numbers: its sender wants an answer.
    pub(super) has_length: bool,
    /// The peer's window, unshifted.
    pub(super) window: u32,
}

/// What becomes of a segment and of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disposition {
    /// Nothing.
    Drop,
    /// The peer is told where we stand.
    Acknowledge,
    /// So it is, but not without end (RFC 5961 §7).
    Challenge,
    /// It has no place here, and its sender is told so.
    Reset,
    /// Our part of the handshake goes out once more.
    Repeat,
    /// The handshake has failed.
    Refuse,
    /// The peer has reset the connection.
    Aborted,
    /// The connection ends, and nothing is lost by that.
    Delete,
    /// The connection is reset from here: what came will not be read.
    Abort,
}

type Passage = ControlFlow<Disposition>;

impl Connection {
    /// A segment of this connection arrives.
    pub(in crate::tcp) fn arrive(&mut self, step: &mut StepContext<'_>, segment: &mut Segment) {
        let scale = if segment.flags.syn() { 0 } else { self.send.scale };
        let mut incoming = Incoming {
            fin_at: segment.flags.fin().then(|| segment.end() - 1),
            has_length: segment.length() > 0,
            window: u32::from(segment.window) << scale,
            segment,
        };
        let verdict = match self.state {
            State::SynSent => syn_sent::process(self, step, &mut incoming),
            _ => self.process(step, &mut incoming),
        };
        if let Break(disposition) = verdict {
            self.apply(step, disposition, incoming.segment);
        }
    }

    fn process(&mut self, step: &mut StepContext<'_>, incoming: &mut Incoming<'_>) -> Passage {
        sequence::first(self, step, incoming)?;
        reset::second(self, step, incoming)?;
        // The third step checks security compartments, which are not simulated.
        syn::fourth(self, incoming)?;
        acknowledgement::fifth(self, step, incoming)?;
        // The sixth notes the urgent pointer: the bytes stay in the stream (RFC 6093), so there is nothing to note.
        text::seventh(self, step, incoming)?;
        fin::eighth(self, step, incoming)
    }

    #[inline(never)]
    fn apply(&mut self, step: &mut StepContext<'_>, disposition: Disposition, segment: &Segment) {
        match disposition {
            Disposition::Drop => {}
            Disposition::Acknowledge => self.owe(AckDue::Now),
            Disposition::Challenge => self.challenge(step),
            Disposition::Reset => {
                if let Some(reset) = reset_for(segment) {
                    step.out.send(self.key.remote.ip(), reset);
                }
            }
            Disposition::Repeat => {
                self.rtt.sent_again();
                self.emit_syn(step);
            }
            Disposition::Refuse => self.fail_to_open(step, Attempt::Refused),
            Disposition::Aborted => self.abort_by_peer(step),
            Disposition::Delete => self.delete(step),
            Disposition::Abort => self.abort_with_reset(step, Abort::Reset),
        }
    }
}

/// The verdict of a step that has no objection.
const GO_ON: Passage = Continue(());
