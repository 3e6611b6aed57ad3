//! Tells how long the stack of an end tries before it gives up, and how long it keeps what is over.

use std::time::Duration;

/// How long the stack of an end tries before it gives up, and how long it keeps what is over. The default is what the RFCs ask
/// for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Timeouts {
    /// How long a SYN is tried (R2 for SYN, RFC 9293 §3.8.3: at least 3 minutes).
    pub syn: Duration,
    /// How long anything else is tried without progress (R2: at least 100 s).
    pub data: Duration,
    /// The maximum segment lifetime; TIME-WAIT lasts at least twice as long. Zero: not known.
    pub msl: Duration,
    /// How long a closed connection waits for the peer's FIN.
    pub fin_wait_2: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Timeouts { syn: seconds(180), data: seconds(100), msl: seconds(120), fin_wait_2: seconds(60) }
    }
}

impl Timeouts {
    /// The names of the limits in a header, in their order.
    pub(super) const NAMES: [&'static str; 4] = ["syn", "data", "msl", "fin_wait_2"];

    /// The limits, in the order of their names.
    pub(super) const fn spans(self) -> [Duration; 4] {
        [self.syn, self.data, self.msl, self.fin_wait_2]
    }

    /// The way back.
    pub(super) const fn of([syn, data, msl, fin_wait_2]: [Duration; 4]) -> Self {
        Timeouts { syn, data, msl, fin_wait_2 }
    }

    /// Those of an end with flows on either of two stacks: it may give up as soon as the first of them, and keep what is over as
    /// long as the last.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Timeouts {
            syn: self.syn.min(other.syn),
            data: self.data.min(other.data),
            msl: self.msl.max(other.msl),
            fin_wait_2: self.fin_wait_2.max(other.fin_wait_2),
        }
    }
}
