//! Near misses: histories that look as if a rule were broken, and are held.

use super::Rule::{self, *};
use super::scope::*;

/// One history that keeps the contract though it may not seem so.
#[derive(Clone, Copy, Debug)]
pub struct Excuse {
    /// The rule that seems broken.
    pub rule: Rule,
    /// Why it is not.
    pub why: &'static str,
    /// The contracts that it is held under.
    pub contracts: &'static [&'static str],
    /// What happens, in the notation of [`history`](super::history).
    pub history: &'static str,
}

/// Every near miss, in the order of the rules.
pub fn excuses() -> &'static [Excuse] {
    EXCUSES
}

const fn excuse(rule: Rule, why: &'static str, contracts: &'static [&'static str], history: &'static str) -> Excuse {
    Excuse { rule, why, contracts, history }
}

const LOSSY: &[&str] = &["v1", "classic", "modern", "mirage-tcpip"];
const INTERLEAVE: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix"];
const LATE: &[&str] = &["mirage-tcpip", "posix"];
const MAY_RESET: &[&str] = &["modern", "strict"];

const EXCUSES: &[Excuse] = &[
    excuse(
        StreamPrefix,
        "a cancelled read may have taken one piece",
        LOSSY,
        r#"
            client write "abc" -> ok
            server call 1 read
            server cancel 1
            server read -> "a"
            server read -> "c""#,
    ),
    excuse(
        StreamPrefix,
        "what lay unread at own shutdown of reading may be gone, in one piece",
        LATE,
        r#"
            client write "ab" -> ok
            server shutdown read -> done
            client write "c" -> ok
            server read -> "c""#,
    ),
    excuse(
        StreamCausal,
        "the write had been called, though it had not returned",
        ALL,
        r#"
            client call 1 write "ab"
            server read -> "a"
            server read -> "b"
            client return 1 ok"#,
    ),
    excuse(
        StreamCausal,
        "each end has its own clock, and the reader's may be slow",
        ALL,
        r#"
            clock per-end
            5s client write "a" -> ok
            3s server read -> "a""#,
    ),
    excuse(
        WriteOrder,
        "the two writes overlap",
        &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe"],
        r#"
            client call 1 write "aa"
            client call 2 write "bb"
            server read -> "bbaa"
            client return 1 ok
            client return 2 ok"#,
    ),
    excuse(
        FailedWriteIsPrefix,
        "a failed write may have been taken whole",
        ALL,
        r#"
            client call 1 write "ab"
            env reset client by fault
            client return 1 error reset
            server read -> "ab""#,
    ),
    excuse(
        FailedWriteIsPrefix,
        "a cancelled write may run on beside later ones",
        &["v1", "classic", "modern", "mirage-tcpip"],
        r#"
            client call 1 write "ab"
            client cancel 1
            client write "c" -> ok
            server read -> "acb""#,
    ),
    excuse(
        WritesNotInterleaved,
        "overlapping writes may mix byte by byte",
        INTERLEAVE,
        r#"
            client call 1 write "aa"
            client call 2 writev "b" "c"
            client return 1 ok
            client return 2 ok
            server read -> "abac""#,
    ),
    excuse(
        EofComplete,
        "a write that failed owes nothing beyond what it shows",
        &["v1", "classic", "modern", "strict", "posix", "async-io", "pipe"],
        r#"
            client call 1 write "ab"
            client call 2 shutdown write
            server read -> "a"
            server read -> eof
            client return 1 error reset
            client return 2 done"#,
    ),
    excuse(
        EofHasCause,
        "shutdown had been called, though it had not returned",
        ALL,
        r#"
            client call 1 shutdown read_write
            server read -> eof
            client return 1 done"#,
    ),
    excuse(
        EofHasCause,
        "the peer's shutdown was given up, and may have taken place",
        ALL,
        r#"
            client call 1 shutdown write
            client cancel 1
            server read -> eof"#,
    ),
    excuse(
        EofHasCause,
        "each end has its own clock, and the reader's lines stand first",
        ALL,
        r#"
            clock per-end
            server read -> eof
            client shutdown write -> done"#,
    ),
    excuse(
        EofIsFinal,
        "both reads were pending before the first EOF",
        &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe"],
        r#"
            server call 1 read
            server call 2 read
            client write "a" -> ok
            client shutdown write -> done
            server return 2 eof
            server return 1 "a""#,
    ),
    excuse(
        EofIsFinal,
        "that EOF came from own shutdown of reading, and late data can be read",
        LATE,
        r#"
            server shutdown read -> done
            server read -> eof
            client write "x" -> ok
            server read -> "x""#,
    ),
    excuse(
        EofAfterReset,
        "the clean EOF had been read before the reset",
        ALL,
        r#"
            client shutdown write -> done
            server read -> eof
            env reset server by fault
            server read -> eof"#,
    ),
    excuse(
        EofAfterReset,
        "the error went to a write",
        &["strict", "posix", "async-io"],
        r#"
            env reset server by fault
            server write "a" -> error reset
            server read -> eof"#,
    ),
    excuse(
        EofAfterReset,
        "the call that returned the error overlaps the EOF",
        &["strict", "posix", "async-io"],
        r#"
            server call 1 write "a"
            server call 2 read
            env reset server by fault
            server return 2 eof
            server return 1 error reset"#,
    ),
    excuse(
        WriteErrorIsFinal,
        "the second write was called before the first had failed",
        &["modern", "strict", "mirage-tcpip", "posix", "pipe"],
        r#"
            client call 1 write "a"
            client call 2 write "b"
            server call 1 shutdown read_write
            client return 1 closed
            client return 2 ok
            server return 1 done"#,
    ),
    excuse(
        ClosedAfterShutdown,
        "the write was called before shutdown had returned",
        ALL,
        r#"
            client call 1 shutdown write
            client write "a" -> ok
            client return 1 done
            server read -> "a"
            server read -> eof"#,
    ),
    excuse(
        ClosedAfterShutdown,
        "the error of an abort may stand in place of the word",
        ALL,
        r#"
            client shutdown write -> done
            env reset client by fault
            client write "a" -> error reset"#,
    ),
    excuse(
        ClosedHasCause,
        "a write may notice that the peer closed for good",
        FULL,
        r#"
            server call 1 close
            client write "a" -> closed
            server return 1 done"#,
    ),
    excuse(
        ClosedHasCause,
        "it may show that the peer shut down reading",
        &["posix"],
        r#"
            server shutdown read -> done
            client write "a" -> error broken_pipe"#,
    ),
    excuse(
        ClosedHasCause,
        "where the network is not recorded, the word speaks for itself",
        ALL,
        r#"
            records
            client write "a" -> error broken_pipe"#,
    ),
    excuse(
        ReadErrorHasCause,
        "the peer's full close may reset",
        MAY_RESET,
        r#"
            server write "x" -> ok
            client close -> done
            server read -> error reset"#,
    ),
    excuse(
        ReadErrorHasCause,
        "where the network is not recorded, the word speaks for itself",
        ALL,
        r#"
            records
            server read -> error reset"#,
    ),
    excuse(
        HalfCloseKeepsReading,
        "own abort is reason enough",
        ALL,
        r#"
            client shutdown write -> done
            env timeout client by fault
            client read -> error timed_out"#,
    ),
    excuse(
        EofKeepsWriting,
        "the peer closed for good, not only its writing",
        FULL,
        r#"
            client close -> done
            server read -> eof
            server write "a" -> error broken_pipe"#,
    ),
    excuse(
        EofAfterShutdownRead,
        "the read was called before shutdown had returned",
        DISCARD,
        r#"
            client write "x" -> ok
            server call 1 shutdown read
            server read -> "x"
            server return 1 done"#,
    ),
    excuse(
        ErrorAfterClose,
        "the read was called before close had returned",
        FULL,
        r#"
            client write "x" -> ok
            server call 1 close
            server read -> "x"
            server return 1 done"#,
    ),
    excuse(
        CloseWaits,
        "the peer had called close, though it had not returned",
        WAITS,
        r#"
            client call 1 close
            server call 1 close
            server return 1 done
            client return 1 done"#,
    ),
    excuse(
        CloseWaits,
        "an end that was aborted waits for nobody",
        WAITS,
        r#"
            client call 1 close
            env reset client by fault
            client return 1 done"#,
    ),
    excuse(
        CloseIsIdempotent,
        "sockets may say that nothing is left to shut down",
        &["posix", "async-io"],
        r#"
            client close -> done
            client shutdown write -> error not_connected
            client close -> error bad_descriptor"#,
    ),
    excuse(
        ZeroLengthIsInvisible,
        "the EOF has a cause of its own",
        ALL,
        r#"
            client write "" -> ok
            client shutdown write -> done
            server read -> eof"#,
    ),
    excuse(
        PendingAtShutdown,
        "the data had been written before the shutdown",
        DISCARD,
        r#"
            server call 1 read
            client write "x" -> ok
            server shutdown read -> done
            server return 1 "x""#,
    ),
    excuse(
        FreshBuffer,
        "the contents are the same",
        NOT_V1,
        r#"
            records network buffers
            client write "aa" -> ok
            server read 1 -> "a"
            server read 1 -> "a"
            env buffer server 1 "a"
            env buffer server 2 "a""#,
    ),
    excuse(
        CancelledClose,
        "nothing had shown that it took place",
        ALL,
        r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> ok
            server read -> "a""#,
    ),
    excuse(
        FlowsAreIsolated,
        "the reset concerns every flow",
        ALL,
        r#"
            env reset server by fault
            server read -> error reset
            server/1 read -> error reset"#,
    ),
    excuse(
        CallerKeepsOff,
        "one read and one write may overlap",
        ALL,
        r#"
            server call 1 read
            server call 2 write "b"
            client write "a" -> ok
            server return 1 "a"
            server return 2 ok"#,
    ),
    excuse(
        Delivery,
        "a partition still stands between the ends",
        ALL,
        r#"
            server call 1 read
            env partition
            client write "ab" -> ok
            client flush -> ok
            quiet"#,
    ),
    excuse(
        Delivery,
        "the sender was aborted",
        ALL,
        r#"
            server call 1 read
            client write "ab" -> ok
            env timeout client by fault
            quiet"#,
    ),
    excuse(
        Delivery,
        "nobody reads",
        ALL,
        r#"
            client write "ab" -> ok
            client flush -> ok
            quiet"#,
    ),
    excuse(
        Delivery,
        "nothing says that this was all",
        ALL,
        r#"
            client write "ab" -> ok
            client flush -> ok
            server read -> "a""#,
    ),
    excuse(
        EofArrives,
        "the sender's host crashed",
        ALL,
        r#"
            server call 1 read
            client call 1 shutdown write
            env crash client by fault
            quiet"#,
    ),
    excuse(
        WriteResolves,
        "nobody reads, and the pipe may be full",
        ALL,
        r#"
            client call 1 write "a"
            quiet"#,
    ),
    excuse(
        NoStuckCall,
        "reads that were pending at an EOF, or came later, are released",
        &["mirage-tcpip"],
        r#"
            server call 1 read
            server call 2 read
            client shutdown write -> done
            server return 1 eof
            server call 3 read
            quiet"#,
    ),
    excuse(
        NoStuckCall,
        "after a half close only, a read waits for the peer",
        ALL,
        r#"
            client shutdown write -> done
            client call 2 read
            quiet"#,
    ),
    excuse(
        NoStuckCall,
        "a write after EOF only waits for a reader",
        ALL,
        r#"
            client shutdown write -> done
            server read -> eof
            server call 2 write "a"
            quiet"#,
    ),
    excuse(
        ShutdownReturns,
        "nobody reads what was accepted",
        ALL,
        r#"
            client write "a" -> ok
            client call 2 shutdown write
            quiet"#,
    ),
    excuse(
        CloseReturns,
        "the peer has not called close",
        HALF,
        r#"
            client call 1 close
            server read -> eof
            quiet"#,
    ),
    excuse(
        ResourcesFreed,
        "a half-closed end still needs its connection",
        ALL,
        r#"
            records network resources
            client shutdown write -> done
            3600s env resources client connections 1
            quiet"#,
    ),
    excuse(
        AbortIsTold,
        "a crashed end owes nothing, its calls are void",
        ALL,
        r#"
            client call 1 read
            env crash client by fault
            quiet"#,
    ),
    excuse(
        AbortIsTold,
        "what was kept is read before the error",
        ALL,
        r#"
            client write "a" -> ok
            env reset server by fault
            server read -> "a"
            server read -> error reset"#,
    ),
    excuse(
        AbortIsTold,
        "two writes within a second may both come too early to know",
        &["strict", "posix", "async-io", "pipe"],
        r#"
            server close -> done
            1s client write "a" -> ok
            1999ms client write "b" -> ok"#,
    ),
    excuse(
        OneFin,
        "the same FIN goes out again",
        ALL,
        r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent FA seq 100 ack 2"#,
    ),
    excuse(
        OneFin,
        "a new connection has a FIN of its own",
        ALL,
        r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent S seq 5000
            client segment sent FA seq 5001 ack 1"#,
    ),
    excuse(
        FinAfterData,
        "the last bytes and the FIN go out again together",
        ALL,
        r#"
            records network segments
            client segment sent A seq 90 ack 1 len 10
            client segment sent FA seq 100 ack 1
            client segment sent FA seq 90 ack 1 len 10"#,
    ),
    excuse(
        FinAfterData,
        "a keep-alive probe carries one octet of anything, before the next sequence number",
        ALL,
        r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent A seq 100 ack 1 len 1"#,
    ),
];
