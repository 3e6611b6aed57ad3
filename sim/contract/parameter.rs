//! Lists the parameters of a contract: what the interface documents leave open or decide differently, each with its legal values.

use std::time::Duration;

/// A parameter's value has a word, the one that documents and the command line use.
pub(super) trait Word: Copy + 'static {
    const WORDS: &'static [&'static str];
    fn word(self) -> &'static str;
    fn from_word(word: &str) -> Option<Self>;
}

/// A parameter that a contract may leave out: the rule then does not apply.
impl<W: Word> Word for Option<W> {
    const WORDS: &'static [&'static str] = W::WORDS;

    fn word(self) -> &'static str {
        self.map_or("n/a", W::word)
    }

    fn from_word(word: &str) -> Option<Self> {
        if matches!(word, "n/a" | "-" | "–") { Some(None) } else { W::from_word(word).map(Some) }
    }
}

macro_rules! values {
    ($($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $value:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$what])* $value),+ }

        impl Word for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];

            fn word(self) -> &'static str {
                match self { $($name::$value => $word),+ }
            }

            fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$value),)+ _ => None }
            }
        }
    )+};
}

values! {
    /// What `close` ends.
    CloseIs {
        /// Only the writing half; reading goes on.
        Half = "half",
        /// Both halves.
        Full = "full",
    }
    /// Does `close` return only once the peer has called it too?
    CloseWaits {
        /// It must not return before.
        Yes = "yes",
        /// It returns whatever the peer does.
        No = "no",
        /// Both are allowed.
        Either = "either",
    }
    /// What a write gives after own shutdown of writing.
    WriteOnClosed {
        /// The result `eof`, exactly.
        Eof = "eof",
        /// The result `closed`, exactly.
        Closed = "closed",
        /// `closed` or any error word.
        Error = "error",
        /// Any failing result.
        Any = "any",
    }
    /// What a write gives after own full close.
    WriteAfterFullClose {
        /// The result `closed`, exactly.
        Closed = "closed",
        /// `closed` or any error word.
        Error = "error",
    }
    /// What a read gives after own full close.
    ReadAfterFullClose {
        /// An error.
        Error = "error",
        /// EOF or an error.
        EofOrError = "eof_or_error",
    }
    /// May the peer's abort, or its close with bytes unread, show as the end of the stream?
    EofOnPeerAbort {
        /// No.
        Forbid = "forbid",
        /// Yes: what is missing is then lost without a word.
        Allow = "allow",
    }
    /// Is an error word evidence of an abort of its end, where the network is not recorded?
    AbortByWord {
        /// Yes.
        Yes = "yes",
        /// Only if the other end was aborted or closed: else the call has failed without a cause.
        WithReason = "with_reason",
    }
    /// What a shutdown or close gives when there is nothing left to end.
    CloseError {
        /// It is done, as the first one was.
        Never = "never",
        /// It may also be an error.
        WhenEnded = "when_ended",
    }
    /// May a read that succeeds return no bytes?
    EmptyReads {
        /// No: it brings at least one byte and no more than were asked for, in a buffer of its own.
        Forbid = "forbid",
        /// Yes, and nothing is promised of its size and buffer.
        Allow = "allow",
    }
    /// What reads after an EOF give.
    ReadAfterEof {
        /// EOF again, for ever.
        Eof = "eof",
        /// EOF or an error.
        EofOrError = "eof_or_error",
        /// They may also never return.
        MayBlock = "may_block",
    }
    /// Two plain answers.
    YesNo {
        /// It is so.
        Yes = "yes",
        /// It is not so.
        No = "no",
    }
    /// May an end that was aborted see EOF?
    EofOnReset {
        /// Never.
        Forbid = "forbid",
        /// Only after a call of this end returned the error.
        AfterError = "after_error",
        /// Always.
        Allow = "allow",
    }
    /// What a connection that keep-alive gave up shows to readers.
    EofOnKeepaliveDeath {
        /// EOF, and nothing else.
        Require = "require",
        /// EOF or an error.
        Allow = "allow",
        /// The error once, then EOF.
        AfterError = "after_error",
        /// Only the error.
        Forbid = "forbid",
    }
    /// What becomes of bytes that had arrived before the abort.
    DataBeforeAbort {
        /// They are read before the error or EOF.
        Keep = "keep",
        /// They are gone.
        Drop = "drop",
        /// Both are allowed.
        Either = "either",
    }
    /// Does a full close still deliver what was accepted?
    CloseSendsPending {
        /// All of it.
        Yes = "yes",
        /// All of it, unless incoming bytes lay unread: then it may reset.
        UnlessUnread = "unless_unread",
        /// It may drop it.
        Either = "either",
    }
    /// When a written byte counts as accepted.
    AcceptedMeans {
        /// When the write returned ok.
        Written = "written",
        /// When a flush, shutdown or close after it returned.
        Flushed = "flushed",
    }
    /// What happens to a read that is pending at own close.
    BlockedReadAtClose {
        /// It returns.
        Resolve = "resolve",
        /// It may stay pending.
        MayBlock = "may_block",
        /// The caller must not do that.
        Fault = "fault",
    }
    /// What happens to a write that is pending at own shutdown of writing.
    BlockedWriteAtShutdown {
        /// It goes on to its end.
        Complete = "complete",
        /// It fails.
        Fail = "fail",
        /// Both are allowed.
        Either = "either",
    }
    /// Is something seen, or does it happen?
    Seen {
        /// No.
        No = "no",
        /// Yes.
        Yes = "yes",
        /// Both are allowed.
        Either = "either",
    }
    /// What becomes of data that is queued or arrives after own shutdown of reading.
    DataAfterShutdownRead {
        /// It is thrown away.
        Discard = "discard",
        /// It stays readable.
        Readable = "readable",
        /// Both are allowed.
        Either = "either",
    }
    /// What a cancelled read may have consumed.
    CancelRead {
        /// Nothing.
        Safe = "safe",
        /// One contiguous piece, at any later time.
        Lossy = "lossy",
    }
    /// What becomes of a cancelled write.
    CancelWrite {
        /// What it had accepted is sent, no more.
        Prefix = "prefix",
        /// It may go on as if it were not cancelled.
        RunsOn = "runs_on",
    }
    /// How overlapping writes may mix.
    ConcurrentWrites {
        /// Byte by byte.
        Interleave = "interleave",
        /// Each stays in one piece.
        Whole = "whole",
        /// The caller must not overlap them.
        Forbidden = "forbidden",
    }
    /// How overlapping reads share the bytes.
    ConcurrentReads {
        /// In any order.
        Any = "any",
        /// In the order of the calls.
        Fifo = "fifo",
        /// The caller must not overlap them.
        Forbidden = "forbidden",
    }
    /// May the caller reuse a buffer after its write returned?
    WrittenBuffer {
        /// No: it belongs to the flow.
        Transfer = "transfer",
        /// Yes: the flow copied it.
        Copy = "copy",
    }
    /// Is a writer told that the peer has closed for good?
    ClosedPeerWrites {
        /// Its writes fail, from the second on.
        Told = "told",
        /// Perhaps.
        Either = "either",
    }
    /// What `write_nodelay` waits for.
    NodelayMeans {
        /// Acceptance, as any write.
        Accepted = "accepted",
        /// The bytes were transmitted.
        Transmitted = "transmitted",
        /// The peer acknowledged them.
        Acknowledged = "acknowledged",
    }
    /// Can a port be listened on again as soon as it is not listened on any more?
    ListenAgain {
        /// Yes.
        Free = "free",
        /// It may be refused while connections that came in by it live on, as sockets do.
        MayRefuse = "may_refuse",
    }
    /// What a second listen on a port does.
    SecondListen {
        /// It takes the port over.
        Replace = "replace",
        /// It fails.
        Error = "error",
    }
}

