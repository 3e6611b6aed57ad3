//! Lists the defects that a pipe can be given, to prove that they are found. Each changes one thing, at the place where the right
//! thing would be done; what takes more than a line there stands in [`bend`] and [`spoil`].
//!
//! The rule of a row is the one that can be the first to see it. `cancelled-sent-instead` shows by the bytes that are missing at the
//! end, since the rest of a cancelled write, sent right behind what was taken of it, only makes its prefix longer; `reply-thrown-away`
//! does so too, for bytes that are lost look the same whatever lost them. `shutdown-both-half` lets data be read from a flow that
//! is closed for good, which is a narrower mistake than to read after a shutdown of reading.

mod bend;
mod spoil;

use bytes::Bytes;

use crate::contract::{Both, End};
use crate::tcp::quirks;

use super::Pipe;

quirks! {
    /// A defect of the pipe.
    PipeQuirk:
    LastByteDropped 1 "last-byte-dropped" "stream-prefix" "A read loses the last byte of several.",
    ChunksSwapped 4 "chunks-swapped" "stream-prefix" "Of two chunks that lie ready the second is read first.",
    OkBeforeWhole 7 "ok-before-whole" "ok-means-whole" "A write says ok once part of it is taken, and the rest is lost.",
    WritevReversed 8 "writev-reversed" "writev-is-concat" "The buffers of a vectored write are sent last one first.",
    EmptyReadAtAck 9 "empty-read-at-ack" "data-nonempty" "When the peer has read, a read that waits gets nothing as data.",
    ZeroWriteIsEmptyRead 10 "zero-write-is-empty-read" "zero-length-is-invisible" "A write of nothing gives the peer a read of nothing.",
    ZeroWriteEnds 11 "zero-write-ends" "zero-length-is-invisible" "A write of nothing ends the stream.",
    EofThenBlocks 14 "eof-then-blocks" "no-stuck-call" "The end is read once; every read after it hangs.",
    EofThenData 15 "eof-then-data" "eof-is-final" "A read after the end of the stream gives a byte.",
    OneReaderWokenAtEof 16 "one-reader-woken-at-eof" "no-stuck-call" "Of the reads that wait for the end only the first is told.",
    ShutdownWriteIgnored 17 "shutdown-write-ignored" "closed-after-shutdown" "A write after the own shutdown says ok.",
    OtherErrorAfterClose 18 "other-error-after-close" "closed-after-shutdown" "A write after the own close fails with another error.",
    ShutdownWriteEndsReading 19 "shutdown-write-ends-reading" "half-close-keeps-reading" "A shutdown of writing shuts down reading too.",
    ShutdownReadIgnored 21 "shutdown-read-ignored" "eof-after-shutdown-read" "A shutdown of reading does nothing.",
    LateDataReadable 22 "late-data-readable" "eof-after-shutdown-read" "A shutdown of reading only drops what lies ready.",
    ShutReaderHoldsRoom 23 "shut-reader-holds-room" "peer-shut-read" "What an end that shut down reading drops goes on taking room.",
    ShutdownReadEndsStream 24 "shutdown-read-ends-stream" "eof-has-cause" "A shutdown of reading sends the end of the stream.",
    ShutdownBothHalf 25 "shutdown-both-half" "error-after-close" "A shutdown of both halves ends only writing.",
    CloseDoesNotWait 26 "close-does-not-wait" "close-waits" "A close that should wait for the peer returns at once.",
    CloseHangs 27 "close-hangs" "close-returns" "A close that waits for the peer never returns.",
    FullCloseWaits 28 "full-close-waits" "close-returns" "A full close waits for the peer's.",
    CloseDropsBytes 29 "close-drops-bytes" "eof-complete" "A close drops the bytes that are under way.",
    EofBeforeWrites 30 "eof-before-writes" "eof-complete" "The end of the stream overtakes writes that wait for room.",
    AbortWakesOneWriter 48 "abort-wakes-one-writer" "abort-is-told" "Of several writes that wait at an abort the first alone is told.",
    SecondClosePanics 50 "second-close-panics" "close-is-idempotent" "A second close panics.",
    CancelledReadTakes 55 "cancelled-read-takes" "cancelled-read" "A cancelled read takes what lies ready for it, or the next bytes.",
    CancelledWriteAgain 56 "cancelled-write-again" "stream-prefix" "The write after a cancelled one sends that whole one again first.",
    CancelReopens 57 "cancel-reopens" "cancelled-close" "To cancel a shutdown reopens the flow after a write was refused.",
    WritesInterleave 60 "writes-interleave" "writes-not-interleaved" "Writes that wait for room take turns piece by piece.",
    ChunkReadTwice 61 "chunk-read-twice" "one-reader-per-byte" "Two reads that wait get the same chunk.",
    WritesFail 62 "writes-fail" "closed-has-cause" "Writes fail once a thousand bytes were taken.",
    EofLostBehind64 73 "eof-lost-behind-64" "eof-arrives" "The end of the stream is lost if 64 chunks lie unread.",
    ShutdownDoesNothing 76 "shutdown-does-nothing" "closed-after-shutdown" "A shutdown of writing does nothing.",
    UnflushedLost 77 "unflushed-lost" "eof-complete" "A close drops what lies unread, unless it was flushed.",
    ByteOverwritten 78 "byte-overwritten" "delivery" "A chunk of one byte that lies unread is overwritten by the next.",
    ReplyThrownAway 79 "reply-thrown-away" "eof-complete" "What arrives after the own half close is thrown away.",
    ClosedPeerTakesWrites 80 "closed-peer-takes-writes" "abort-is-told" "Writes to a fully closed peer succeed for ever.",
    WriteAfterErrorOk 93 "write-after-error-ok" "write-error-is-final" "Once the error of an abort was told writes succeed again.",
    TailDropped 95 "tail-dropped" "stream-prefix" "A read that is smaller than the chunk loses the rest of the chunk.",
    EofAnsweredByEof 96 "eof-answered-by-eof" "eof-keeps-writing" "To read the end of the stream ends the own stream.",
    SecondReaderEof 98 "second-reader-eof" "eof-has-cause" "The second of two reads that wait gets the end of an open stream.",
    BlockedWriteOk 99 "blocked-write-ok" "ok-means-whole" "A write that waits for room at the own close says ok.",
    CloseDropsUnread 100 "close-drops-unread" "stream-prefix" "A close that waits for the peer drops what lies unread.",
    ReadsAhead 101 "reads-ahead" "stream-causal" "A read that empties the pipe gets the first bytes of the next write too.",
    LastChunkFirst 102 "last-chunk-first" "write-order" "Of the chunks that lie ready the one that came last is read first.",
    FailedWriteSendsRest 103 "failed-write-sends-rest" "failed-write-is-prefix" "A write that is refused midway sends its last buffer.",
    RefusedOnce 104 "refused-once" "write-error-is-final" "Only the first write after the peer's close is refused.",
    ShutdownReadEndsWriting 105 "shutdown-read-ends-writing" "shutdown-read-keeps-writing" "A shutdown of reading makes own writes fail.",
    DataAfterClose 106 "data-after-close" "error-after-close" "What lay unread at the own close can still be read.",
    CloseRefusesReads 107 "close-refuses-reads" "close-keeps-reading" "A half close refuses reads.",
    PendingReadOutlivesShutdown 108 "pending-read-outlives-shutdown" "pending-at-shutdown" "A read that waits at the own shutdown of reading takes data that comes later.",
    FullShutdownHangs 117 "full-shutdown-hangs" "shutdown-returns" "A shutdown of reading never returns if the peer has filled the room.",
    UnreadLostAtAbort 120 "unread-lost-at-abort" "data-before-abort" "An abort throws away what lies unread.",
    CancelledRestSent 122 "cancelled-rest-sent" "failed-write-is-prefix" "The rest of a cancelled write is sent behind the next write.",
    ReadsFail 125 "reads-fail" "read-error-has-cause" "Every eighth call of an end fails if it is a read.",
    WriterForgotten 126 "writer-forgotten" "write-resolves" "A write that waits for room is not told that the peer has closed.",
    FirstShutdownFails 127 "first-shutdown-fails" "shutdown-error-has-cause" "The first shutdown of writing says that it failed.",
    CancelledSentInstead 128 "cancelled-sent-instead" "eof-complete" "The write after a cancelled one sends the rest of that, and reports its own.",
    FlushKeepsBack 129 "flush-keeps-back" "delivery" "What is written leaves at the end of the stream, flushed or not.",
    CloseDoesNothing 130 "close-does-nothing" "eof-arrives" "A close does nothing.",
    ShutdownWriteReadsEof 131 "shutdown-write-reads-eof" "half-close-keeps-reading" "After the own shutdown of writing reads give the end.",
    CloseTakesNeighbours 132 "close-takes-neighbours" "flows-are-isolated" "A close closes that end of every other flow too.",
    EofAfterClose 133 "eof-after-close" "error-after-close" "A read after the own full close gives the end of the stream.",
    CancelReopensReading 139 "cancel-reopens-reading" "cancelled-close" "To cancel a shutdown of both halves reopens reading alone.",
}

