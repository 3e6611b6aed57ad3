//! Segments and states.

use super::{Excuse, excuse};
use crate::rules::Rule::*;
use crate::rules::scope::*;

pub(super) const WIRE: &[Excuse] = &[
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
        OneFin,
        "the FIN goes out again with the data before it",
        ALL,
        r#"
            records network segments
            client segment sent A seq 4294967290 ack 1 len 8
            client segment sent FA seq 2 ack 1
            client segment sent FA seq 4294967294 ack 1 len 4"#,
    ),
    excuse(
        OneFin,
        "the second one belongs to a new connection",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            client segment sent FA seq 101 ack 1
            server segment passes R seq 1
            client segment sent S seq 5000
            client segment sent FA seq 5001 ack 1"#,
    ),
    excuse(
        OneFin,
        "a reset has any number",
        ALL,
        r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent RA seq 200 ack 1"#,
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
        "a keep-alive's garbage octet has the number of the FIN, which was acknowledged",
        ALL,
        r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent A seq 100 ack 1 len 1"#,
    ),
    excuse(
        FinAfterData,
        "all of this data lies before the FIN",
        ALL,
        r#"
            records network segments
            client segment sent FA seq 4294967295 ack 1 len 3
            client segment sent A seq 4294967295 ack 1 len 3
            client segment sent A seq 1 ack 1 len 1"#,
    ),
    excuse(
        RetransmitIsSame,
        "the octet of a keep-alive probe may be anything",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            client segment passes A seq 101 ack 1 data "ab"
            server segment passes A seq 1 ack 103
            client segment sent A seq 102 ack 1 data "?""#,
    ),
    excuse(
        RetransmitIsSame,
        "another connection begins at the same number",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            client segment sent A seq 101 ack 1 data "a"
            server segment passes R seq 1
            client segment passes S seq 100
            client segment sent A seq 101 ack 1 data "b""#,
    ),
    excuse(
        RetransmitIsSame,
        "a connection that failed to open is tried again",
        ALL,
        r#"
            records network segments
            client state CLOSED to SYN-SENT
            client segment passes S seq 100
            server segment passes RA seq 0 ack 101
            client state SYN-SENT to CLOSED
            client state CLOSED to SYN-SENT
            client segment sent S seq 200"#,
    ),
    excuse(
        RetransmitIsSame,
        "the contents of the first transmission are not known",
        ALL,
        r#"
            records network segments
            client segment sent A seq 1 ack 1 len 2
            client segment sent A seq 1 ack 1 data "ab"
            client segment sent A seq 1 ack 1 data "xy""#,
    ),
    excuse(
        InsideWindow,
        "a window update came before the segment that was sent earlier",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 10 opts mss=1000
            server segment delivered A seq 301 ack 101 win 20
            server segment delivered A seq 301 ack 101 win 10
            client segment sent A seq 101 ack 301 win 9000 len 20"#,
    ),
    excuse(
        InsideWindow,
        "what was sent before is sent again after the window shrank",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 20 opts mss=1000
            client segment sent A seq 101 ack 301 win 9000 len 20
            server segment delivered A seq 301 ack 101 win 0
            client segment sent A seq 101 ack 301 win 9000 len 20"#,
    ),
    excuse(
        InsideWindow,
        "one octet probes a closed window, again and again",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 0 opts mss=1000
            client segment sent A seq 101 ack 301 win 9000 len 1
            client segment sent A seq 101 ack 301 win 9000 len 1"#,
    ),
    excuse(
        InsideWindow,
        "the FIN is no data",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 4 opts mss=1000
            client segment sent FA seq 101 ack 301 win 9000 len 4"#,
    ),
    excuse(
        InsideWindow,
        "the recording shows no options: windows may be scaled, and segments large",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 500
            client segment sent A seq 101 ack 301 win 9000 len 1400"#,
    ),
    excuse(
        InsideWindow,
        "the recording begins in the middle",
        ALL,
        r#"
            records network segments
            server segment passes A seq 300 ack 101 win 5
            client segment sent A seq 101 ack 301 win 9000 len 1400"#,
    ),
    excuse(
        InsideWindow,
        "both ends open at the same time",
        ALL,
        r#"
            records network segments
            client segment sent S seq 100 win 50 opts mss=1000
            server segment sent S seq 300 win 60 opts mss=1000
            client segment delivered S seq 100 win 50 opts mss=1000
            server segment delivered S seq 300 win 60 opts mss=1000
            client segment passes SA seq 100 ack 301 win 50 opts mss=1000
            server segment passes SA seq 300 ack 101 win 60 opts mss=1000
            client segment sent A seq 101 ack 301 win 50 len 60
            server segment sent A seq 301 ack 101 win 60 len 50"#,
    ),
    excuse(
        InsideWindow,
        "the server answers in the window of the SYN itself",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100 win 50 opts mss=1000,ws=7
            server segment sent SA seq 4294967295 ack 101 win 60 opts mss=1000,ws=7
            server segment sent A seq 0 ack 101 win 60 len 50"#,
    ),
    excuse(
        AckIsReceived,
        "data that arrived beyond a hole counts once the hole is filled",
        ALL,
        r#"
            records network segments
            client segment passes S seq 4294967290
            client segment delivered A seq 10 len 5
            client segment delivered FA seq 15
            client segment delivered A seq 4294967291 len 20
            server segment sent A seq 301 ack 16"#,
    ),
    excuse(
        AckIsReceived,
        "acknowledgements overtake each other on the way, but were sent in order",
        ALL,
        r#"
            records network segments
            server segment sent A seq 301 ack 101
            server segment sent A seq 301 ack 111
            server segment delivered A seq 301 ack 111
            server segment delivered A seq 301 ack 101"#,
    ),
    excuse(
        AckIsReceived,
        "a SYN that comes again is acknowledged as far as the connection has got",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301 len 5
            server segment sent A seq 301 ack 106
            client segment delivered S seq 100
            client segment delivered S seq 7000
            server segment sent A seq 301 ack 106"#,
    ),
    excuse(
        AckIsReceived,
        "a reset may acknowledge anything",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            server segment sent RA seq 0 ack 77"#,
    ),
    excuse(
        AckIsReceived,
        "an old SYN is answered, the answer is reset, and the right SYN is answered then",
        ALL,
        r#"
            records network segments
            client segment delivered S seq 9000
            server segment passes SA seq 300 ack 9001
            client segment passes R seq 301
            client segment passes S seq 100
            server segment sent SA seq 400 ack 101"#,
    ),
    excuse(
        AckIsReceived,
        "the client has begun anew; the server still answers from the connection before",
        ALL,
        r#"
            records network segments
            client segment passes S seq 5000
            server segment passes A seq 301 ack 101
            client segment passes R seq 101
            client segment passes S seq 5000
            server segment sent SA seq 900 ack 5001"#,
    ),
    excuse(
        AckIsReceived,
        "in TIME-WAIT the FIN that comes again is acknowledged again",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment sent A seq 301 ack 102
            client segment delivered FA seq 101 ack 301
            server segment sent A seq 301 ack 102"#,
    ),
    excuse(
        AckIsReceived,
        "the connection opens again with the numbers of the last one",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301 len 9
            server segment passes A seq 301 ack 110
            client segment passes R seq 110
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101"#,
    ),
    excuse(
        AckIsReceived,
        "what became of the client's segments was not recorded",
        ALL,
        r#"
            records network segments
            client segment sent S seq 100
            server segment sent SA seq 300 ack 101
            client segment sent A seq 101 ack 301 len 10
            server segment sent A seq 301 ack 111"#,
    ),
    excuse(
        NoResetToReset,
        "the caller gives up in the same instant",
        ALL,
        r#"
            records network segments
            5ms client segment delivered RA seq 100 ack 7
            5ms server call 1 disconnect
            5ms server segment sent R seq 7
            5ms server return 1 done"#,
    ),
    excuse(
        NoResetToReset,
        "the answer is to what arrived with the reset",
        ALL,
        r#"
            records network segments
            5ms client segment delivered A seq 100 ack 7 len 3
            5ms client segment delivered RA seq 103 ack 7
            5ms server segment sent R seq 7"#,
    ),
    excuse(
        NoResetToReset,
        "a reset in the window, but not at the number expected, is challenged",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301 len 5
            9ms client segment delivered R seq 106
            9ms server segment sent A seq 301 ack 106"#,
    ),
    excuse(
        NoResetToReset,
        "time has passed: the reset was ignored, and this one has a cause of its own",
        ALL,
        r#"
            records network segments
            5ms client segment delivered RA seq 100 ack 7
            6ms server segment sent R seq 7"#,
    ),
    excuse(
        ResetOnUnreadClose,
        "what had arrived was read before the close",
        RESETS_UNREAD,
        r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server read -> "ab"
            server close -> done
            server segment sent FA seq 301 ack 103"#,
    ),
    excuse(
        ResetOnUnreadClose,
        "the FIN does not acknowledge what the close may not have seen yet",
        RESETS_UNREAD,
        r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment delivered A seq 101 ack 301 win 9000 len 2
            server close -> done
            server segment sent FA seq 301 ack 101"#,
    ),
    excuse(
        ResetOnUnreadClose,
        "the connection was over in both directions when it was closed",
        RESETS_UNREAD,
        r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server shutdown write -> done
            server segment passes FA seq 301 ack 103
            client close -> done
            client segment passes FA seq 103 ack 302
            server segment passes A seq 302 ack 104
            server close -> done
            quiet"#,
    ),
    excuse(
        ResetOnUnreadClose,
        "shutting reading down had given the bytes up before",
        &["posix"],
        r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server shutdown read -> done
            server close -> done
            server segment sent FA seq 301 ack 103"#,
    ),
    excuse(
        TimeWaitHeld,
        "how long a stack waits that is not simulated is its own affair",
        ALL,
        r#"
            records network segments
            client state FIN-WAIT-2 to TIME-WAIT
            60s client state TIME-WAIT to CLOSED"#,
    ),
    excuse(
        TimeWaitHeld,
        "the connection was aborted from outside",
        ALL,
        r#"
            records network segments
            simulated
            client state FIN-WAIT-2 to TIME-WAIT
            9s env reset client by fault
            9s client state TIME-WAIT to CLOSED"#,
    ),
    excuse(
        TimeWaitHeld,
        "a stack that does not heed RFC 1337 takes a reset in TIME-WAIT",
        ALL,
        r#"
            records network segments
            simulated
            client state FIN-WAIT-2 to TIME-WAIT
            9s server segment delivered R seq 302
            9s client state TIME-WAIT to CLOSED"#,
    ),
    excuse(
        TimeWaitHeld,
        "a new SYN opens the connection again",
        ALL,
        r#"
            records network segments
            simulated
            client state FIN-WAIT-2 to TIME-WAIT
            9s client state TIME-WAIT to SYN-RECEIVED"#,
    ),
    excuse(
        ResetInWindow,
        "it is not known whether the data before it had been taken",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301 len 9
            9ms client segment delivered R seq 110
            9ms server state ESTABLISHED to CLOSED"#,
    ),
    excuse(
        ResetInWindow,
        "some stacks take a reset with the number of the FIN before it",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment passes A seq 301 ack 102
            9ms client segment delivered R seq 101
            9ms server state CLOSE-WAIT to CLOSED"#,
    ),
    excuse(
        ResetInWindow,
        "the caller ended the connection in the same instant",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            9ms client segment delivered R seq 150
            9ms server disconnect -> done
            9ms server state SYN-RECEIVED to CLOSED"#,
    ),
    excuse(
        ResetInWindow,
        "in TIME-WAIT a reset anywhere in the window may count",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            9ms client segment delivered R seq 150
            9ms server state TIME-WAIT to CLOSED"#,
    ),
    excuse(
        WindowNotShrunk,
        "nothing comes behind the peer's FIN",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100 win 50 opts mss=1000
            server segment passes SA seq 300 ack 101 win 50 opts mss=1000
            client segment sent A seq 101 ack 301 win 50
            server segment passes FA seq 301 ack 101 win 50
            client segment sent A seq 101 ack 302 win 0"#,
    ),
    excuse(
        WindowNotShrunk,
        "an end that has closed for good takes nothing any more",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100 win 50 opts mss=1000
            server segment passes SA seq 300 ack 101 win 50 opts mss=1000
            client segment sent A seq 101 ack 301 win 50
            client shutdown read_write -> done
            client segment sent A seq 101 ack 301 win 0"#,
    ),
    excuse(
        WindowNotShrunk,
        "the window of the SYN was not scaled, and was larger than what can be said with scale",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100 win 65535 opts ws=14
            server segment passes SA seq 300 ack 101 win 65535 opts ws=14
            client segment passes A seq 101 ack 301 win 3
            server segment sent A seq 301 ack 101 win 3"#,
    ),
    excuse(
        WindowNotShrunk,
        "the recording shows no options: it may be scaled",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client segment sent A seq 101 ack 301 win 500
            client segment sent A seq 101 ack 301 win 400"#,
    ),
    excuse(
        StateTransition,
        "the listener closes beside the connection that it took",
        ALL,
        r#"
            records network segments
            server state CLOSED to LISTEN
            server state LISTEN to SYN-RECEIVED
            server state SYN-RECEIVED to ESTABLISHED
            server state LISTEN to CLOSED
            server state ESTABLISHED to CLOSE-WAIT"#,
    ),
    excuse(
        StateTransition,
        "a new SYN opens the connection again from TIME-WAIT",
        ALL,
        r#"
            records network segments
            client state FIN-WAIT-2 to TIME-WAIT
            client state TIME-WAIT to SYN-RECEIVED"#,
    ),
    excuse(
        StateTransition,
        "a reset cut CLOSING short",
        ALL,
        r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment passes FA seq 301 ack 101
            client segment passes A seq 102 ack 302
            server segment passes R seq 302
            client state CLOSING to CLOSED"#,
    ),
    excuse(
        StateTransition,
        "both ends open at the same time, and both close",
        ALL,
        r#"
            records network segments
            client state CLOSED to SYN-SENT
            client state SYN-SENT to SYN-RECEIVED
            client state SYN-RECEIVED to ESTABLISHED
            client state ESTABLISHED to FIN-WAIT-1
            client state FIN-WAIT-1 to CLOSING
            client state CLOSING to TIME-WAIT"#,
    ),
    excuse(
        StateTransition,
        "these names are not the standard's",
        ALL,
        r#"
            records network segments
            client state ESTABLISHED to FIN_WAIT1
            client state ESTAB to CLOSE-WAIT"#,
    ),
    excuse(
        StateTransition,
        "segments and states were not recorded as a whole",
        ALL,
        r#"
            client state ESTABLISHED to TIME-WAIT
            client segment sent FA seq 100 ack 1
            client segment sent FA seq 101 ack 1"#,
    ),
];
