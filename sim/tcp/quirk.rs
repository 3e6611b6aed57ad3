//! Lists the defects that a stack can be given, to prove that they are found. Each changes one thing, at the place where the right
//! thing would be done.
//!
//! The rule of a row is the one that can be the first to see it. Segments are recorded, and come before what they bring about:
//!
//! - `retransmit-differs` shows as a changed segment before wrong bytes are read, and `fin-above-hole` as an acknowledgement of what
//!   has not come before the end is read too early;
//! - what is not acknowledged in time (`old-data-unanswered`: a FIN that comes again in TIME-WAIT; `probes-ignored`,
//!   `silent-after-fin`, `fin-of-old-data-lost`) shows half a second later, long before the peer gives up;
//! - `numbers-unsigned` sends again what was acknowledged, before it stalls;
//! - `never-gives-up` owes nothing to calls while the network is cut, but what it sends for ever is heard;
//! - `no-time-wait` shows as the missing state, before an old segment can meet the next connection;
//! - `small-segment-stuck` hangs no call, since a write returns when it is accepted: its bytes never come.

/// Makes an enum of defects: of each its number in the catalogue of mutants, its name, the rule that must find it first, what it
/// changes.
macro_rules! quirks {
    ($(#[$doc:meta])* $enum:ident: $($quirk:ident $number:literal $name:literal $rule:literal $about:literal,)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $enum { $(#[doc = $about] $quirk,)+ }

        impl $enum {
            /// All of them.
            pub const ALL: &'static [$enum] = &[$($enum::$quirk),+];

            /// Its name, as users write it.
            pub const fn name(self) -> &'static str {
                match self { $($enum::$quirk => $name),+ }
            }

            /// Its row in the catalogue of mutants.
            pub const fn number(self) -> u32 {
                match self { $($enum::$quirk => $number),+ }
            }

            /// The rule that must find it.
            pub const fn rule(self) -> &'static str {
                match self { $($enum::$quirk => $rule),+ }
            }

            /// What it changes.
            pub const fn about(self) -> &'static str {
                match self { $($enum::$quirk => $about),+ }
            }
        }
    };
}

pub(crate) use quirks;

