//! The bytes: what is read is what was written.

use crate::rules::about::{About, Example, Level, Section};
use crate::rules::{Rule, scope::*};

pub(in crate::rules) const STREAM: &[About] = &[
    About {
        statement: "A reader gets the bytes that its peer's writes had accepted, from the first on: nothing left out, said twice, out \
                    of order, altered, or from elsewhere.",
        source: "gluten-mirage Mirage_flow.S, flow and read; RFC 9293 §3.4 and §3.8",
        premise: "a read returns data",
        parameters: &["accepted_means", "cancel_read", "data_after_shutdown_read", "written_buffer"],
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client write "ab" -> ok
                    server read -> "b""#,
                good: r#"
                    client write "ab" -> ok
                    server read -> "a"
                    server read -> "b""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    client write "ab" -> ok
                    server read -> "a"
                    server read -> "a""#,
                good: r#"
                    client write "aa" -> ok
                    server read -> "a"
                    server read -> "a""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    client write "ab" -> ok
                    server read -> "ax""#,
                good: r#"
                    client write "ax" -> ok
                    server read -> "ax""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    client write "ab" -> ok
                    client/1 write "xy" -> ok
                    server read -> "xy""#,
                good: r#"
                    client write "ab" -> ok
                    client/1 write "xy" -> ok
                    server read -> "ab"
                    server/1 read -> "xy""#,
            },
        ],
        ..About::new(Rule::StreamPrefix, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "A byte can be read only once the write that brings it has been called. A write that failed without taking \
                    anything brings nothing.",
        source: "gluten-mirage Mirage_flow.S, read and write: a read waits until there is data",
        premise: "a read returns data",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    server read -> "a"
                    client write "a" -> ok"#,
                good: r#"
                    client write "a" -> ok
                    server read -> "a""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    server call 1 read
                    server return 1 "a"
                    client call 1 write "a"
                    client return 1 ok"#,
                good: r#"
                    server call 1 read
                    client call 1 write "a"
                    server return 1 "a"
                    client return 1 ok"#,
            },
        ],
        ..About::new(Rule::StreamCausal, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "Of two writes of which one had returned before the other was called, the earlier one's bytes come first.",
        source: "gluten-mirage Mirage_flow.S, write; RFC 9293 §3.9.1 SEND",
        premise: "data is read that a write brought which followed another",
        examples: &[Example {
            contracts: ALL,
            bad: r#"
                client write "a" -> ok
                client write "b" -> ok
                server read -> "ba""#,
            good: r#"
                client write "a" -> ok
                client write "b" -> ok
                server read -> "ab""#,
        }],
        ..About::new(Rule::WriteOrder, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "A read that succeeds brings at least one byte, and no more than were asked for.",
        source: "gluten-mirage Mirage_flow.S, read; hvsock and datakit-server-9p FLOW, read; metrics-mirage Tcp.S, read; POSIX read(2). The \
                 mirage-http document promises no such thing",
        premise: "a read returns data",
        applies: not_v1,
        breakable: not_v1,
        examples: &[
            Example { contracts: NOT_V1, bad: r#"server read -> """#, good: "client write \"a\" -> ok\nserver read -> \"a\"" },
            Example {
                contracts: NOT_V1,
                bad: r#"
                    client write "ab" -> ok
                    server read 1 -> "ab""#,
                good: r#"
                    client write "ab" -> ok
                    server read 1 -> "a"
                    server read 2 -> "b""#,
            },
        ],
        ..About::new(Rule::DataNonempty, Section::Safety, Level::OneEnd)
    },
    About {
        statement: "When a write says ok, every byte of it was accepted, of a list every byte of every buffer.",
        source: "gluten-mirage Mirage_flow.S, write and writev: resolved when the remainder is accepted too",
        premise: "bytes of a write that returned ok are read",
        parameters: &["accepted_means"],
        examples: &[Example {
            contracts: ALL,
            bad: r#"
                client write "ab" -> ok
                client write "c" -> ok
                server read -> "ac""#,
            good: r#"
                client write "ab" -> ok
                client write "c" -> ok
                server read -> "abc""#,
        }],
        ..About::new(Rule::OkMeansWhole, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "A write that failed, hangs or was given up brings the beginning of its buffer, however long, in its own place in \
                    the stream. It brings nothing when it was called on a flow that could take nothing any more, and where cancelling \
                    cuts it off, nothing new after that.",
        source: "gluten-mirage Mirage_flow.S, write: acceptance may be partial, and final after an error; POSIX write(2)",
        premise: "data is read while a write that failed, hangs or was cancelled stands next in the stream",
        parameters: &["cancel_write", "write_error_is_final"],
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client call 1 write "abc"
                    env reset client by fault
                    client return 1 error reset
                    server read -> "c""#,
                good: r#"
                    client call 1 write "abc"
                    env reset client by fault
                    client return 1 error reset
                    server read -> "ab""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    client call 1 write "abc"
                    client cancel 1
                    server read -> "c""#,
                good: r#"
                    client call 1 write "abc"
                    client cancel 1
                    server read -> "ab""#,
            },
            Example {
                contracts: CANCEL_SAFE,
                bad: r#"
                    client call 1 write "ab"
                    client cancel 1
                    client write "c" -> ok
                    server read -> "acb""#,
                good: r#"
                    client call 1 write "ab"
                    client cancel 1
                    client write "c" -> ok
                    server read -> "ac""#,
            },
        ],
        ..About::new(Rule::FailedWriteIsPrefix, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "Writing a list of buffers is one write of them joined in their order. It need not be atomic.",
        source: "gluten-mirage Mirage_flow.S, writev; POSIX writev(2)",
        premise: "bytes of a write of at least two buffers are read",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client writev "a" "b" -> ok
                    server read -> "ba""#,
                good: r#"
                    client writev "a" "b" -> ok
                    server read -> "ab""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    client writev "a" "" "b" "c" -> ok
                    server read -> "acb""#,
                good: r#"
                    client writev "a" "" "b" "c" -> ok
                    server read -> "a"
                    server read -> "bc""#,
            },
        ],
        ..About::new(Rule::WritevIsConcat, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "Writes that overlap mix no more than the contract lets them: byte by byte, or each in one piece.",
        source: "the interface documents are silent; POSIX write(2) on pipes keeps small writes whole",
        premise: "bytes of a write that overlaps another are read, where writes stay whole",
        parameters: &["concurrent_writes"],
        breakable: writes_stay_whole,
        examples: &[Example {
            contracts: &["pipe", "modern,concurrent_writes=whole"],
            bad: r#"
                client call 1 write "aa"
                client call 2 write "bb"
                client return 1 ok
                client return 2 ok
                server read -> "abab""#,
            good: r#"
                client call 1 write "aa"
                client call 2 write "bb"
                client return 1 ok
                client return 2 ok
                server read -> "bbaa""#,
        }],
        ..About::new(Rule::WritesNotInterleaved, Section::Safety, Level::BothEnds)
    },
];
