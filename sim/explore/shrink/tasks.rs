//! Joins two tasks of an end to one: what happens one after the other needs no second task.

use crate::contract::End;
use crate::scenario::Scenario;

/// The nth pair of tasks as one: the one before, amid or after the steps of the other.
pub(super) fn joined(scenario: &Scenario, nth: usize) -> Option<Vec<Scenario>> {
    let ends = (0..scenario.flows.len()).flat_map(|flow| End::BOTH.map(|end| (flow, end)));
    let pairs = ends.flat_map(|(flow, end)| {
        let tasks = scenario.flows[flow].tasks[end].len();
        (0..tasks).flat_map(move |outer| (0..tasks).filter(move |inner| *inner != outer).map(move |inner| (flow, end, outer, inner)))
    });
    let (flow, end, outer, inner) = pairs.into_iter().nth(nth)?;
    let join = |at: usize| {
        let mut scenario = scenario.clone();
        let tasks = &mut scenario.flows[flow].tasks[end];
        let steps = std::mem::take(&mut tasks[inner]);
        tasks[outer].splice(at..at, steps);
        tasks.remove(inner);
        scenario
    };
    Some((0..=scenario.flows[flow].tasks[end][outer].len()).rev().map(join).collect())
}
