//! What waits for the host, in order. The host takes everything after each step, so that the same few places are used again and
//! again.

#[derive(Clone, Debug)]
pub(super) struct Outbox<T> {
    items: Vec<T>,
    /// So many at the front were taken.
    taken: usize,
}

/// So many that were taken are left lying before the rest is moved to the front.
const TAKEN_MAX: usize = 32;

impl<T> Default for Outbox<T> {
    fn default() -> Self {
        Outbox { items: Vec::new(), taken: 0 }
    }
}

impl<T: Copy> Outbox<T> {
    #[inline]
    pub(super) fn push(&mut self, item: T) {
        self.items.push(item);
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        let item = *self.items.get(self.taken)?;
        self.taken += 1;
        if self.taken == self.items.len() {
            self.items.clear();
            self.taken = 0;
        } else if self.taken > TAKEN_MAX {
            self.move_up();
        }
        Some(item)
    }

    /// Somebody takes only a part of what comes.
    #[cold]
    fn move_up(&mut self) {
        if self.taken > self.items.len() / 2 {
            self.items.drain(..self.taken);
            self.taken = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_in_first_out_however_many() {
        for count in [0, 1, 2, 33, 34, 1000] {
            let mut outbox = Outbox::default();
            (0..count).for_each(|item| outbox.push(item));
            assert!((0..count).all(|item| outbox.pop() == Some(item)));
            assert_eq!(outbox.pop(), None);
        }
    }

    #[test]
    fn what_was_taken_does_not_pile_up() {
        let mut outbox = Outbox::default();
        outbox.push(0);
        for item in 1..10_000 {
            outbox.push(item);
            assert_eq!(outbox.pop(), Some(item - 1));
        }
        assert!(outbox.items.len() <= 2 * TAKEN_MAX + 2);
    }
}
