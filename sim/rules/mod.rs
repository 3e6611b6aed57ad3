//! Names the rules of the flow contract and says what is said of each: the vocabulary that the oracle's rooms, reports and
//! scenario files share.
//!
//! [`Rule`] is the list of names, [`About`] the form of an entry of the catalogue, [`history`] the notation of its smallest
//! histories. The entries themselves stand with the code that judges, one file a rule: [`oracle::rooms`](crate::oracle). Rule
//! names are public: they stand in reports, JSON and scenario files.

mod about;
pub mod history;
pub mod transitions;

pub use about::{About, Example, Excuse, Level, Section};

use std::cmp::Reverse;

use crate::contract::suggestion;

/// The most names that are offered in place of a wrong one.
const NEAR_MAX: usize = 6;

macro_rules! rules {
    ($($(#[$section:meta])* $rule:ident = $name:literal,)+) => {
        /// A rule of the flow contract, in the order of the specification.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule { $(#[doc = concat!("`", $name, "`")] $rule),+ }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Rule] = &[$(Rule::$rule),+];

            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The public name.
            pub const fn name(self) -> &'static str {
                match self { $(Rule::$rule => $name),+ }
            }

            /// The rule of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Rule::$rule),)+ _ => None }
            }
        }
    };
}

rules! {
    StreamPrefix = "stream-prefix",
    StreamCausal = "stream-causal",
    WriteOrder = "write-order",
    DataNonempty = "data-nonempty",
    OkMeansWhole = "ok-means-whole",
    FailedWriteIsPrefix = "failed-write-is-prefix",
    WritevIsConcat = "writev-is-concat",
    WritesNotInterleaved = "writes-not-interleaved",
    EofComplete = "eof-complete",
    EofHasCause = "eof-has-cause",
    EofIsFinal = "eof-is-final",
    EofAfterReset = "eof-after-reset",
    DataBeforeAbort = "data-before-abort",
    WriteErrorIsFinal = "write-error-is-final",
    ClosedAfterShutdown = "closed-after-shutdown",
    ClosedHasCause = "closed-has-cause",
    ReadErrorHasCause = "read-error-has-cause",
    HalfCloseKeepsReading = "half-close-keeps-reading",
    EofKeepsWriting = "eof-keeps-writing",
    ShutdownReadKeepsWriting = "shutdown-read-keeps-writing",
    EofAfterShutdownRead = "eof-after-shutdown-read",
    ErrorAfterClose = "error-after-close",
    CloseKeepsReading = "close-keeps-reading",
    CloseWaits = "close-waits",
    CloseIsIdempotent = "close-is-idempotent",
    ShutdownErrorHasCause = "shutdown-error-has-cause",
    ZeroLengthIsInvisible = "zero-length-is-invisible",
    OneReaderPerByte = "one-reader-per-byte",
    PendingAtShutdown = "pending-at-shutdown",
    FreshBuffer = "fresh-buffer",
    CancelledRead = "cancelled-read",
    CancelledClose = "cancelled-close",
    FlowsAreIsolated = "flows-are-isolated",
    AbortHasCause = "abort-has-cause",
    CallerKeepsOff = "caller-keeps-off",
    ConnectOnce = "connect-once",
    AcceptOnce = "accept-once",
    UnlistenStopsNew = "unlisten-stops-new",
    DisconnectNeverFails = "disconnect-never-fails",
    DestinationIsConstant = "destination-is-constant",
    NodelayIsSent = "nodelay-is-sent",
    KeepaliveOnlyWhenIdle = "keepalive-only-when-idle",
    KeepaliveEndsDeadFlow = "keepalive-ends-dead-flow",
    InputIsTotal = "input-is-total",
    PortsAreChecked = "ports-are-checked",
    Delivery = "delivery",
    EofArrives = "eof-arrives",
    WriteResolves = "write-resolves",
    NoStuckCall = "no-stuck-call",
    ShutdownReturns = "shutdown-returns",
    CloseReturns = "close-returns",
    ResourcesFreed = "resources-freed",
    WindowReopens = "window-reopens",
    QuietWhenIdle = "quiet-when-idle",
    AbortIsTold = "abort-is-told",
    PeerShutRead = "peer-shut-read",
    HandshakeCompletes = "handshake-completes",
    LowerClosedOnce = "lower-closed-once",
    LowerClosedWhenBothHalvesShut = "lower-closed-when-both-halves-shut",
    LowerNotUsedAfterClose = "lower-not-used-after-close",
    AcceptedGoesDown = "accepted-goes-down",
    ProxyPassesHalfClose = "proxy-passes-half-close",
    AcknowledgedIsNotSentAgain = "acknowledged-is-not-sent-again",
    ArrivalIsAcknowledged = "arrival-is-acknowledged",
    NoSillyWindow = "no-silly-window",
    OneFin = "one-fin",
    FinAfterData = "fin-after-data",
    RetransmitIsSame = "retransmit-is-same",
    InsideWindow = "inside-window",
    AckIsReceived = "ack-is-received",
    NoResetToReset = "no-reset-to-reset",
    ResetOnUnreadClose = "reset-on-unread-close",
    TimeWaitHeld = "time-wait-held",
    ResetInWindow = "reset-in-window",
    WindowNotShrunk = "window-not-shrunk",
    StateTransition = "state-transition",
}

impl Rule {
    /// What to say to who gave a name that no rule has: the names nearest to it, for a list of all would help nobody.
    pub(crate) fn near(wrong: &str) -> String {
        let names = || Rule::ALL.iter().map(|rule| rule.name());
        let help = suggestion(wrong, names());
        if help.starts_with("did") {
            return help;
        }
        let mut near: Vec<&str> = names().filter(|name| shared_words(wrong, name) > 0).collect();
        near.sort_by_key(|name| Reverse(shared_words(wrong, name)));
        near.truncate(NEAR_MAX);
        match near.is_empty() {
            true => "`flowsim rules` lists them all".to_owned(),
            false => format!("near it are {}; `flowsim rules` lists them all", near.join(", ")),
        }
    }
}

/// How many words of a rule's name begin with a word of the wrong one (of three letters at least).
fn shared_words(wrong: &str, name: &str) -> usize {
    let begins = |word: &&str| wrong.split('-').any(|part| part.len() >= 3 && word.starts_with(part));
    name.split('-').filter(begins).count()
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod near_tests {
    use super::Rule;

    #[test]
    fn a_wrong_name_is_told_the_nearest_ones() {
        assert_eq!(Rule::near("eof-is-finl"), "did you mean `eof-is-final`?");
        let near = Rule::near("eof");
        assert!(near.starts_with("near it are eof-complete, ") && near.matches(',').count() < super::NEAR_MAX, "{near}");
        assert!(Rule::near("half-close").starts_with("near it are half-close-keeps-reading, "), "the most shared words come first");
        assert_eq!(Rule::near("of"), "`flowsim rules` lists them all", "two letters begin too many words");
        assert_eq!(Rule::near("zzz"), "`flowsim rules` lists them all");
        assert_eq!(Rule::near(""), "`flowsim rules` lists them all");
    }
}