/// A parameter as data: what the command line lists, sets and prints.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// The public name.
    pub name: &'static str,
    /// What it decides, in one sentence.
    pub about: &'static str,
    /// The legal values; empty where the value is a number.
    pub values: &'static [&'static str],
    get: fn(&Contract) -> String,
    set: fn(&mut Contract, &str) -> bool,
}

impl Parameter {
    /// This parameter's value in a contract, as its word; `n/a` where the contract leaves it out.
    pub fn get(&self, contract: &Contract) -> String {
        (self.get)(contract)
    }

    /// Sets the value by its word; false if the word is none of the parameter's.
    pub fn set(&self, contract: &mut Contract, word: &str) -> bool {
        (self.set)(contract, word)
    }
}

macro_rules! parameters {
    ($($name:ident: $type:ty = $about:literal,)+) => {
        /// What an implementation promises, as a plain value. Presets are constructors; `"modern,eof_on_reset=forbid".parse()`
        /// is the command line's spelling; `None` stands for a rule that does not apply (`n/a`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct Contract {
            /// The preset that this contract began as.
            pub base: &'static str,
            $(#[doc = $about] pub $name: $type,)+
            /// How long, in fair time without progress, an obligation may stay unmet before quiet.
            pub patience: Duration,
            /// How many segments an idle flow may send in a virtual hour, keep-alive apart.
            pub idle_packets: u32,
        }

        impl Contract {
            /// Every parameter, in the order of the specification.
            pub const PARAMETERS: &'static [Parameter] = &[
                $(Parameter {
                    name: stringify!($name),
                    about: $about,
                    values: <$type as Word>::WORDS,
                    get: |contract| contract.$name.word().to_owned(),
                    set: |contract, word| <$type as Word>::from_word(word).map(|value| contract.$name = value).is_some(),
                },)+
                Parameter {
                    name: "patience",
                    about: "How long an obligation may stay unmet before quiet, in fair time without progress (seconds).",
                    values: &[],
                    get: |contract| format!("{}s", contract.patience.as_secs()),
                    set: |contract, word| {
                        let seconds = word.strip_suffix('s').unwrap_or(word).trim().parse();
                        seconds.map(|seconds| contract.patience = Duration::from_secs(seconds)).is_ok()
                    },
                },
                Parameter {
                    name: "idle_packets",
                    about: "How many segments an idle flow may send in a virtual hour, keep-alive apart.",
                    values: &[],
                    get: |contract| contract.idle_packets.to_string(),
                    set: |contract, word| word.parse().map(|count| contract.idle_packets = count).is_ok(),
                },
            ];
        }
    };
}

