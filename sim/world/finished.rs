//! Queues the operations that got an outcome until they are handed out.

use super::Op;

#[derive(Clone, Debug, Default)]
pub(super) struct Finished {
    ops: Vec<Op>,
    /// How many at the front were handed out.
    head: usize,
}

/// How many that were handed out are left lying before the rest is moved to the front.
const HEAD_MAX: usize = 32;

impl Finished {
    #[inline]
    pub(super) fn push(&mut self, op: Op) {
        self.ops.push(op);
    }

    #[inline]
    pub(super) fn front(&self) -> Option<Op> {
        self.ops.get(self.head).copied()
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<Op> {
        let op = self.front()?;
        self.head += 1;
        if self.head == self.ops.len() {
            self.ops.clear();
            self.head = 0;
        } else if self.head > HEAD_MAX && self.head > self.ops.len() / 2 {
            self.ops.drain(..self.head);
            self.head = 0;
        }
        Some(op)
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.head == self.ops.len()
    }

    pub(super) fn len(&self) -> usize {
        self.ops.len() - self.head
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Op> {
        self.ops[self.head..].iter().copied()
    }

    /// Keeps what the test accepts, in order.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(Op) -> bool) {
        self.ops.drain(..self.head);
        self.head = 0;
        self.ops.retain(|op| keep(*op));
    }

    /// Moves the one at `index` to the front; the others keep their order.
    pub(super) fn bring_to_front(&mut self, index: usize) {
        if let Some(waiting) = self.ops[self.head..].get_mut(..=index) {
            waiting.rotate_right(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(count: u64) -> Finished {
        let mut finished = Finished::default();
        (0..count).for_each(|op| finished.push(Op(op)));
        finished
    }

    #[test]
    fn first_in_first_out_however_many() {
        for count in [0, 1, 8, 9, 33, 34, 1000] {
            let mut finished = finished(count);
            for op in 0..count {
                assert_eq!((finished.len() as u64, finished.front()), (count - op, Some(Op(op))));
                assert_eq!(finished.pop(), Some(Op(op)));
            }
            assert_eq!((finished.pop(), finished.len()), (None, 0));
        }
    }

    #[test]
    fn what_was_handed_out_does_not_pile_up() {
        let mut finished = finished(1);
        for op in 1..10_000 {
            finished.push(Op(op));
            assert_eq!(finished.pop(), Some(Op(op - 1)));
        }
        assert!(finished.ops.len() <= 2 * HEAD_MAX + 2);
    }

    #[test]
    fn the_order_of_the_others_is_kept() {
        let mut finished = finished(6);
        finished.pop();
        finished.bring_to_front(2);
        finished.bring_to_front(9);
        assert_eq!(finished.iter().collect::<Vec<_>>(), [3, 1, 2, 4, 5].map(Op));
        finished.retain(|op| op.0 != 1);
        assert_eq!(finished.iter().collect::<Vec<_>>(), [3, 2, 4, 5].map(Op));
    }
}
