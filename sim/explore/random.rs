//! The parts of a scenario, at random: steps, how an end leaves, the pipe, what happens from outside.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use super::duty::Wishes;
use crate::contract::{End, Mode};
use crate::scenario::{Action, FaultKind, Pipe, Step};
use crate::trace::Abort;
use crate::world::Offers;

/// Most tasks of an end, the one that ends its writing apart.
const MAX_LANES: usize = 3;
/// Most steps of a task, those that its duties add apart.
const MAX_STEPS: usize = 6;

/// What an end does. Without duties it needs a step at least.
pub(super) fn wishes(offers: &Offers, careless: bool) -> impl Strategy<Value = Wishes> + use<> {
    let lane = vec(step(offers), usize::from(careless)..=MAX_STEPS).prop_map(in_time);
    let lanes = vec(lane, 1..=MAX_LANES);
    let leaves = prop_oneof![micros(0..20_000), Just(Wishes::LATE)];
    (lanes, any::<bool>(), option::weighted(0.3, leaves)).prop_map(|(lanes, hasty, leaves)| Wishes { lanes, hasty, leaves })
}

/// Times that have passed when a task gets there become waits of the same length.
fn in_time(mut steps: Vec<Step>) -> Vec<Step> {
    let mut start = Duration::ZERO;
    for step in &mut steps {
        if let (Action::At(time), true) = (&step.action, step.action.is_late(start)) {
            step.action = Action::Sleep(*time);
        }
        start = step.action.over_after(start);
    }
    steps
}

pub(super) fn seed() -> impl Strategy<Value = Option<u64>> {
    option::of(any::<u32>().prop_map(u64::from))
}

/// Mostly small, so that writers wait.
pub(super) fn pipe() -> impl Strategy<Value = Pipe> {
    let capacity = option::weighted(0.8, prop_oneof![1..8_usize, 8..5_000_usize]);
    (capacity, option::of(micros(1..9_000))).prop_map(|(capacity, delay)| {
        let usual = Pipe::default();
        Pipe { capacity: capacity.unwrap_or(usual.capacity), delay: delay.unwrap_or(usual.delay) }
    })
}

/// Where ends can be aborted: mostly none, at times one each. The flow is brought into range by the caller.
pub(super) fn aborts(offers: &Offers) -> BoxedStrategy<Vec<FaultKind>> {
    if !offers.aborts {
        return Just(Vec::new()).boxed();
    }
    let abort = select(&[Abort::Reset, Abort::Timeout, Abort::KeepaliveDeath][..]);
    let fault = (abort, select(&End::BOTH[..]), any::<u8>(), micros(1..30_000));
    let fault = fault.prop_map(|(abort, end, flow, at)| FaultKind::Abort { abort, flow: flow.into(), end, at });
    prop_oneof![2 => Just(Vec::new()), 1 => vec(fault, 1..3)].boxed()
}

fn step(offers: &Offers) -> impl Strategy<Value = Step> + use<> {
    let cancel = if offers.cancel { option::weighted(0.15, micros(0..8_000)).boxed() } else { Just(None).boxed() };
    let call = (call(offers), cancel).prop_map(|(action, cancel_after)| Step { cancel_after, ..Step::from(action) });
    let pause = prop_oneof![micros(1..20_000).prop_map(Action::Sleep), micros(1..40_000).prop_map(Action::At)];
    prop_oneof![10 => call, 1 => pause.prop_map(Step::from)]
}

/// Any call of a connected flow. What stands first is what a failure shrinks to.
fn call(offers: &Offers) -> impl Strategy<Value = Action> + use<> {
    let mut calls = vec![
        (4, Just(Action::Read).boxed()),
        (4, size().prop_map(Action::Write).boxed()),
        (2, Just(Action::ReadToEof).boxed()),
        (1, (1..500_u64).prop_map(Action::ReadExact).boxed()),
        (1, (1..50_u64).prop_map(Action::ReadOnce).boxed()),
        (1, (size(), 1..900_u64).prop_map(|(total, by)| Action::WriteBy { total, by }).boxed()),
        (1, vec(size(), 0..4).prop_map(Action::Writev).boxed()),
        (1, Just(Action::Flush).boxed()),
        (3, select(&[Mode::Write, Mode::Read, Mode::ReadWrite][..]).prop_map(Action::Shutdown).boxed()),
        (1, Just(Action::Close).boxed()),
    ];
    if offers.nodelay {
        calls.push((1, size().prop_map(Action::WriteNodelay).boxed()));
        calls.push((1, vec(size(), 0..4).prop_map(Action::WritevNodelay).boxed()));
    }
    Union::new_weighted(calls)
}

/// Bytes of a buffer: mostly few.
fn size() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 1..20_u64, 2 => 20..3_000_u64, 1 => Just(0)]
}

pub(super) fn micros(range: std::ops::Range<u64>) -> impl Strategy<Value = Duration> + Clone {
    range.prop_map(Duration::from_micros)
}
