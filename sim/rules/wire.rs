//! What the segments show, simulated or captured.

use super::about::{About, Example, Level, Section};
use super::{Rule, scope::*};

pub(super) const RULES: &[About] = &[
    About {
        statement: "A connection's end has one FIN. Sent again, it stands at the same sequence number.",
        source: "RFC 9293 §3.10.4 (a second CLOSE sends no second FIN); measured: two closes at a time that send two",
        premise: "an end sends a FIN",
        examples: &[Example {
            contracts: ALL,
            bad: r#"
                records network segments
                client segment sent FA seq 100 ack 1
                client segment sent FA seq 101 ack 1"#,
            good: r#"
                records network segments
                client segment sent FA seq 100 ack 1
                client segment dropped FA seq 100 ack 1
                client segment sent FA seq 100 ack 1"#,
        }],
        ..About::new(Rule::OneFin, Section::Wire, Level::Segments)
    },
    About {
        statement: "The FIN comes right after the last byte: an end sends no data at or beyond it.",
        source: "RFC 9293 §3.4 and §3.6: the FIN has the sequence number behind the last byte",
        premise: "an end sends data and a FIN",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment sent FA seq 100 ack 1
                    client segment sent A seq 101 ack 1 len 1"#,
                good: r#"
                    records network segments
                    client segment sent A seq 100 ack 1 len 1
                    client segment sent FA seq 101 ack 1
                    client segment sent A seq 100 ack 1 len 1"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment sent FA seq 4294967295 ack 1
                    client segment sent A seq 4294967295 ack 1 len 2"#,
                good: r#"
                    records network segments
                    client segment sent A seq 4294967295 ack 1 len 2
                    client segment sent FA seq 1 ack 1
                    client segment sent A seq 4294967295 ack 1 len 2"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    simulated
                    client segment passes S seq 100 win 9000
                    server segment passes SA seq 300 ack 101 win 9000
                    client segment passes A seq 101 ack 301 win 9000 len 2
                    client segment sent FA seq 104 ack 301 win 9000"#,
                good: r#"
                    records network segments
                    simulated
                    client segment passes S seq 100 win 9000
                    server segment passes SA seq 300 ack 101 win 9000
                    client segment passes A seq 101 ack 301 win 9000 len 2
                    client segment sent FA seq 103 ack 301 win 9000 len 1"#,
            },
        ],
        ..About::new(Rule::FinAfterData, Section::Wire, Level::Segments)
    },
    About {
        statement: "A sequence number carries the same byte whenever it is sent; the octet of a keep-alive probe may be anything.",
        source: "RFC 9293 §3.4 and §3.8.4",
        premise: "data is sent again, and what it was is recorded",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment sent A seq 1 ack 1 data "ab"
                    client segment sent A seq 1 ack 1 data "ac""#,
                good: r#"
                    records network segments
                    client segment sent A seq 1 ack 1 data "abcd"
                    client segment dropped A seq 1 ack 1 data "abcd"
                    client segment sent A seq 1 ack 1 data "ab"
                    client segment sent FA seq 3 ack 1 data "cdef""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment sent A seq 4294967295 ack 1 data "abc"
                    client segment sent A seq 0 ack 1 data "x""#,
                good: r#"
                    records network segments
                    client segment sent A seq 4294967295 ack 1 data "abc"
                    client segment sent A seq 0 ack 1 data "b""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client state CLOSED to SYN-SENT
                    client segment sent S seq 100
                    client segment sent S seq 200"#,
                good: r#"
                    records network segments
                    client state CLOSED to SYN-SENT
                    client segment sent S seq 100
                    client segment sent S seq 100
                    client segment sent A seq 101 ack 1 data "ab"
                    client segment sent A seq 101 ack 1 data "ab""#,
            },
        ],
        ..About::new(Rule::RetransmitIsSame, Section::Wire, Level::Segments)
    },
    About {
        statement: "A sender stays inside the window that reached it last, and within the segment size, window probes of one octet and \
                    what is sent again after the window shrank apart.",
        source: "RFC 9293 §3.7.1, §3.8.6 (MUST-34) and §3.8.6.1",
        premise: "data is sent under a window that is known",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 100 win 9000 opts mss=1000
                    server segment passes SA seq 300 ack 101 win 10 opts mss=1000
                    client segment sent A seq 101 ack 301 win 9000 len 11"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100 win 9000 opts mss=1000
                    server segment passes SA seq 300 ack 101 win 10 opts mss=1000
                    client segment sent A seq 101 ack 301 win 9000 len 10
                    client segment sent A seq 111 ack 301 win 9000 len 1"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 100 win 9000 opts mss=1000
                    server segment passes SA seq 300 ack 101 win 9000 opts mss=500
                    client segment sent A seq 101 ack 301 win 9000 len 501"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100 win 9000 opts mss=1000
                    server segment passes SA seq 300 ack 101 win 9000 opts mss=500
                    client segment sent A seq 101 ack 301 win 9000 len 500
                    server segment sent A seq 301 ack 101 win 9000 len 1000"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 100 win 10 opts mss=1000,ws=1
                    server segment passes SA seq 300 ack 101 win 10 opts mss=1000,ws=2
                    client segment passes A seq 101 ack 301 win 10
                    server segment sent A seq 301 ack 101 win 10 len 21"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100 win 10 opts mss=1000,ws=1
                    server segment passes SA seq 300 ack 101 win 10 opts mss=1000,ws=2
                    client segment passes A seq 101 ack 301 win 10
                    server segment sent A seq 301 ack 101 win 10 len 20"#,
            },
        ],
        ..About::new(Rule::InsideWindow, Section::Wire, Level::Segments)
    },
    About {
        statement: "An acknowledgement covers what arrived in sequence and no more, SYN and FIN as one each, and never goes back.",
        source: "RFC 9293 §3.4 and §3.10.7.4",
        premise: "a segment with an acknowledgement is sent",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 100
                    server segment sent SA seq 300 ack 102"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100
                    server segment sent SA seq 300 ack 101"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 100
                    server segment passes SA seq 300 ack 101
                    client segment dropped A seq 101 ack 301 len 10
                    client segment passes A seq 111 ack 301 len 10
                    server segment sent A seq 301 ack 121"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100
                    server segment passes SA seq 300 ack 101
                    client segment dropped A seq 101 ack 301 len 10
                    client segment passes A seq 111 ack 301 len 10
                    server segment sent A seq 301 ack 101
                    client segment passes A seq 101 ack 301 len 10
                    server segment sent A seq 301 ack 121"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 4294967290
                    server segment sent SA seq 300 ack 4294967291
                    client segment passes A seq 4294967291 len 5
                    client segment dropped FA seq 0
                    server segment sent A seq 301 ack 1"#,
                good: r#"
                    records network segments
                    client segment passes S seq 4294967290
                    server segment sent SA seq 300 ack 4294967291
                    client segment passes A seq 4294967291 len 5
                    client segment passes FA seq 0
                    server segment sent A seq 301 ack 1"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    server segment sent A seq 301 ack 102
                    server segment sent A seq 301 ack 101"#,
                good: r#"
                    records network segments
                    server segment sent A seq 301 ack 4294967295
                    server segment sent A seq 301 ack 0"#,
            },
        ],
        ..About::new(Rule::AckIsReceived, Section::Wire, Level::Segments)
    },
    About {
        statement: "A reset is not answered by a reset.",
        source: "RFC 9293 §3.5.2 and §3.10.7.1",
        premise: "a reset arrives",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    5ms client segment delivered RA seq 100 ack 7
                    5ms server segment sent R seq 7"#,
                good: r#"
                    records network segments
                    5ms client segment delivered A seq 100 ack 7
                    5ms server segment passes R seq 7"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 100
                    server segment passes SA seq 300 ack 101
                    9ms client segment delivered R seq 101
                    9ms server segment sent A seq 301 ack 101"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100
                    server segment passes SA seq 300 ack 101
                    9ms client segment delivered R seq 102
                    9ms server segment sent A seq 301 ack 101"#,
            },
        ],
        ..About::new(Rule::NoResetToReset, Section::Wire, Level::Segments)
    },
    About {
        statement: "Closing for good with bytes unread, or getting bytes after that, resets the connection: the peer learns that they were \
                    not read.",
        source: "RFC 9293 §3.6.1 (MAY-1, SHLD-3); measured on Linux",
        premise: "a full close meets unread or arriving bytes",
        parameters: &["close_is", "close_sends_pending"],
        breakable: resets_unread,
        examples: &[
            Example {
                contracts: RESETS_UNREAD,
                bad: r#"
                    records network segments
                    client segment passes S seq 100 win 9000
                    server segment passes SA seq 300 ack 101 win 9000
                    client write "ab" -> ok
                    client segment passes A seq 101 ack 301 win 9000 len 2
                    server close -> done
                    server segment sent FA seq 301 ack 103"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100 win 9000
                    server segment passes SA seq 300 ack 101 win 9000
                    client write "ab" -> ok
                    client segment passes A seq 101 ack 301 win 9000 len 2
                    server close -> done
                    server segment sent RA seq 301 ack 103"#,
            },
            Example {
                contracts: RESETS_UNREAD,
                bad: r#"
                    records network segments
                    client segment passes S seq 100 win 9000
                    server segment passes SA seq 300 ack 101 win 9000
                    server close -> done
                    server segment passes FA seq 301 ack 101 win 9000
                    client write "ab" -> ok
                    client segment passes A seq 101 ack 302 win 9000 len 2
                    server segment passes A seq 302 ack 103 win 9000
                    quiet"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100 win 9000
                    server segment passes SA seq 300 ack 101 win 9000
                    server close -> done
                    server segment passes FA seq 301 ack 101 win 9000
                    client write "ab" -> ok
                    client segment passes A seq 101 ack 302 win 9000 len 2
                    server segment passes R seq 302
                    quiet"#,
            },
        ],
        ..About::new(Rule::ResetOnUnreadClose, Section::Wire, Level::Segments)
    },
    About {
        statement: "The end that closed first stays in TIME-WAIT for 2·MSL, unless a new SYN or, where that is not ruled out, a reset ends \
                    it.",
        source: "RFC 9293 §3.6.1 (MUST-13, MAY-2); RFC 1337",
        premise: "a connection of a simulated stack enters TIME-WAIT",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    simulated
                    limits client msl 10s
                    client state FIN-WAIT-2 to TIME-WAIT
                    19s client state TIME-WAIT to CLOSED"#,
                good: r#"
                    records network segments
                    simulated
                    limits client msl 10s
                    0 client state FIN-WAIT-2 to TIME-WAIT
                    20s client state TIME-WAIT to CLOSED"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    simulated
                    0 client state CLOSING to TIME-WAIT
                    239999999999 client state TIME-WAIT to CLOSED"#,
                good: r#"
                    records network segments
                    simulated
                    0 client state CLOSING to TIME-WAIT
                    9s server/1 segment delivered S seq 5000
                    9s client state TIME-WAIT to CLOSED"#,
            },
        ],
        ..About::new(Rule::TimeWaitHeld, Section::Wire, Level::Segments)
    },
    About {
        statement: "A reset counts only at exactly the next sequence number expected (Linux after a FIN: also one before).",
        source: "RFC 5961 §3.2; RFC 9293 §3.5.3",
        premise: "a connection ends in the instant in which a reset arrives, in a synchronised state",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 100
                    server segment passes SA seq 300 ack 101
                    client segment passes A seq 101 ack 301
                    9ms client segment delivered R seq 150
                    9ms server state ESTABLISHED to CLOSED"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100
                    server segment passes SA seq 300 ack 101
                    client segment passes A seq 101 ack 301
                    9ms client segment delivered R seq 101
                    9ms server state ESTABLISHED to CLOSED"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 4294967295
                    server segment passes SA seq 300 ack 0
                    client segment passes FA seq 0 ack 301
                    server segment passes A seq 301 ack 1
                    9ms client segment delivered R seq 4294967295
                    9ms server state CLOSE-WAIT to CLOSED"#,
                good: r#"
                    records network segments
                    client segment passes S seq 4294967295
                    server segment passes SA seq 300 ack 0
                    client segment passes FA seq 0 ack 301
                    server segment passes A seq 301 ack 1
                    9ms client segment delivered R seq 0
                    9ms server state CLOSE-WAIT to CLOSED"#,
            },
        ],
        ..About::new(Rule::ResetInWindow, Section::Wire, Level::Segments)
    },
    About {
        statement: "The right edge of the window that an end offers does not move back, by more than the unit of its scale.",
        source: "RFC 9293 §3.8.6 (SHLD-14); RFC 7323 §2.4",
        premise: "an end sends two segments with windows that are known",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 100 win 50 opts mss=1000
                    server segment passes SA seq 300 ack 101 win 50 opts mss=1000
                    client segment sent A seq 101 ack 301 win 50
                    client segment sent A seq 101 ack 301 win 48"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100 win 50 opts mss=1000
                    server segment passes SA seq 300 ack 101 win 50 opts mss=1000
                    client segment sent A seq 101 ack 301 win 50
                    server segment passes A seq 301 ack 101 win 50 len 20
                    client segment sent A seq 101 ack 321 win 30"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 100 win 50 opts ws=3
                    server segment passes SA seq 300 ack 101 win 50 opts ws=0
                    client segment sent A seq 101 ack 301 win 50
                    client segment sent A seq 101 ack 301 win 48"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100 win 50 opts ws=3
                    server segment passes SA seq 300 ack 101 win 50 opts ws=0
                    client segment sent A seq 101 ack 301 win 50
                    client segment sent A seq 101 ack 301 win 49"#,
            },
        ],
        ..About::new(Rule::WindowNotShrunk, Section::Wire, Level::Segments)
    },
    About {
        statement: "A connection changes its state only along the arrows of the state diagram and its notes, by reset, abort or timeout.",
        source: "RFC 9293 §3.3.2, figure 5, and §3.10",
        premise: "a change of state is recorded",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client state ESTABLISHED to TIME-WAIT"#,
                good: r#"
                    records network segments
                    client state CLOSED to SYN-SENT
                    client state SYN-SENT to ESTABLISHED
                    client state ESTABLISHED to FIN-WAIT-1
                    client state FIN-WAIT-1 to FIN-WAIT-2
                    client state FIN-WAIT-2 to TIME-WAIT
                    client state TIME-WAIT to CLOSED"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client state ESTABLISHED to FIN-WAIT-1
                    client state ESTABLISHED to CLOSE-WAIT"#,
                good: r#"
                    records network segments
                    client state ESTABLISHED to CLOSE-WAIT
                    client state CLOSE-WAIT to LAST-ACK"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes S seq 100
                    server segment passes SA seq 300 ack 101
                    client segment passes FA seq 101 ack 301
                    server segment passes FA seq 301 ack 101
                    client segment passes A seq 102 ack 302
                    server segment passes A seq 302 ack 102
                    client state CLOSING to CLOSED"#,
                good: r#"
                    records network segments
                    client segment passes S seq 100
                    server segment passes SA seq 300 ack 101
                    client segment passes FA seq 101 ack 301
                    server segment passes FA seq 301 ack 101
                    client segment passes A seq 102 ack 302
                    server segment passes A seq 302 ack 102
                    client state CLOSING to TIME-WAIT"#,
            },
        ],
        ..About::new(Rule::StateTransition, Section::Wire, Level::Segments)
    },
];
