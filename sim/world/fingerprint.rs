//! Computes a canonical fingerprint: equal for worlds that will do the same from here on, whenever they got there.
//!
//! Left out are absolute time, operation numbers, the log and the source of decisions. Pending calls are told apart by what
//! they are and where they stand in line, not by their [`Op`](super::Op).

use std::hash::{Hash, Hasher};

use crate::contract::Outcome;

use super::agenda::Occurrence;
use super::core::Core;
use super::op::OpState;
use super::{Carrier, World};

/// Collects what counts, in an order and a byte form that are the same on every machine.
#[derive(Default)]
pub(super) struct Canon(Vec<u8>);

impl Canon {
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn flags<const N: usize>(&mut self, flags: [bool; N]) {
        self.0.extend(flags.map(u8::from));
    }

    pub(super) fn outcome(&mut self, outcome: &Outcome) {
        self.bytes(outcome.word().as_bytes());
        match outcome {
            Outcome::Data(data) => self.bytes(data.bytes().map_or(&[], |bytes| bytes)),
            Outcome::Error(error) => self.bytes(error.word().as_bytes()),
            Outcome::Panic(said) => self.bytes(said.as_bytes()),
            Outcome::Ok | Outcome::Eof | Outcome::Closed | Outcome::Done => {}
        }
    }

    fn finish_128(&self) -> u128 {
        xxhash_rust::xxh3::xxh3_128(&self.0)
    }
}

/// So that what derives `Hash` can be taken in. Sizes are written as 64 bits everywhere.
impl Hasher for Canon {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn write_usize(&mut self, number: usize) {
        self.number(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.number(number as u64);
    }

    fn finish(&self) -> u64 {
        self.finish_128() as u64
    }
}

impl World {
    /// Equal for worlds that will do the same from here on: absolute time, operation numbers and the log are left out. Nothing
    /// where a foreign stack can't tell what it will do.
    pub fn fingerprint(&self) -> Option<u128> {
        let mut canon = Canon::default();
        for flow in &self.flows {
            match flow {
                Carrier::Adopted => canon.number(0),
                Carrier::Pipe(pipe) => {
                    canon.number(1);
                    pipe.canonical(&self.core, &mut canon);
                }
                Carrier::Wired(index) => {
                    canon.number(2);
                    self.net.canonical_flow(*index, &self.core, &mut canon);
                }
            }
        }
        if !self.net.canonical(&self.core, &mut canon) {
            return None;
        }
        self.core.canonical(&mut canon);
        Some(canon.finish_128())
    }
}

impl Core {
    fn canonical(&self, canon: &mut Canon) {
        for (time, due) in self.agenda.in_order() {
            match due {
                Occurrence::Timer(op) if self.ops.get(op).is_none() => continue,
                Occurrence::Timer(_) => canon.flags([true]),
                Occurrence::Arrival { pipe, from } => (pipe, from).hash(canon),
                Occurrence::Fault(number) => number.hash(canon),
                // Links and hosts take in themselves what they wait for.
                Occurrence::Link { .. } | Occurrence::Host { .. } => continue,
            }
            canon.number(time.0.saturating_sub(self.now.0));
        }
        self.announced().for_each(|pending| pending.conn.hash(canon));
        self.canonical_outcomes(canon);
    }

    /// The outcomes that were not taken yet, in the order of the calls of each place.
    fn canonical_outcomes(&self, canon: &mut Canon) {
        let mut done: Vec<_> = self.ops.iter().filter(|pending| matches!(pending.state, OpState::Done { .. })).collect();
        done.sort_by_key(|pending| (pending.conn, pending.number));
        for pending in done {
            pending.conn.hash(canon);
            if let OpState::Done { outcome, .. } = &pending.state {
                canon.outcome(outcome);
            }
        }
    }
}
