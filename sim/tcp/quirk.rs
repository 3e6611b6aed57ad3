//! Lists the defects that a stack can be given, to prove that they are found. Each changes one thing, at the place where the right
//! thing would be done.
//!
//! The rule of a row is the one that can be the first to see it. Segments are recorded, and come before what they bring about: so
//! `retransmit-differs` shows as a changed segment before wrong bytes are read, and `fin-above-hole` as an acknowledgement of what
//! has not come before the end is read too early.

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
    EofBeforeDrained 12 "eof-before-drained" "eof-complete" "Once the FIN has arrived reads give the end, whatever lies unread.",
    EofClosesWriting 20 "eof-closes-writing" "eof-keeps-writing" "Once the FIN has arrived writes are refused.",
    FinAboveHole 31 "fin-above-hole" "ack-is-received" "A FIN counts although data before it is missing.",
    FinNotRetransmitted 32 "fin-not-retransmitted" "eof-arrives" "A FIN is sent once and never again.",
    CloseWaitForgets 33 "close-wait-forgets" "delivery" "In CLOSE-WAIT nothing is retransmitted.",
    LastAckForgets 34 "last-ack-forgets" "resources-freed" "In LAST-ACK nothing is retransmitted.",
    FinWait2ForEver 35 "fin-wait-2-for-ever" "resources-freed" "After a full close FIN-WAIT-2 has no end.",
    TimeWaitForEver 36 "time-wait-for-ever" "resources-freed" "TIME-WAIT that was entered from CLOSING has no end.",
    NoPersistProbe 38 "no-persist-probe" "window-reopens" "A closed window is never asked after.",
    StuckInSynReceived 40 "stuck-in-syn-received" "handshake-completes" "An answer to a SYN is sent once, and only a bare acknowledgement completes the handshake.",
    ResetAnswered 42 "reset-answered" "no-reset-to-reset" "A reset is answered with an acknowledgement.",
    ResetReturned 42 "reset-returned" "no-reset-to-reset" "A reset is answered with a reset.",
    ResetIsEof 44 "reset-is-eof" "eof-after-reset" "A reset reads as the end of the stream.",
    ResetWakesNobody 48 "reset-wakes-nobody" "abort-is-told" "Calls on an aborted connection never end.",
    SecondFin 49 "second-fin" "one-fin" "A second close sends a second FIN.",
    CloseUnreadSendsFin 63 "close-unread-sends-fin" "reset-on-unread-close" "A close with unread bytes ends like any other.",
    SendsPastWindow 67 "sends-past-window" "inside-window" "One segment more than the window takes is sent.",
    NoRetransmission 74 "no-retransmission" "delivery" "Data and FIN are sent once and never again.",
    SynNotRetried 82 "syn-not-retried" "handshake-completes" "A SYN is sent once and never again.",
    HalfClosedKilled 85 "half-closed-killed" "abort-has-cause" "A half-closed connection is given up after ten seconds.",
    AcksBeyond 114 "acks-beyond" "ack-is-received" "One number more than what arrived is acknowledged.",
    TimeWaitSkipped 116 "time-wait-skipped" "state-transition" "After a simultaneous close there is no TIME-WAIT.",
}
