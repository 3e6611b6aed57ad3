//! The short way and the long way are the same way.

use proptest::prelude::*;

use super::*;
use crate::contract::{Both, Contract, End};
use crate::oracle::Stamp;
use crate::oracle::flow::Flow;
use crate::oracle::hosts::Host;
use crate::oracle::ledger::Ledger;
use crate::trace::{Header, Records};

/// The sizes in which these ends speak: small, so that numbers meet their bounds.
const OPTIONS: &str = "mss=4,ws=1";
const STARTS: Both<u32> = Both { client: u32::MAX - 20, server: 1 << 31 };

/// What an end does next.
#[derive(Clone, Copy, Debug)]
struct Move {
    from: End,
    flags: u8,
    len: u32,
    win: u32,
    /// How far the numbers lie from those that are right.
    seq: i8,
    ack: i8,
    /// What becomes of it at once: it may also stay on its way.
    fate: Option<Fate>,
    id: u64,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let from = prop::sample::select(End::BOTH.to_vec());
    let flags = prop_oneof![12 => Just(ACK), 4 => Just(ACK | 8), 1 => Just(ACK | 1), 1 => prop::sample::select(vec![0_u8, 2, 4, 18, 20])];
    let near = || prop_oneof![8 => Just(0_i8), 1 => -5..6_i8];
    let fates = vec![Fate::Dropped, Fate::Duplicated, Fate::Corrupted, Fate::Injected];
    let fate = prop_oneof![8 => Just(Some(Fate::Delivered)), 2 => Just(None), 1 => prop::sample::select(fates).prop_map(Some)];
    let fields = (from, flags, 0..6_u32, prop_oneof![4 => Just(20_u32), 1 => 0..20_u32], near(), near(), fate, 0..3_u64);
    let one = fields.prop_map(|(from, flags, len, win, seq, ack, fate, id)| Move { from, flags, len, win, seq, ack, fate, id });
    prop::collection::vec(one, 1..60)
}

/// A flow and what is found on it.
#[derive(Clone)]
struct Judged {
    flow: Flow,
    book: Ledger,
    next: Both<u32>,
    heard: Both<u32>,
    line: u64,
}

impl Judged {
    fn new(header: &Header) -> Self {
        Judged { flow: Flow::new(0, header), book: Ledger::default(), next: STARTS, heard: Both::default(), line: 1 }
    }

    fn take(&mut self, header: &Header, wire: &Wire) {
        self.line += 1;
        let at = Stamp::new(self.line, self.line, Instant(self.line / 3));
        let mut hosts = Both::same(Host::default());
        Scene { flow: &mut self.flow, book: &mut self.book, header, hosts: &mut hosts, end: wire.from, at }.segment(wire);
    }

    /// What is known and was found, but for the terms.
    fn state(mut self) -> String {
        self.forget_terms();
        format!("{:?} {:?}", self.flow, self.book)
    }

    fn forget_terms(&mut self) {
        End::BOTH.into_iter().for_each(|end| self.flow.wire[end].terms = None);
    }

    fn has_terms(&self, end: End) -> bool {
        self.flow.wire[end].terms.is_some()
    }

    fn wire(&mut self, step: Move) -> Wire {
        let Move { from, flags, len, win, id, .. } = step;
        let flags = Flags(flags);
        let seq = self.next[from].wrapping_add_signed(step.seq.into());
        let ack = self.heard[from].wrapping_add_signed(step.ack.into());
        if step.seq == 0 {
            self.next[from] = seq.wrapping_add(len).wrapping_add(u32::from(flags.syn())).wrapping_add(u32::from(flags.fin()));
        }
        let data = (len > 0).then(|| bytes::Bytes::from(vec![b'a' + step.seq.unsigned_abs(); len as usize]));
        let opts = if flags.syn() { OPTIONS.into() } else { "".into() };
        Wire { flow: 0, from, id: Some(id), fate: Fate::Sent, seq, ack, flags, win, len, data, opts }
    }

    /// The events of a move.
    fn events(&mut self, step: Move) -> Vec<Wire> {
        let sent = self.wire(step);
        let fate = step.fate.map(|fate| Wire { fate, ..sent.clone() });
        if step.fate == Some(Fate::Delivered) && step.seq == 0 {
            self.heard[step.from.peer()] = self.next[step.from];
        }
        [Some(sent), fate].into_iter().flatten().collect()
    }
}

fn header() -> Header {
    let records = Records { network: true, segments: true, ..Records::default() };
    Header { contract: Both::same(Contract::modern()), records, simulated: true, ..Header::default() }
}

/// SYN, SYN-ACK, ACK.
fn handshake() -> [Move; 3] {
    let step = |from, flags| Move { from, flags, len: 0, win: 20, seq: 0, ack: 0, fate: Some(Fate::Delivered), id: 9 };
    [step(End::Client, 2), step(End::Server, 2 | ACK), step(End::Client, ACK)]
}

/// Judges each event both ways; how many went the short one.
fn both_ways(steps: impl IntoIterator<Item = Move>) -> usize {
    let header = header();
    let mut judged = Judged::new(&header);
    let mut short = 0;
    for step in steps {
        for wire in judged.events(step) {
            let mut long = judged.clone();
            long.forget_terms();
            short += usize::from(judged.has_terms(wire.from) && is_common(wire.flags));
            long.take(&header, &wire);
            judged.take(&header, &wire);
            assert_eq!(judged.clone().state(), long.state(), "{wire:?}");
        }
    }
    short
}

#[test]
fn a_conversation_goes_the_short_way() {
    let say = |from, len| Move { from, flags: ACK, len, win: 20, seq: 0, ack: 0, fate: Some(Fate::Delivered), id: 1 };
    let talk = [say(End::Server, 0), say(End::Client, 4), say(End::Server, 3), say(End::Client, 4), say(End::Server, 0)];
    assert_eq!(both_ways(handshake().into_iter().chain(talk)), 10, "all but what each end sends first, which brings it to terms");
}

proptest! {
    #[test]
    fn both_ways_find_and_keep_the_same(steps in moves()) {
        both_ways(handshake().into_iter().chain(steps));
    }
}
