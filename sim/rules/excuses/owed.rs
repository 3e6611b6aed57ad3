//! What is owed, and the wire.

use super::{Excuse, excuse};
use crate::rules::Rule::*;
use crate::rules::scope::*;

pub(super) const OWED: &[Excuse] = &[
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
        WindowReopens,
        "nobody reads, so that it may stay closed",
        ALL,
        r#"
            records network segments
            client call 1 write "ab"
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 0
            quiet"#,
    ),
    excuse(
        WindowReopens,
        "a partition stands between the ends",
        ALL,
        r#"
            records network segments
            client call 1 write "ab"
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 0
            env partition
            server read -> "a"
            server call 2 read
            quiet"#,
    ),
    excuse(
        QuietWhenIdle,
        "keep-alive probes and their answers",
        ALL,
        r#"
            records network segments
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            400s repeat 302 every 1s client segment passes A seq 100 ack 500 win 9
            800s repeat 302 every 1s server segment passes A seq 500 ack 101 win 9"#,
    ),
    excuse(
        QuietWhenIdle,
        "a burst of repeated acknowledgements belongs to what was sent just before",
        ALL,
        r#"
            records network segments
            client write 1000 -> ok
            client segment sent PA seq 100 ack 500 win 9 len 1
            client segment dropped PA seq 100 ack 500 win 9 len 1
            client segment passes PA seq 101 ack 500 win 9 len 999
            repeat 999 every 1us server segment passes A seq 500 ack 100 win 9000"#,
    ),
    excuse(
        QuietWhenIdle,
        "as many as may be in each hour",
        ALL,
        r#"
            records network segments
            client call 1 shutdown write
            client segment sent FA seq 100 ack 500 win 9
            500s repeat 300 every 1s client segment sent FA seq 100 ack 500 win 9
            4100s repeat 300 every 1s client segment sent FA seq 100 ack 500 win 9"#,
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
        HandshakeCompletes,
        "nobody listens, and nobody is owed an accept",
        ALL,
        r#"
            client connect server:80 -> error refused
            server call 1 accept 80
            quiet"#,
    ),
    excuse(
        HandshakeCompletes,
        "the connecting end was aborted",
        ALL,
        r#"
            server listen 80 -> ok
            client connect server:80 -> ok
            server call 2 accept 80
            env reset client by fault
            quiet"#,
    ),
    excuse(
        HandshakeCompletes,
        "a partition stands between the ends",
        ALL,
        r#"
            server call 1 accept 80
            client connect server:80 -> ok
            env partition
            quiet"#,
    ),
    excuse(
        HandshakeCompletes,
        "segments were lost, perhaps all of them",
        ALL,
        r#"
            records network segments
            server listen 80 -> ok
            server call 2 accept 80
            client call 1 connect server:80
            client segment sent S seq 100
            client segment dropped S seq 100
            180s client return 1 error timed_out
            server cancel 2"#,
    ),
];
