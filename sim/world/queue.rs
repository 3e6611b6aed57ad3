//! Queues elements, the first of them in place: most queues of a pipe never hold a second one and so never allocate.

use std::collections::VecDeque;

#[derive(Clone, Debug)]
pub(crate) struct Queue<T> {
    first: Option<T>,
    /// Empty whenever `first` is.
    rest: Option<Box<Rest<T>>>,
}

/// Boxed since it is rarely there: queues are moved and dropped with every small world.
#[derive(Clone, Debug)]
struct Rest<T>(VecDeque<T>);

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue { first: None, rest: None }
    }
}

impl<T> Queue<T> {
    #[inline]
    pub(crate) fn push(&mut self, element: T) {
        match self.first {
            None => self.first = Some(element),
            Some(_) => self.push_behind(element),
        }
    }

    #[cold]
    fn push_behind(&mut self, element: T) {
        self.rest.get_or_insert_with(|| Box::new(Rest(VecDeque::new()))).0.push_back(element);
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<T> {
        let element = self.first.take();
        if let Some(rest) = &mut self.rest {
            self.first = rest.0.pop_front();
        }
        element
    }

    #[inline]
    pub(crate) fn front(&self) -> Option<&T> {
        self.first.as_ref()
    }

    #[inline]
    pub(crate) fn front_mut(&mut self) -> Option<&mut T> {
        self.first.as_mut()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.as_ref().map_or(0, |rest| rest.0.len())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(self.rest.iter().flat_map(|rest| &rest.0))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.first.iter_mut().chain(self.rest.iter_mut().flat_map(|rest| &mut rest.0))
    }

    /// Keeps what the test accepts, in order.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        if let Some(rest) = &mut self.rest {
            rest.0.retain(&mut keep);
        }
        if !self.first.as_ref().is_some_and(keep) {
            self.pop();
        }
    }

    /// Moves the element at `index` to the front; the others keep their order.
    pub(crate) fn bring_to_front(&mut self, index: usize) {
        let Some(rest) = &mut self.rest else { return };
        let Some(element) = index.checked_sub(1).and_then(|index| rest.0.remove(index)) else { return };
        if let Some(first) = self.first.replace(element) {
            rest.0.push_front(first);
        }
    }
}

/// A queue that mostly holds nothing: it is as small as a pointer then.
#[derive(Clone, Debug)]
pub(crate) struct Rare<T>(Option<Box<Queue<T>>>);

impl<T> Rare<T> {
    pub(crate) const fn new() -> Self {
        Rare(None)
    }

    pub(crate) fn push(&mut self, element: T) {
        self.0.get_or_insert_default().push(element);
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        let element = self.0.as_mut()?.pop();
        self.shrink();
        element
    }

    pub(crate) fn front_mut(&mut self) -> Option<&mut T> {
        self.0.as_mut()?.front_mut()
    }

    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |queue| queue.len())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flat_map(|queue| queue.iter())
    }

    /// Keeps what the test accepts, in order.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        if let Some(queue) = &mut self.0 {
            queue.retain(keep);
            self.shrink();
        }
    }

    /// Of an empty queue nothing is held.
    fn shrink(&mut self) {
        if self.0.as_ref().is_some_and(|queue| queue.is_empty()) {
            self.0 = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(count: u32) -> Queue<u32> {
        let mut queue = Queue::default();
        (0..count).for_each(|element| queue.push(element));
        queue
    }

    fn elements(queue: &Queue<u32>) -> Vec<u32> {
        queue.iter().copied().collect()
    }

    #[test]
    fn first_in_first_out() {
        let mut queue = queue(3);
        assert_eq!((queue.len(), queue.front()), (3, Some(&0)));
        assert_eq!([queue.pop(), queue.pop(), queue.pop(), queue.pop()], [Some(0), Some(1), Some(2), None]);
        queue.push(7);
        assert_eq!(queue.pop(), Some(7));
        assert!(queue.is_empty());
    }

    #[test]
    fn retain_keeps_the_order_and_the_first_place_filled() {
        for (bits, kept) in [(0b000, vec![]), (0b001, vec![0]), (0b010, vec![1]), (0b110, vec![1, 2]), (0b101, vec![0, 2])] {
            let mut queue = queue(3);
            queue.retain(|element| bits >> element & 1 == 1);
            assert_eq!(elements(&queue), kept);
            assert_eq!(queue.is_empty(), kept.is_empty());
        }
    }

    #[test]
    fn a_rare_queue_holds_nothing_when_it_is_empty() {
        let mut queue = Rare::new();
        assert_eq!((queue.pop(), queue.len(), queue.front_mut()), (None, 0, None));
        (0..3).for_each(|element| queue.push(element));
        queue.retain(|element| *element != 1);
        assert_eq!((queue.iter().copied().collect::<Vec<_>>(), queue.len(), queue.front_mut()), (vec![0, 2], 2, Some(&mut 0)));
        assert_eq!([queue.pop(), queue.pop()], [Some(0), Some(2)]);
        assert!(queue.is_empty() && queue.0.is_none());
        queue.push(7);
        queue.retain(|_| false);
        assert!(queue.is_empty());
    }

    #[test]
    fn one_is_brought_to_the_front() {
        let moved = |index| {
            let mut queue = queue(3);
            queue.bring_to_front(index);
            elements(&queue)
        };
        assert_eq!([moved(0), moved(1), moved(2), moved(3)], [[0, 1, 2], [1, 0, 2], [2, 0, 1], [0, 1, 2]]);
    }
}
