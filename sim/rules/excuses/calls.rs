//! Failures, closing, and calls beside each other.

use super::{Excuse, excuse};
use crate::rules::Rule::*;
use crate::rules::scope::*;

const MAY_RESET: &[&str] = &["modern", "strict"];

pub(super) const CALLS: &[Excuse] = &[
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
        CloseWaits,
        "on the wire the peer's shutdown of writing and its half close are one",
        WAITS,
        r#"
            records network segments
            client call 1 close
            client segment passes FA seq 100 ack 500 win 9
            server shutdown write -> done
            server segment passes FA seq 500 ack 101 win 9
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
        AbortHasCause,
        "the peer closed with bytes unread, and its reset came",
        FULL,
        r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server close -> done
            server segment passes RA seq 500 ack 101
            env reset client by stack"#,
    ),
    excuse(
        AbortHasCause,
        "nobody had taken the connection from its listener",
        ALL,
        r#"
            server listen 80 -> ok
            client connect server:80 -> ok
            env reset client by stack"#,
    ),
    excuse(
        AbortHasCause,
        "an injected reset that may lie in the window, whose scale is not known",
        ALL,
        r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            client segment injected R seq 5000
            env reset server by stack"#,
    ),
    excuse(
        AbortHasCause,
        "the simulator injected it",
        ALL,
        r#"
            client write "a" -> ok
            env reset client by fault"#,
    ),
    excuse(
        AbortHasCause,
        "all was read, but the acknowledgements were lost",
        ALL,
        r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server read -> "a"
            server segment sent A seq 500 ack 101 win 9
            server segment dropped A seq 500 ack 101 win 9
            110s env timeout client by stack"#,
    ),
    excuse(
        AbortHasCause,
        "the probes of both ends cross, but those of one are lost: the peer's answer nothing",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 500 ack 101
            client segment passes A seq 101 ack 501
            env partition client
            75s server segment passes A seq 500 ack 101
            75s client segment dropped A seq 100 ack 501
            150s server segment passes A seq 500 ack 101
            150s client segment dropped A seq 100 ack 501
            151s env keepalive_death client by stack"#,
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
        CallerKeepsOff,
        "a connection that was refused is none that could be closed",
        ALL,
        r#"
            client call 1 connect server:80
            client return 1 error refused
            client read -> error not_connected
            quiet"#,
    ),
];
