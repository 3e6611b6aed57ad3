//! Counts what it costs to follow calls that overlap, so that judging a run ends soon whatever the run holds.

/// What all searching in one run may cost, in writes looked at: somewhat more than a second where each costs the most.
const TOTAL: u64 = 1 << 26;

/// From here on nothing is searched any more: what is left is for following.
const RESERVE: u64 = TOTAL / 4;

/// One search may take this part of what is left.
const PART: u64 = 8;

/// What looking far and wide may cost once.
const FAR: u64 = 1 << 17;

/// What the smallest search needs.
const LEAST: u64 = 1 << 12;

/// What may still be spent in this run.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Effort {
    left: u64,
    spent: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Effort::at_most(TOTAL)
    }
}

impl Effort {
    /// So little that it can be given again and again.
    pub const SMALL: Self = Effort { left: LEAST, spent: 0 };

    /// As much as this many writes to be looked at, and no more than any run gets.
    pub fn at_most(writes: u64) -> Self {
        Effort { left: writes.min(TOTAL), spent: 0 }
    }

    /// What was spent so far.
    pub const fn spent(self) -> u64 {
        self.spent
    }

    /// All that is left.
    pub const fn left(self) -> u64 {
        self.left
    }

    /// What one search may cost.
    pub fn share(self) -> u64 {
        let share = if self.left > RESERVE { self.left / PART } else { 0 };
        share.max(LEAST)
    }

    /// What looking far and wide may cost once.
    pub fn far(self) -> u64 {
        self.share().min(FAR)
    }

    pub fn spend(&mut self, cost: u64) {
        let cost = cost.min(self.left);
        self.left -= cost;
        self.spent += cost;
    }

    pub const fn is_spent(self) -> bool {
        self.left == 0
    }
}
