//! Keeps the flows of a run: finds them by their numbers, gives their memory to the next run, and puts them back as they were where
//! events were only tried.

use std::collections::BTreeMap;

use super::state::Flow;

/// So many flows of a run that is over leave their memory to the next one.
const SPARE: usize = 64;

/// The flows, in the order in which they were named.
#[expect(clippy::vec_box, reason = "a flow is large, and stays where it is when others come")]
#[derive(Clone, Debug, Default)]
pub(super) struct Flows {
    /// Each in a place of its own: a flow is large, and stays where it is when others come.
    list: Vec<Box<Flow>>,
    /// What a run that is over has left.
    spare: Vec<Box<Flow>>,
    /// Where flows are kept that did not come in the order of their numbers.
    by_id: BTreeMap<u32, usize>,
    trial: Option<Box<Trial>>,
}

/// How things stood before events were tried.
#[derive(Clone, Debug)]
struct Trial {
    /// The flows that were reached since then, as they were.
    reached: BTreeMap<usize, Box<Flow>>,
    /// How many flows there were.
    len: usize,
}

impl Flows {
    /// No flow is left; their memory is.
    pub fn restart(mut self) -> Self {
        self.spare.append(&mut self.list);
        self.spare.truncate(SPARE);
        Flows { spare: self.spare, ..Flows::default() }
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Where a flow is kept, if it was named before: nearly always flows are numbered as they come.
    #[inline]
    pub fn known(&self, id: u32) -> Option<usize> {
        match self.list.get(id as usize) {
            Some(flow) if flow.id == id => Some(id as usize),
            _ => self.by_id.get(&id).copied(),
        }
    }

    /// A flow that a run has left.
    pub fn spare(&mut self) -> Option<Box<Flow>> {
        self.spare.pop()
    }

    /// Adds a flow that was not known; its index.
    pub fn add(&mut self, flow: Box<Flow>) -> usize {
        let index = self.list.len();
        if index != flow.id as usize {
            self.by_id.insert(flow.id, index);
        }
        self.list.push(flow);
        index
    }

    pub fn at(&self, index: usize) -> &Flow {
        &self.list[index]
    }

    #[inline]
    pub fn at_mut(&mut self, index: usize) -> &mut Flow {
        if let Some(trial) = &mut self.trial {
            trial.reach(index, &self.list);
        }
        &mut self.list[index]
    }

    /// Every flow, to be looked at.
    pub fn iter(&self) -> impl Iterator<Item = &Flow> {
        self.list.iter().map(|flow| &**flow)
    }

    /// Every flow.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Flow> {
        if let Some(trial) = &mut self.trial {
            (0..trial.len).for_each(|index| trial.reach(index, &self.list));
        }
        self.list.iter_mut().map(|flow| &mut **flow)
    }

    /// What happens from here on is tried: it will be kept or taken back.
    pub fn begin_trial(&mut self) {
        self.trial = Some(Box::new(Trial { reached: BTreeMap::new(), len: self.list.len() }));
    }

    /// What was tried stands.
    pub fn keep(&mut self) {
        self.trial = None;
    }

    /// Everything is again as it was before the trial.
    pub fn take_back(&mut self) {
        let Some(trial) = self.trial.take() else { return };
        for flow in self.list.drain(trial.len..) {
            self.by_id.remove(&flow.id);
        }
        for (index, flow) in trial.reached {
            self.list[index] = flow;
        }
    }
}

impl Trial {
    /// A flow is about to be changed.
    #[cold]
    fn reach(&mut self, index: usize, flows: &[Box<Flow>]) {
        if index < self.len {
            self.reached.entry(index).or_insert_with(|| flows[index].clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::state::Network;
    use crate::time::Instant;
    use crate::trace::Header;

    fn flows(ids: impl IntoIterator<Item = u32>) -> Flows {
        let mut flows = Flows::default();
        for id in ids {
            add(&mut flows, id);
        }
        flows
    }

    fn add(flows: &mut Flows, id: u32) -> usize {
        flows.add(Box::new(Flow::new(id, &Header::default(), &Network::default())))
    }

    #[test]
    fn a_run_leaves_the_memory_of_so_many_flows_and_nothing_else() {
        for (count, kept) in [(SPARE - 1, SPARE - 1), (SPARE, SPARE), (SPARE + 1, SPARE)] {
            let left = flows(0..count as u32).restart();
            assert_eq!((left.spare.len(), left.len(), left.known(0)), (kept, 0, None));
        }
    }

    #[test]
    fn flows_are_found_in_whatever_order_they_came() {
        let flows = flows([0, 7, 2, 1]);
        assert_eq!([0, 1, 2, 7, 3].map(|id| flows.known(id)), [Some(0), Some(3), Some(2), Some(1), None]);
    }

    #[test]
    fn what_was_tried_is_taken_back_or_stands() {
        let active = |flows: &Flows| (0..flows.len()).map(|index| flows.at(index).active.0).collect::<Vec<_>>();
        let mut flows = flows([0, 5]);
        for (stands, left) in [(false, vec![0, 0]), (true, vec![3, 2, 0])] {
            flows.begin_trial();
            flows.at_mut(1).active = Instant(1);
            let new = add(&mut flows, 9);
            flows.iter_mut().for_each(|flow| flow.active = Instant(2));
            flows.at_mut(0).active = Instant(3);
            flows.at_mut(new).active = Instant(0);
            if stands {
                flows.keep()
            } else {
                flows.take_back()
            }
            assert_eq!((active(&flows), flows.known(9)), (left, stands.then_some(new)));
        }
    }
}