quirks! {
    /// A defect of the TCP.
    Quirk:
    DuplicateDelivered 2 "duplicate-delivered" "stream-prefix" "Data that arrives a second time is delivered a second time.",
    OutOfOrderDelivered 3 "out-of-order-delivered" "stream-prefix" "Data above a hole is delivered at once.",
    RetransmitDiffers 5 "retransmit-differs" "retransmit-is-same" "What is sent again begins with a changed byte.",
    OverlapTrimOff 6 "overlap-trim-off" "stream-prefix" "Data that overlaps what was there is cut one octet too late.",
    EofBeforeDrained 12 "eof-before-drained" "eof-complete" "Once the FIN has arrived reads give the end, whatever lies unread.",
    EofWhenIdle 13 "eof-when-idle" "eof-has-cause" "Ten seconds without a segment read as the end of the stream.",
    EofClosesWriting 20 "eof-closes-writing" "eof-keeps-writing" "Once the FIN has arrived writes are refused.",
    FinBeforeData 30 "fin-before-data" "fin-after-data" "Every segment of a stream that was ended carries the FIN.",
    FinAboveHole 31 "fin-above-hole" "ack-is-received" "A FIN counts although data before it is missing.",
    FinNotRetransmitted 32 "fin-not-retransmitted" "eof-arrives" "A FIN is sent once and never again.",
    CloseWaitForgets 33 "close-wait-forgets" "delivery" "In CLOSE-WAIT nothing is retransmitted.",
    LastAckForgets 34 "last-ack-forgets" "resources-freed" "In LAST-ACK nothing is retransmitted.",
    FinWait2ForEver 35 "fin-wait-2-for-ever" "resources-freed" "After a full close FIN-WAIT-2 has no end.",
    TimeWaitForEver 36 "time-wait-for-ever" "resources-freed" "TIME-WAIT that was entered from CLOSING has no end.",
    OldDataUnanswered 37 "old-data-unanswered" "arrival-is-acknowledged" "Data and FIN that come again are not acknowledged again.",
    NoPersistProbe 38 "no-persist-probe" "window-reopens" "A closed window is never asked after.",
    ProbesIgnored 39 "probes-ignored" "arrival-is-acknowledged" "A zero-window probe is not answered.",
    StuckInSynReceived 40 "stuck-in-syn-received" "handshake-completes" "An answer to a SYN is sent once, and only a bare acknowledgement completes the handshake.",
    NoBackoff 41 "no-backoff" "quiet-when-idle" "Retransmissions and probes go out at the same pace for ever.",
    ResetAnswered 42 "reset-answered" "no-reset-to-reset" "A reset is answered with an acknowledgement.",
    ResetReturned 42 "reset-returned" "no-reset-to-reset" "A reset is answered with a reset.",
    ResetAnywhere 43 "reset-anywhere" "reset-in-window" "A reset is taken whatever its number.",
    ResetIsEof 44 "reset-is-eof" "eof-after-reset" "A reset reads as the end of the stream.",
    ResetWakesNobody 48 "reset-wakes-nobody" "abort-is-told" "Calls on an aborted connection never end.",
    SecondFin 49 "second-fin" "one-fin" "A second close sends a second FIN.",
    CloseUnreadSendsFin 63 "close-unread-sends-fin" "reset-on-unread-close" "A close with unread bytes ends like any other.",
    PortsAlone 64 "ports-alone" "stream-prefix" "A segment goes to the first connection at its port, whoever sent it.",
    NumbersUnsigned 65 "numbers-unsigned" "acknowledged-is-not-sent-again" "Acknowledgements are compared as plain numbers.",
    ScaleOff 66 "scale-off" "inside-window" "The peer's windows are shifted by one too many.",
    SendsPastWindow 67 "sends-past-window" "inside-window" "One segment more than the window takes is sent.",
    NoTimeWait 68 "no-time-wait" "time-wait-held" "There is no TIME-WAIT.",
    UnlistenKills 69 "unlisten-kills" "flows-are-isolated" "To stop listening resets the connections of that port.",
    AcceptedTwice 70 "accepted-twice" "accept-once" "A connection is given to two accepts.",
    SmallSegmentStuck 72 "small-segment-stuck" "delivery" "A last segment that is not full waits for more data.",
    NoRetransmission 74 "no-retransmission" "delivery" "Data and FIN are sent once and never again.",
    UpdateOnlyOfHalf 75 "update-only-of-half" "window-reopens" "Only a read of half the buffer reopens the window, and nothing asks after it.",
    SynNotRetried 82 "syn-not-retried" "handshake-completes" "A SYN is sent once and never again.",
    CrashIsFin 83 "crash-is-fin" "eof-has-cause" "A host that crashes ends its streams first.",
    NeverGivesUp 84 "never-gives-up" "quiet-when-idle" "A peer that does not answer is never given up.",
    HalfClosedKilled 85 "half-closed-killed" "abort-has-cause" "A half-closed connection is given up after ten seconds.",
    SilentAfterFin 86 "silent-after-fin" "arrival-is-acknowledged" "Once the FIN has come nothing is acknowledged.",
    ProgressIgnored 87 "progress-ignored" "abort-has-cause" "The time until the peer is given up runs on, whatever it acknowledges.",
    AnswerWithoutOptions 88 "answer-without-options" "inside-window" "An answer to a SYN that is sent again has no options, while scaling stays on.",
    DamageUnnoticed 89 "damage-unnoticed" "stream-prefix" "Damaged data is taken as it comes.",
    ConnectForgotten 90 "connect-forgotten" "connect-once" "A disconnect forgets the connects that are pending.",
    RefusalIgnored 91 "refusal-ignored" "connect-once" "A reset that answers a SYN is ignored.",
    FinEverySecond 92 "fin-every-second" "quiet-when-idle" "A FIN that is not acknowledged is sent again every second, for ever.",
    DisconnectFails 109 "disconnect-fails" "disconnect-never-fails" "A disconnect says that it failed.",
    NodelayTooEarly 111 "nodelay-too-early" "nodelay-is-sent" "A write without delay says ok before it has left.",
    AcksBeyond 114 "acks-beyond" "ack-is-received" "One number more than what arrived is acknowledged.",
    WindowShrinks 115 "window-shrinks" "window-not-shrunk" "While bytes lie unread half the window is offered.",
    TimeWaitSkipped 116 "time-wait-skipped" "state-transition" "After a simultaneous close there is no TIME-WAIT.",
    FinBehindHoleLost 118 "fin-behind-hole-lost" "eof-arrives" "A FIN above a hole is acknowledged when that is filled, but never told.",
    FinOfOldDataLost 119 "fin-of-old-data-lost" "arrival-is-acknowledged" "Data that comes again with a FIN is dropped as old, FIN and all.",
    EndsCorrectEachOther 123 "ends-correct-each-other" "quiet-when-idle" "An acknowledgement one number too low is corrected, and taken for nothing.",
    RefusedFlowWrites 134 "refused-flow-writes" "connect-once" "A flow whose connect failed takes writes.",
    AcceptForgotten 135 "accept-forgotten" "unlisten-stops-new" "An accept that is pending when its port is unlistened hangs.",
    FinSentAgain 136 "fin-sent-again" "acknowledged-is-not-sent-again" "A FIN that was acknowledged is sent again.",
    FinInTimeWaitUnanswered 137 "fin-in-time-wait-unanswered" "arrival-is-acknowledged" "A FIN that comes again in TIME-WAIT is not acknowledged.",
    SillyWindow 138 "silly-window" "no-silly-window" "A window is opened by whatever was read.",
}
