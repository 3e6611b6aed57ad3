//! Tells which connection wants to be woken next: a heap in which every connection stands at most once, so that the earliest
//! deadline is always a true one.

use smallvec::SmallVec;

use crate::time::Instant;

/// The heap. Of equal deadlines the connection with the lower number comes first.
#[derive(Clone, Debug, Default)]
pub(super) struct Deadlines {
    heap: SmallVec<[(Instant, u32); 1]>,
    /// Where a connection stands in the heap.
    places: SmallVec<[u32; 4]>,
}

const NOWHERE: u32 = u32::MAX;

impl Deadlines {
    /// The earliest deadline, and its connection.
    #[inline]
    pub(super) fn first(&self) -> Option<(Instant, u32)> {
        self.heap.first().copied()
    }

    /// Sets, moves or removes the deadline of a connection.
    pub(super) fn set(&mut self, key: u32, deadline: Option<Instant>) {
        // A stack with a single connection that waits for anything needs no heap.
        match (&mut self.heap[..], deadline) {
            ([(time, only)], Some(deadline)) if *only == key => *time = deadline,
            ([(_, only)], None) if *only == key => {
                self.heap.pop();
                self.places[key as usize] = NOWHERE;
            }
            _ => self.move_to(key, deadline),
        }
    }

    #[inline(never)]
    fn move_to(&mut self, key: u32, deadline: Option<Instant>) {
        if self.places.len() <= key as usize {
            self.places.resize(key as usize + 1, NOWHERE);
        }
        match (deadline, self.places[key as usize]) {
            (None, NOWHERE) => {}
            (None, at) => self.remove(at as usize),
            (Some(time), NOWHERE) => {
                self.heap.push((time, key));
                self.settle(self.heap.len() - 1);
            }
            (Some(time), at) => {
                if self.heap[at as usize].0 != time {
                    self.heap[at as usize].0 = time;
                    self.settle(at as usize);
                }
            }
        }
    }

    fn remove(&mut self, at: usize) {
        let (_, key) = self.heap.swap_remove(at);
        self.places[key as usize] = NOWHERE;
        if at < self.heap.len() {
            self.settle(at);
        }
    }

    /// Moves what stands at `at` to where it belongs.
    fn settle(&mut self, at: usize) {
        if self.heap.len() == 1 {
            let (_, key) = self.heap[0];
            self.places[key as usize] = 0;
            return;
        }
        let mut heap = Heap { items: &mut self.heap, places: &mut self.places };
        let at = heap.rise(at);
        heap.sink(at);
    }
}

/// The heap while it is put in order.
struct Heap<'a> {
    items: &'a mut [(Instant, u32)],
    places: &'a mut [u32],
}

impl Heap<'_> {
    fn rise(&mut self, mut at: usize) -> usize {
        while at > 0 && self.items[at] < self.items[(at - 1) / 2] {
            self.items.swap(at, (at - 1) / 2);
            self.note(at);
            at = (at - 1) / 2;
        }
        at
    }

    fn sink(&mut self, mut at: usize) {
        while let Some(child) = self.least_child(at) {
            if self.items[at] <= self.items[child] {
                break;
            }
            self.items.swap(at, child);
            self.note(at);
            at = child;
        }
        self.note(at);
    }

    fn least_child(&self, at: usize) -> Option<usize> {
        let (left, right) = (2 * at + 1, 2 * at + 2);
        match (self.items.get(left), self.items.get(right)) {
            (Some(a), Some(b)) if b < a => Some(right),
            (Some(_), _) => Some(left),
            _ => None,
        }
    }

    fn note(&mut self, at: usize) {
        let (_, key) = self.items[at];
        self.places[key as usize] = at as u32;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    use super::*;

    proptest! {
        #[test]
        fn the_first_is_always_the_earliest(steps in prop::collection::vec((0_u32..12, prop::option::of(0_u64..20)), 0..80)) {
            let (mut deadlines, mut model) = (Deadlines::default(), BTreeMap::new());
            for (key, time) in steps {
                deadlines.set(key, time.map(Instant));
                match time {
                    Some(time) => model.insert(key, time),
                    None => model.remove(&key),
                };
                let first = model.iter().map(|(key, time)| (Instant(*time), *key)).min();
                prop_assert_eq!(deadlines.first(), first);
            }
        }
    }
}
