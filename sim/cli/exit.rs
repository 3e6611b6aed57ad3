//! Defines the exit codes: a public interface.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Everything held.
    Held,
    /// A guarantee or an expectation was broken.
    Broken,
    /// Bad usage or bad input.
    Bad,
    /// The same seed gave two different runs.
    Differs,
    /// It can't be told.
    Inconclusive,
}

impl Exit {
    /// The process's exit code.
    pub(super) const fn code(self) -> u8 {
        match self {
            Exit::Held => 0,
            Exit::Broken => 1,
            Exit::Bad => 2,
            Exit::Differs => 3,
            Exit::Inconclusive => 4,
        }
    }

    /// Of two files' ends the one that counts: 2 before 3, 1, 4 and 0.
    pub(super) fn and(self, other: Exit) -> Exit {
        if self.rank() >= other.rank() { self } else { other }
    }

    const fn rank(self) -> u8 {
        match self {
            Exit::Held => 0,
            Exit::Inconclusive => 1,
            Exit::Broken => 2,
            Exit::Differs => 3,
            Exit::Bad => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exit::{self, *};

    #[test]
    fn the_worst_counts_in_the_order_2_3_1_4_0() {
        let order = [Bad, Differs, Broken, Inconclusive, Held];
        assert_eq!(order.map(Exit::code), [2, 3, 1, 4, 0]);
        for (at, worse) in order.iter().enumerate() {
            for better in &order[at..] {
                assert_eq!((worse.and(*better), better.and(*worse)), (*worse, *worse));
            }
        }
    }
}
