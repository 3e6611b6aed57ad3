//! The bytes and their end.

use super::{Excuse, excuse};
use crate::rules::Rule::*;
use crate::rules::scope::*;

const LOSSY: &[&str] = &["v1", "classic", "modern", "mirage-tcpip"];
const INTERLEAVE: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix"];
const LATE: &[&str] = &["mirage-tcpip", "posix"];

pub(super) const STREAM: &[Excuse] = &[
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
        DataBeforeAbort,
        "what lies beyond a hole has not arrived in order, and may be thrown away",
        &["mirage-tcpip", "posix"],
        r#"
            records network segments
            client write "abc" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            client segment passes PA seq 102 ack 500 win 9 len 1
            env reset server by fault
            server read -> "a"
            server read -> error reset"#,
    ),
    excuse(
        DataBeforeAbort,
        "without a record of segments nobody knows what had arrived",
        &["mirage-tcpip", "posix"],
        r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> error reset"#,
    ),
    excuse(
        DataBeforeAbort,
        "another read has the bytes, and returns later",
        &["mirage-tcpip", "posix"],
        r#"
            records network segments
            server call 1 read
            server call 2 read
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            env reset server by fault
            server return 2 error reset
            server return 1 "a""#,
    ),
];
