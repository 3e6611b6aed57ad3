//! Draws the parts of a scenario: steps, how an end leaves, the pipe, what happens from outside.

use std::time::Duration;

use super::draws::{Draws, Table, Weighted, weighted};
use super::duty::Wishes;
use crate::choice::{Address, Deviations, Site};
use crate::contract::{End, Mode};
use crate::scenario::{Action, FaultKind, PipeSpec, Step};
use crate::trace::Abort;
use crate::world::Offers;

/// Most tasks of an end, the one that ends its writing apart.
const MAX_LANES: usize = 3;
/// Most steps of a task, those that its duties add apart.
const MAX_STEPS: usize = 6;
/// Most buffers of a vectored write.
const MAX_BUFFERS: usize = 3;

/// What an end does. Without duties it needs a step at least.
pub(super) fn wishes(draws: &mut Draws<'_>, offers: &Offers, careless: bool) -> Wishes {
    let least = usize::from(careless);
    let lanes = draws.list(1..=MAX_LANES, |draws| in_time(draws.list(least..=MAX_STEPS, |draws| step(draws, offers))));
    let hasty = draws.happens(50);
    let leaves = draws.maybe(30, |draws| draws.pick(LEAVES));
    Wishes { lanes, hasty, leaves }
}

/// When an end ends its writing, whatever else it does.
const LEAVES: &[Weighted<Duration>] = &[weighted(1, |draws| draws.micros(0..20_000)), weighted(1, |_| Wishes::LATE)];

/// Times that have passed when a task gets there become waits of the same length.
pub(super) fn in_time(mut steps: Vec<Step>) -> Vec<Step> {
    let mut start = Duration::ZERO;
    for step in &mut steps {
        if let (Action::At(time), true) = (&step.action, step.action.is_late(start)) {
            step.action = Action::Sleep(*time);
        }
        start = step.action.over_after(start);
    }
    steps
}

pub(super) fn seed(draws: &mut Draws<'_>) -> Option<u64> {
    draws.maybe(50, |draws| draws.up_to(u32::MAX).into())
}

/// Which of several that could go on at once did, here and there: all else goes in the order of calls. So few turns are what most
/// races take (as with PCT and delay bounding), and a seed takes none of them alone.
pub(super) fn schedule(draws: &mut Draws<'_>) -> Deviations {
    let turn = |draws: &mut Draws<'_>| {
        let site = draws.one_of(&[Site::Step, Site::Wake, Site::Reader, Site::Task]);
        let address = Address::new(draws.up_to(7), site, u64::from(draws.up_to(11)));
        (address, 1 + draws.up_to(2))
    };
    draws.maybe(50, |draws| draws.list(1..=3, turn)).unwrap_or_default().into_iter().collect()
}

/// Mostly small, so that writers wait.
pub(super) fn pipe(draws: &mut Draws<'_>) -> PipeSpec {
    let usual = PipeSpec::default();
    let capacity = draws.maybe(80, |draws| draws.pick(CAPACITIES));
    let delay = draws.maybe(50, |draws| draws.micros(1..9_000));
    PipeSpec { capacity: capacity.map_or(usual.capacity, |bytes| bytes as usize), delay: delay.unwrap_or(usual.delay) }
}

const CAPACITIES: &[Weighted<u64>] = &[weighted(1, |draws| draws.within(1..8)), weighted(1, |draws| draws.within(8..5_000))];

/// Ends that are aborted: mostly none, at times one or two. The flow is brought into range by the caller.
pub(super) fn aborts(draws: &mut Draws<'_>) -> Vec<FaultKind> {
    if draws.happens(33) { draws.list(1..=2, abort) } else { Vec::new() }
}

fn abort(draws: &mut Draws<'_>) -> FaultKind {
    let abort = draws.one_of(&[Abort::Reset, Abort::Timeout, Abort::KeepaliveDeath]);
    FaultKind::Abort { abort, end: draws.one_of(&End::BOTH), flow: draws.up_to(u8::MAX.into()), at: draws.micros(1..30_000) }
}

/// A call, at times one that is given up; seldom a pause.
fn step(draws: &mut Draws<'_>, offers: &Offers) -> Step {
    let is_call = !draws.happens(9);
    let action = match (is_call, offers.nodelay) {
        (true, true) => draws.pick_of(Table::Calls, CALLS),
        (true, false) => draws.pick_of(Table::Calls, &CALLS[..CALLS.len() - NODELAY]),
        (false, _) => draws.pick(PAUSES),
    };
    let cancel_after = if is_call && offers.cancel { draws.maybe(15, |draws| draws.micros(0..8_000)) } else { None };
    Step { cancel_after, ..Step::from(action) }
}

/// Mostly short; at times longer than the patience with what hangs, than every timer of TCP, and than an hour of idleness. All pauses
/// of the tasks of an end one after another end within a day, which is as long as a run may take.
const PAUSES: &[Weighted<Action>] = &[
    weighted(6, |draws| Action::Sleep(draws.micros(1..20_000))),
    weighted(6, |draws| Action::At(draws.micros(1..40_000))),
    weighted(1, |draws| Action::Sleep(Duration::from_secs(draws.within(60..3_700)))),
];

/// Every call of a connected flow, [`NODELAY`] last.
const CALLS: &[Weighted<Action>] = &[
    weighted(4, |_| Action::Read),
    weighted(4, |draws| Action::Write(size(draws))),
    weighted(2, |_| Action::ReadToEof),
    weighted(1, |draws| Action::ReadExact(draws.within(1..500))),
    weighted(1, |draws| Action::ReadOnce(draws.within(1..50))),
    weighted(1, |draws| Action::WriteBy { total: size(draws), by: draws.pick(CHUNKS) }),
    weighted(1, |draws| Action::Writev(sizes(draws))),
    weighted(1, |_| Action::Flush),
    weighted(3, |draws| Action::Shutdown(draws.one_of(&[Mode::Write, Mode::Read, Mode::ReadWrite]))),
    weighted(1, |_| Action::Close),
    weighted(1, |draws| Action::WriteNodelay(size(draws))),
    weighted(1, |draws| Action::WritevNodelay(sizes(draws))),
];

/// How many of the calls exist only where a target offers writes without delay.
const NODELAY: usize = 2;

/// Bytes of a chunk: at times single ones.
const CHUNKS: &[Weighted<u64>] = &[weighted(2, |draws| draws.within(1..900)), weighted(1, |_| 1)];

/// Bytes of a buffer: mostly few.
fn size(draws: &mut Draws<'_>) -> u64 {
    draws.pick_of(Table::Sizes, SIZES)
}

fn sizes(draws: &mut Draws<'_>) -> Vec<u64> {
    draws.list(0..=MAX_BUFFERS, size)
}

const SIZES: &[Weighted<u64>] =
    &[weighted(3, |draws| draws.within(1..20)), weighted(2, |draws| draws.within(20..3_000)), weighted(1, |_| 0)];
