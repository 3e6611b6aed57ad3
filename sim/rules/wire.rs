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
        statement: "The FIN comes after the last byte: an end sends no data at or beyond it.",
        source: "RFC 9293 §3.4 and §3.6: the FIN has the sequence number behind the last byte",
        premise: "an end that sends data has sent a FIN",
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
        ],
        ..About::new(Rule::FinAfterData, Section::Wire, Level::Segments)
    },
    About {
        statement: "A sequence number carries the same byte whenever it is sent; the octet of a keep-alive probe may be anything.",
        source: "RFC 9293 §3.4 and §3.8.4",
        premise: "data is sent again",
        ..About::later(Rule::RetransmitIsSame, Section::Wire, Level::Segments)
    },
    About {
        statement: "A sender stays inside the window that reached it last, and within the segment size, window probes of one octet and \
                    what is sent again after the window shrank apart.",
        source: "RFC 9293 §3.7.1, §3.8.6 (MUST-34) and §3.8.6.1",
        premise: "data is sent",
        ..About::later(Rule::InsideWindow, Section::Wire, Level::Segments)
    },
    About {
        statement: "An acknowledgement covers what arrived in sequence and no more, SYN and FIN as one each, and never goes back.",
        source: "RFC 9293 §3.4 and §3.10.7.4",
        premise: "a segment with an acknowledgement is sent",
        ..About::later(Rule::AckIsReceived, Section::Wire, Level::Segments)
    },
    About {
        statement: "A reset is not answered by a reset.",
        source: "RFC 9293 §3.5.2 and §3.10.7.1",
        premise: "a reset arrives",
        ..About::later(Rule::NoResetToReset, Section::Wire, Level::Segments)
    },
    About {
        statement: "Closing for good with bytes unread, or getting bytes after that, resets the connection: the peer learns that they were \
                    not read.",
        source: "RFC 9293 §3.6.1 (MAY-1, SHLD-3); measured on Linux",
        premise: "a full close meets unread or arriving bytes",
        parameters: &["close_sends_pending"],
        ..About::later(Rule::ResetOnUnreadClose, Section::Wire, Level::Segments)
    },
    About {
        statement: "The end that closed first stays in TIME-WAIT for 2·MSL, unless a new SYN or, where that is not ruled out, a reset ends \
                    it.",
        source: "RFC 9293 §3.6.1 (MUST-13, MAY-2); RFC 1337",
        premise: "a connection enters TIME-WAIT",
        ..About::later(Rule::TimeWaitHeld, Section::Wire, Level::Segments)
    },
    About {
        statement: "A reset counts only at exactly the next sequence number expected (Linux after a FIN: also one before).",
        source: "RFC 5961 §3.2; RFC 9293 §3.5.3",
        premise: "a reset arrives in a synchronised state",
        ..About::later(Rule::ResetInWindow, Section::Wire, Level::Segments)
    },
    About {
        statement: "The right edge of the window that an end offers does not move back, by more than the unit of its scale.",
        source: "RFC 9293 §3.8.6 (SHLD-14); RFC 7323 §2.4",
        premise: "an end sends two segments with windows",
        ..About::later(Rule::WindowNotShrunk, Section::Wire, Level::Segments)
    },
    About {
        statement: "A connection changes its state only along the arrows of the state diagram and its notes, by reset, abort or timeout.",
        source: "RFC 9293 §3.3.2, figure 5, and §3.10",
        premise: "a change of state is recorded",
        ..About::later(Rule::StateTransition, Section::Wire, Level::Segments)
    },
];
