//! Replaces a fault by simpler ones: a plainer thing that happens, an earlier segment, sooner, for less long.

use std::time::Duration;

use super::smaller::{numbers, spans};
use crate::link::{Impairment, PacketName, SegmentKind};
use crate::scenario::{FaultKind, Scenario};
use crate::trace::Abort;

/// Variants of the nth fault.
pub(super) fn simpler(scenario: &Scenario, nth: usize) -> Option<Vec<Scenario>> {
    let fault = scenario.faults.get(nth)?;
    let with = |kind: FaultKind| {
        let mut scenario = scenario.clone();
        scenario.faults[nth] = kind.into();
        scenario
    };
    Some(kinds(fault.kind).into_iter().map(with).collect())
}

fn kinds(kind: FaultKind) -> Vec<FaultKind> {
    match kind {
        FaultKind::Abort { abort, flow, end, at } => {
            let plain = (abort != Abort::Reset).then_some(FaultKind::Abort { abort: Abort::Reset, flow, end, at });
            plain.into_iter().chain(spans(at).map(|at| FaultKind::Abort { abort, flow, end, at })).collect()
        }
        FaultKind::Segment { from, flow, which, action } => {
            let plain = actions(action).into_iter().map(|action| FaultKind::Segment { from, flow, which, action });
            let earlier = packets(which).into_iter().map(|which| FaultKind::Segment { from, flow, which, action });
            plain.chain(earlier).collect()
        }
        FaultKind::Partition { from, at, lasts } => {
            let both = from.map(|_| FaultKind::Partition { from: None, at, lasts });
            let times = times(at, lasts).into_iter().map(|(at, lasts)| FaultKind::Partition { from, at, lasts });
            both.into_iter().chain(times).collect()
        }
        FaultKind::Crash { end, at, lasts } => {
            times(at, lasts).into_iter().map(|(at, lasts)| FaultKind::Crash { end, at, lasts }).collect()
        }
    }
}

/// For ever, since that says less; else at a plainer time, and for a plainer one.
fn times(at: Duration, lasts: Option<Duration>) -> Vec<(Duration, Option<Duration>)> {
    let for_ever = lasts.map(|_| (at, None));
    let sooner = spans(at).map(|at| (at, lasts));
    let shorter = lasts.into_iter().flat_map(spans).map(|span| (at, Some(span)));
    for_ever.into_iter().chain(sooner).chain(shorter).collect()
}

/// What is plainer: a loss is the plainest.
fn actions(action: Impairment) -> Vec<Impairment> {
    match action {
        Impairment::Drop => Vec::new(),
        Impairment::Corrupt | Impairment::Reorder => vec![Impairment::Drop],
        Impairment::Duplicate(by) => [Impairment::Drop].into_iter().chain(spans(by).map(Impairment::Duplicate)).collect(),
        Impairment::Delay(by) => [Impairment::Drop, Impairment::Reorder].into_iter().chain(spans(by).map(Impairment::Delay)).collect(),
        Impairment::Jitter(by) => [Impairment::Drop, Impairment::Delay(by)].into_iter().chain(spans(by).map(Impairment::Jitter)).collect(),
    }
}

/// Told by its kind, or by an earlier octet; and the first rather than a later one.
fn packets(which: PacketName) -> Vec<PacketName> {
    match which {
        PacketName::Nth { kind, nth } => numbers(nth, 1).map(|nth| PacketName::Nth { kind, nth }).collect(),
        PacketName::Carries { offset, transmission } => {
            let data = PacketName::Nth { kind: SegmentKind::Data, nth: 1 };
            let earlier = numbers(offset, 0).map(|offset| PacketName::Carries { offset, transmission });
            let fewer = numbers(transmission, 1).map(|transmission| PacketName::Carries { offset, transmission });
            [data].into_iter().chain(earlier).chain(fewer).collect()
        }
    }
}
