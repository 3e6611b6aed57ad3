//! Lists the defects that the layer can be given, to prove that they are found. Each changes one thing, at the place where the right
//! thing would be done.

/// A defect of [`Records`](super::Records).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RecordsQuirk {
    /// What was written waits for the next call, and a close forgets it.
    CloseUnflushed,
    /// The last write and the end record are forgotten, and the flow below is ended without them.
    LastWriteForgotten,
    /// A second close closes the flow below again.
    SecondCloseGoesDown,
    /// A shutdown of writing closes the flow below.
    ShutdownClosesLower,
    /// A close leaves the flow below open.
    CloseForgetsLower,
    /// The end record is sent once more after the flow below was closed.
    LowerWrittenAfterClose,
    /// The end record is handed up as bytes of the stream.
    EndRecordHandedUp,
    /// The stream ends without an end record.
    EndRecordForgotten,
    /// A failure of the flow below reads as the end of the stream.
    FailureIsEof,
}

impl RecordsQuirk {
    /// All of them.
    pub const ALL: &'static [RecordsQuirk] = &[
        RecordsQuirk::CloseUnflushed,
        RecordsQuirk::LastWriteForgotten,
        RecordsQuirk::SecondCloseGoesDown,
        RecordsQuirk::ShutdownClosesLower,
        RecordsQuirk::CloseForgetsLower,
        RecordsQuirk::LowerWrittenAfterClose,
        RecordsQuirk::EndRecordHandedUp,
        RecordsQuirk::EndRecordForgotten,
        RecordsQuirk::FailureIsEof,
    ];

    /// Its name, as users write it.
    pub const fn name(self) -> &'static str {
        self.row().1
    }

    /// Its row in the catalogue of mutants.
    pub const fn number(self) -> u32 {
        self.row().0
    }

    /// The rule that must find it.
    pub const fn rule(self) -> &'static str {
        self.row().2
    }

    /// What it changes.
    pub const fn about(self) -> &'static str {
        self.row().3
    }

    const fn row(self) -> (u32, &'static str, &'static str, &'static str) {
        match self {
            RecordsQuirk::CloseUnflushed => {
                (29, "close-unflushed", "eof-complete", "What was written waits for the next call, and a close forgets it.")
            }
            RecordsQuirk::LastWriteForgotten => {
                let about = "The last write and the end record are forgotten, and the flow below is ended without them.";
                (29, "last-write-forgotten", "accepted-goes-down", about)
            }
            RecordsQuirk::SecondCloseGoesDown => {
                (51, "second-close-goes-down", "lower-closed-once", "A second close closes the flow below again.")
            }
            RecordsQuirk::ShutdownClosesLower => {
                let rule = "lower-closed-when-both-halves-shut";
                (52, "shutdown-closes-lower", rule, "A shutdown of writing closes the flow below.")
            }
            RecordsQuirk::CloseForgetsLower => (53, "close-forgets-lower", "lower-closed-once", "A close leaves the flow below open."),
            RecordsQuirk::LowerWrittenAfterClose => {
                let about = "The end record is sent once more after the flow below was closed.";
                (54, "lower-written-after-close", "lower-not-used-after-close", about)
            }
            RecordsQuirk::EndRecordHandedUp => {
                (143, "end-record-handed-up", "stream-prefix", "The end record is handed up as bytes of the stream.")
            }
            RecordsQuirk::EndRecordForgotten => {
                (146, "end-record-forgotten", "read-error-has-cause", "The stream ends without an end record.")
            }
            RecordsQuirk::FailureIsEof => {
                (147, "failure-is-eof", "eof-after-reset", "A failure of the flow below reads as the end of the stream.")
            }
        }
    }
}
