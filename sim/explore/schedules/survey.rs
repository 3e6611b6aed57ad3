//! Sees in a run what could be decided otherwise in it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Decision, DecisionKind, Level};
use crate::choice::Address;
use crate::contract::End;
use crate::link::{Impairment, PacketName, SegmentKind, is_fate};
use crate::scenario::{FaultKind, Run};
use crate::time::Instant;
use crate::trace::{Abort, Event, Fate, SegmentEvent, What};
use crate::world::segment_kind;

/// Later than a retransmission timeout of its sender, which begins at one second (RFC 6298 §2.1).
const LATE: Duration = Duration::from_millis(1_500);

/// After everything that a retransmission could bring about, and before the end of TIME-WAIT.
const VERY_LATE: Duration = Duration::from_secs(5);

/// What could be decided in this run beside the decisions of its schedule: faults of segments that were sent, and of instants at
/// which something happened, after those that it has; turns after its last one.
pub(super) fn open(run: &Run, level: &Level<'_>, taken: &[Decision]) -> Vec<Decision> {
    let (events, wants) = (&run.trace().events, |kind: DecisionKind| level.kinds.contains(&kind));
    let mut open = Vec::new();
    let names = names(events);
    let struck = last_struck(&names, taken);
    if level.offers.network_faults {
        let behind = &names[struck.map_or(0, |at| at + 1)..];
        let since = behind.partition_point(|(t, _)| Some(*t) < last_instant(taken));
        segments(&behind[since..], level.kinds, &mut open);
    }
    if level.offers.aborts {
        let crashes = wants(DecisionKind::Crash) && level.offers.network_faults;
        let flows = if wants(DecisionKind::Reset) { level.scenario.flows.len() as u32 } else { 0 };
        let ends = |at| ends(flows, crashes, at);
        let after = struck.map(|at| names[at].0);
        let times = instants(events).filter(|time| Some(*time) > after && Some(*time) >= last_instant(taken));
        open.extend(times.flat_map(|time| ends(time - Instant::ZERO)).filter(|fault| !taken.contains(fault)));
    }
    if wants(DecisionKind::Order) {
        turns(run.open_decisions(), taken, &mut open);
    }
    open
}

/// What each kind does to a segment.
fn impairment(kind: DecisionKind) -> Option<Impairment> {
    Some(match kind {
        DecisionKind::Drop => Impairment::Drop,
        DecisionKind::Reorder => Impairment::Reorder,
        DecisionKind::Delay => Impairment::Delay(LATE),
        DecisionKind::Duplicate => Impairment::Duplicate(Duration::ZERO),
        DecisionKind::LateDuplicate => Impairment::Duplicate(VERY_LATE),
        DecisionKind::Reset | DecisionKind::Crash | DecisionKind::Order => return None,
    })
}

/// A segment as a fault names it: its sender, on which flow, and which of those that this end sends.
type Named = (End, u32, PacketName);

/// The names of all segments that were sent, in order.
fn names(events: &[Event]) -> Vec<(Instant, Named)> {
    let mut counts: BTreeMap<(u32, End, SegmentKind), u64> = BTreeMap::new();
    let mut name = |sent: &SegmentEvent| {
        let kind = segment_kind(&sent.segment);
        let mut count = |kind: SegmentKind| {
            let count = counts.entry((sent.flow, sent.from, kind)).or_default();
            *count += 1;
            *count
        };
        // A FIN with data, as a SYN with data, is the nth data segment too.
        if kind != SegmentKind::Data && kind != SegmentKind::Rst && sent.segment.data_len() > 0 {
            count(SegmentKind::Data);
        }
        (sent.from, sent.flow, PacketName::Nth { kind, nth: count(kind) })
    };
    let sent = events.iter().filter_map(|event| match &event.what {
        What::Segment(sent) if sent.fate == Fate::Sent => Some((event.t, name(sent))),
        _ => None,
    });
    sent.collect()
}

/// The place, among the segments that were sent, of the last one that is struck already.
fn last_struck(names: &[(Instant, Named)], taken: &[Decision]) -> Option<usize> {
    let is_struck = |(_, named): &(Instant, Named)| {
        taken.iter().any(|decision| match *decision {
            Decision::Fault(FaultKind::Segment { from, flow, which, .. }) => *named == (from, flow, which),
            _ => false,
        })
    };
    names.iter().rposition(is_struck)
}

/// Faults of these segments.
fn segments(names: &[(Instant, Named)], kinds: &[DecisionKind], open: &mut Vec<Decision>) {
    for (_, (from, flow, which)) in names {
        let fault = |action| Decision::Fault(FaultKind::Segment { from: *from, flow: *flow, which: *which, action });
        open.extend(kinds.iter().filter_map(|kind| impairment(*kind)).map(fault));
    }
}

/// The last instant at which an end is reset, or a host stops, if one is.
fn last_instant(taken: &[Decision]) -> Option<Instant> {
    let instant = |decision: &Decision| match decision {
        Decision::Fault(FaultKind::Abort { at, .. } | FaultKind::Crash { at, .. }) => Some(Instant::ZERO + *at),
        _ => None,
    };
    taken.iter().filter_map(instant).max()
}

/// The instants at which something happened that an abort could come before.
fn instants(events: &[Event]) -> impl Iterator<Item = Instant> + '_ {
    let happens = |event: &&Event| matches!(event.what, What::Call { .. } | What::Return { .. } | What::Segment(_));
    let mut last = None;
    events.iter().filter(happens).map(|event| event.t).filter(move |time| last.replace(*time) != Some(*time))
}

/// Resets of these flows, and crashes.
fn ends(flows: u32, crashes: bool, at: Duration) -> Vec<Decision> {
    let resets = (0..flows).flat_map(|flow| End::BOTH.map(|end| FaultKind::Abort { abort: Abort::Reset, flow, end, at }));
    let crashes = End::BOTH.into_iter().filter(|_| crashes).map(|end| FaultKind::Crash { end, at, lasts: None });
    resets.chain(crashes).map(Decision::Fault).collect()
}

/// Other turns, after the last one that is taken.
fn turns(decisions: &[(Address, u32)], taken: &[Decision], open: &mut Vec<Decision>) {
    let is_taken = |address: Address| taken.iter().any(|decision| matches!(decision, Decision::Turn(at, _) if *at == address));
    let behind = decisions.iter().rposition(|(address, _)| is_taken(*address)).map_or(0, |at| at + 1);
    for (address, n) in decisions[behind..].iter().filter(|(address, _)| !is_fate(*address)) {
        open.extend((1..*n).map(|pick| Decision::Turn(*address, pick)));
    }
}
