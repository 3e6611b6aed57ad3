//! Finds out that a run has come to repeat itself: all tasks wait for calls that never return, while a stack goes on with probes that
//! change nothing. Without it such a run would go on until its time is over.

use crate::time::Instant;

/// Looks for a state that was there before (Brent's way: one state is kept, of twice as many steps each time).
#[derive(Debug, Default)]
pub(super) struct Recurrence {
    /// When a call last returned.
    news: Instant,
    steps: u64,
    kept: Option<u128>,
}

impl Recurrence {
    /// Takes the next state; `news`: when a call last returned. True if it was there before, with no news since.
    pub(super) fn was_before(&mut self, state: Option<u128>, news: Instant) -> bool {
        if self.news != news {
            *self = Recurrence { news, ..Recurrence::default() };
        }
        if state.is_some() && self.kept == state {
            return true;
        }
        self.steps += 1;
        if self.steps.is_power_of_two() {
            self.kept = state;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_comes_again_is_found_whatever_came_before_it() {
        for (before, period) in [(0, 1), (0, 3), (5, 1), (17, 6), (100, 40)] {
            let state = |step: u64| Some(u128::from(if step < before { step } else { before + (step - before) % period }));
            let mut recurrence = Recurrence::default();
            let found = (0..1000).position(|step| recurrence.was_before(state(step), Instant::ZERO)).expect("it repeats") as u64;
            assert!(found >= before + period && found < 4 * (before + period), "{before}, {period}: {found}");
        }
    }

    #[test]
    fn what_is_new_or_not_known_is_no_repetition() {
        let mut recurrence = Recurrence::default();
        assert!((0..100).all(|step| !recurrence.was_before(Some(step), Instant::ZERO)));
        assert!((0..100).all(|_| !recurrence.was_before(None, Instant::ZERO)));
        assert!((1..100).all(|news| !recurrence.was_before(Some(7), Instant(news))), "each call that returns is news");
    }
}