parameters! {
    close_is: CloseIs = "What `close` ends: the writing half, or the whole flow.",
    close_waits_for_peer: CloseWaits = "Does `close` wait until the peer has called it too?",
    write_on_closed: WriteOnClosed = "What a write gives after own shutdown of writing (or half close).",
    write_after_full_close: Option<WriteAfterFullClose> = "What a write gives after own full close; left out, `write_on_closed` decides.",
    read_after_full_close: Option<ReadAfterFullClose> = "What a read gives after own full close.",
    eof_on_peer_abort: EofOnPeerAbort = "May the peer's abort, or its close with bytes unread, show as the end of the stream?",
    abort_by_word: AbortByWord = "Is an error word evidence of an abort, where the network is not recorded?",
    close_error: CloseError = "May a shutdown or close fail when there is nothing left to end?",
    close_needs_reader: Option<YesNo> = "May a full close wait as long as the peer neither reads nor closes?",
    empty_reads: EmptyReads = "May a read return no bytes? Where it may, its size and buffer are not promised either.",
    listen_again: Option<ListenAgain> = "Can a port be listened on again after unlisten?",
    accepted_is_arrived: YesNo = "Has arrived what a write was told to be accepted?",
    read_after_eof: ReadAfterEof = "What a read gives once a read gave EOF.",
    write_error_is_final: YesNo = "Does no write succeed once one has failed?",
    eof_on_reset: EofOnReset = "May an end that was aborted (keep-alive death apart) read EOF?",
    eof_on_keepalive_death: Option<EofOnKeepaliveDeath> = "What a reader sees when keep-alive gave the connection up.",
    data_before_abort: DataBeforeAbort = "What becomes of bytes that had arrived before the abort.",
    close_sends_pending: CloseSendsPending = "Does a full close still deliver what was accepted?",
    accepted_means: AcceptedMeans = "When a written byte counts as accepted.",
    blocked_read_at_close: BlockedReadAtClose = "What happens to a read that is pending at own close.",
    blocked_write_at_shutdown: BlockedWriteAtShutdown = "What happens to a write that is pending at own shutdown of writing.",
    shutdown_read_seen_by_peer: Option<Seen> = "May the peer's shutdown of reading make own writes fail?",
    data_after_shutdown_read: Option<DataAfterShutdownRead> = "What becomes of data that is queued or arrives after own shutdown of reading.",
    cancel_read: CancelRead = "What a cancelled read may have consumed.",
    cancel_write: CancelWrite = "What becomes of a cancelled write.",
    concurrent_writes: ConcurrentWrites = "How overlapping writes may mix.",
    concurrent_reads: ConcurrentReads = "How overlapping reads share the bytes.",
    written_buffer: WrittenBuffer = "May the caller reuse a buffer after its write returned?",
    closed_peer_writes: ClosedPeerWrites = "Is a writer told that the peer has closed for good?",
    nodelay_means: Option<NodelayMeans> = "What `write_nodelay` waits for.",
    second_listen: Option<SecondListen> = "What a second listen on the same port does.",
}