/// A defect, and what it keeps.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    quirk: PipeQuirk,
    /// By the end that wrote: what it keeps of a write to send later.
    pub(super) kept: Both<Vec<Bytes>>,
    /// By the end that wrote: something happened once.
    pub(super) once: Both<bool>,
    /// By the end that wrote: how often it did.
    pub(super) writes: Both<u64>,
}

impl Broken {
    pub(super) fn new(quirk: PipeQuirk) -> Self {
        Broken { quirk, kept: Both::default(), once: Both::default(), writes: Both::default() }
    }
}

impl Pipe {
    /// It has this defect.
    #[inline]
    pub(super) fn is(&self, quirk: PipeQuirk) -> bool {
        self.broken.as_ref().is_some_and(|broken| broken.quirk == quirk)
    }

    /// The defect that it has.
    #[inline]
    fn quirk(&self) -> Option<PipeQuirk> {
        self.broken.as_ref().map(|broken| broken.quirk)
    }

    /// It has this defect, and this is the first time for that end.
    pub(super) fn is_first(&mut self, quirk: PipeQuirk, end: End) -> bool {
        self.is(quirk) && self.broken.as_mut().is_some_and(|broken| !std::mem::replace(&mut broken.once[end], true))
    }

    fn count_write(&mut self, from: End) {
        if let Some(broken) = &mut self.broken {
            broken.writes[from] += 1;
        }
    }

    /// How often this end has written.
    fn writes(&self, from: End) -> u64 {
        self.broken.as_ref().map_or(0, |broken| broken.writes[from])
    }

    /// What happened once for that end counts now, and then no more.
    fn is_owed(&mut self, end: End) -> bool {
        self.broken.as_mut().is_some_and(|broken| std::mem::take(&mut broken.once[end]))
    }

    /// Keeps bytes that this end wrote, for later.
    pub(super) fn keep(&mut self, from: End, bytes: impl IntoIterator<Item = Bytes>) {
        if let Some(broken) = &mut self.broken {
            broken.kept[from].extend(bytes);
        }
    }

    /// Takes what was kept of this end's.
    pub(super) fn kept(&mut self, from: End) -> Vec<Bytes> {
        self.broken.as_mut().map(|broken| std::mem::take(&mut broken.kept[from])).unwrap_or_default()
    }
}
