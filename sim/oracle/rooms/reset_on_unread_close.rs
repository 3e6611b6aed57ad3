//! Judges `reset-on-unread-close`.

use super::scope::{RESETS_UNREAD, resets_unread};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Closing for good with bytes unread, or getting bytes after that, resets the connection: the peer learns that they were \
                    not read.",
    source: "RFC 9293 §3.6.1 (MAY-1, SHLD-3); measured on Linux",
    premise: "a full close meets unread or arriving bytes",
    parameters: &["close_is", "close_sends_pending"],
    breakable: resets_unread,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ResetOnUnreadClose, Section::Wire, Level::Segments)
};

const EXAMPLES: &[Example] = &[
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
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "what had arrived was read before the close",
        contracts: RESETS_UNREAD,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server read -> "ab"
            server close -> done
            server segment sent FA seq 301 ack 103"#,
    },
    Excuse {
        why: "the FIN does not acknowledge what the close may not have seen yet",
        contracts: RESETS_UNREAD,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment delivered A seq 101 ack 301 win 9000 len 2
            server close -> done
            server segment sent FA seq 301 ack 101"#,
    },
    Excuse {
        why: "the connection was over in both directions when it was closed",
        contracts: RESETS_UNREAD,
        history: r#"
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
    },
    Excuse {
        why: "shutting reading down had given the bytes up before",
        contracts: &["posix"],
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server shutdown read -> done
            server close -> done
            server segment sent FA seq 301 ack 103"#,
    },
];
