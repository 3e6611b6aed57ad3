//! Replaces a step by simpler ones: without what is expected of it, not given up, a plainer call, fewer bytes, less time.

use super::cut::step_mut;
use super::smaller::{numbers, spans};
use crate::contract::{End, Mode};
use crate::link::PacketName;
use crate::scenario::{Action, FaultKind, Scenario, Step};

/// Variants of the nth step. Where it writes less, faults that name an octet of its end may name one that much earlier.
pub(super) fn simpler(scenario: &Scenario, nth: usize) -> Option<Vec<Scenario>> {
    let (flow, end, step) = scenario.tasks().flat_map(|(flow, end, steps)| steps.iter().map(move |step| (flow, end, step))).nth(nth)?;
    let with = |step: Step| {
        let mut scenario = scenario.clone();
        if let Some(place) = step_mut(&mut scenario, nth) {
            *place = step;
        }
        scenario
    };
    let variants = steps(step).flat_map(|variant| {
        let less = step.action.written().saturating_sub(variant.action.written());
        let plain = with(variant);
        let moved = earlier(&plain, flow as u32, end, less);
        [Some(plain), moved].into_iter().flatten()
    });
    Some(variants.collect())
}

/// The same with each fault that names an octet of this end naming one that much before; nothing where no fault does.
fn earlier(scenario: &Scenario, flow: u32, end: End, less: u64) -> Option<Scenario> {
    let mut moved = scenario.clone();
    for fault in &mut moved.faults {
        if let FaultKind::Segment { from, flow: of, which: PacketName::Carries { offset, .. }, .. } = &mut fault.kind
            && *from == end
            && *of == flow
        {
            *offset = offset.saturating_sub(less);
        }
    }
    (moved.faults != scenario.faults).then_some(moved)
}

fn steps(step: &Step) -> impl Iterator<Item = Step> + '_ {
    let unexpected = step.expect.as_ref().map(|_| Step { expect: None, ..step.clone() });
    let lasting = step.cancel_after.map(|_| Step { cancel_after: None, ..step.clone() });
    let actions = actions(&step.action).into_iter().map(|action| Step { action, ..step.clone() });
    let sooner = step.cancel_after.into_iter().flat_map(spans).map(|after| Step { cancel_after: Some(after), ..step.clone() });
    unexpected.into_iter().chain(lasting).chain(actions).chain(sooner)
}

fn actions(action: &Action) -> Vec<Action> {
    let written = |least: u64, make: fn(u64) -> Action, total: u64| numbers(total, least).map(make).collect();
    match action {
        Action::ReadToEof => vec![Action::Read],
        Action::ReadOnce(bytes) => [Action::Read].into_iter().chain(numbers(*bytes, 1).map(Action::ReadOnce)).collect(),
        Action::ReadExact(bytes) => {
            [Action::Read, Action::ReadToEof].into_iter().chain(numbers(*bytes, 1).map(Action::ReadExact)).collect()
        }
        Action::Write(bytes) => written(1, Action::Write, *bytes),
        Action::WriteBy { total, by } => by_pieces(*total, *by),
        Action::WriteNodelay(bytes) => [Action::Write(*bytes)].into_iter().chain(numbers(*bytes, 1).map(Action::WriteNodelay)).collect(),
        Action::Writev(sizes) => [Action::Write(sizes.iter().sum())].into_iter().chain(buffers(sizes).map(Action::Writev)).collect(),
        Action::WritevNodelay(sizes) => {
            let plain = [Action::WriteNodelay(sizes.iter().sum()), Action::Writev(sizes.clone())];
            plain.into_iter().chain(buffers(sizes).map(Action::WritevNodelay)).collect()
        }
        Action::Shutdown(Mode::ReadWrite) => [Mode::Write, Mode::Read].map(Action::Shutdown).into(),
        // What ends less than all shows more.
        Action::Close => vec![Action::Shutdown(Mode::Write)],
        Action::Sleep(span) => spans(*span).map(Action::Sleep).collect(),
        Action::At(time) => spans(*time).map(Action::At).collect(),
        _ => Vec::new(),
    }
}

/// One call; else fewer bytes in all, then larger pieces, which are fewer.
fn by_pieces(total: u64, by: u64) -> Vec<Action> {
    let fewer = numbers(total, 1).map(|total| Action::WriteBy { total, by });
    let halves = (by < total).then(|| Action::WriteBy { total, by: by.max(total.div_ceil(2)) });
    [Action::Write(total)].into_iter().chain(fewer).chain(halves.filter(|_| by < total.div_ceil(2))).collect()
}

/// Without one of the buffers, then with fewer bytes in one.
fn buffers(sizes: &[u64]) -> impl Iterator<Item = Vec<u64>> + '_ {
    let without = (0..sizes.len()).map(|at| [&sizes[..at], &sizes[at + 1..]].concat());
    let fewer = sizes.iter().enumerate().flat_map(move |(at, size)| {
        numbers(*size, 0).map(move |less| {
            let mut sizes = sizes.to_vec();
            sizes[at] = less;
            sizes
        })
    });
    without.chain(fewer)
}
