//! Judges `nodelay-is-sent`: were the bytes of a write that is not to be delayed sent when it returned?

use super::scope::has_nodelay;
use crate::contract::{Contract, NodelayMeans};
use crate::oracle::events::ReturnedWrite;
use crate::oracle::fact::{Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::wire::Seq;

const TRANSMITTED: &[&str] = &["classic", "strict"];

pub(super) const ABOUT: About = About {
    statement: "A write that is not to be delayed returns ok only when its bytes were transmitted, or acknowledged where the contract \
                    asks for that.",
    source: "metrics-mirage Tcp.S, write_nodelay and writev_nodelay; measured: mirage-tcpip returns on acceptance",
    premise: "write_nodelay or writev_nodelay returns ok, and transmission is recorded",
    parameters: &["nodelay_means"],
    applies: has_nodelay,
    breakable: waits,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::NodelayIsSent, Section::Connections, Level::Transmitted)
};

/// Does the write wait for more than acceptance?
fn waits(contract: &Contract) -> bool {
    matches!(contract.nodelay_means, Some(NodelayMeans::Transmitted | NodelayMeans::Acknowledged))
}

#[inline]
pub(in crate::oracle) fn write_ok(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    match write.nodelay {
        Some(before) if waits(&scene.me().contract) => judge(scene, write, before + write.len as u64),
        _ => Ruling::Moot,
    }
}

/// At least so many bytes of the stream must have gone out by now.
fn judge(scene: &Scene<'_>, write: &ReturnedWrite<'_>, least: u64) -> Ruling {
    let Some(missing) = missing(scene, least) else { return Ruling::Moot };
    if missing == 0 {
        return Ruling::Kept;
    }
    let waits_for = match scene.me().contract.nodelay_means {
        Some(NodelayMeans::Acknowledged) => "acknowledged",
        _ => "transmitted",
    };
    let said = fact!(
        "the {end}'s write #{op} was not to be delayed and returned ok, but {missing} of the stream up to its end were not {waits_for}",
        end = scene.end,
        op = write.pending.op,
        missing = Value::bytes(missing),
        waits_for
    );
    Ruling::broken(&[write.pending.called], said)
}

/// How many of the first `least` bytes have not gone as far as the contract asks; none where that is not recorded.
fn missing(scene: &Scene<'_>, least: u64) -> Option<u64> {
    let acknowledged = scene.me().contract.nodelay_means == Some(NodelayMeans::Acknowledged);
    if scene.header.records.transmitted {
        let writing = &scene.me().writing;
        let gone = if acknowledged { writing.acknowledged() } else { writing.transmitted() };
        return Some(least.saturating_sub(gone.unwrap_or(0)));
    }
    let tracks = scene.flow.tracks();
    let gone = if acknowledged { tracks.acknowledged(scene.end) } else { tracks.all_sent(scene.end) };
    let (least, gone) = (Seq(least as u32), Seq(gone?));
    Some(if least.is_after(gone) { least.since(gone).into() } else { 0 })
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: TRANSMITTED,
        bad: r#"
            records network transmitted
            client call 1 write_nodelay "abcde"
            env transmitted client 2
            client return 1 ok"#,
        good: r#"
            records network transmitted
            client call 1 write_nodelay "abcde"
            env transmitted client 5
            client return 1 ok"#,
    },
    Example {
        contracts: TRANSMITTED,
        bad: r#"
            records network transmitted
            client write "abc" -> ok
            env transmitted client 3
            client writev_nodelay "de" "f" -> ok"#,
        good: r#"
            records network transmitted
            client write "abc" -> ok
            client call 2 writev_nodelay "de" "f"
            env transmitted client 6
            client return 2 ok"#,
    },
    Example {
        contracts: TRANSMITTED,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9
            server segment passes SA seq 300 ack 101 win 9
            client call 1 write_nodelay "ab"
            client segment sent PA seq 101 ack 301 win 9 len 1
            client return 1 ok"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9
            server segment passes SA seq 300 ack 101 win 9
            client call 1 write_nodelay "ab"
            client segment sent PA seq 101 ack 301 win 9 len 2
            client return 1 ok"#,
    },
    Example {
        contracts: &["strict,nodelay_means=acknowledged"],
        bad: r#"
            records network transmitted
            client call 1 write_nodelay "ab"
            env transmitted client 2
            client return 1 ok"#,
        good: r#"
            records network transmitted
            client call 1 write_nodelay "ab"
            env acknowledged client 2
            client return 1 ok"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "without a record nobody knows what was transmitted",
        contracts: TRANSMITTED,
        history: r#"client write_nodelay "ab" -> ok"#,
    },
    Excuse {
        why: "an acknowledgement shows that it was transmitted",
        contracts: TRANSMITTED,
        history: r#"
            records network transmitted
            client call 1 write_nodelay "ab"
            env acknowledged client 2
            client return 1 ok"#,
    },
    Excuse {
        why: "a write that is pending at the same time need not have put anything before it",
        contracts: TRANSMITTED,
        history: r#"
            records network transmitted
            client call 1 write "abc"
            client call 2 write_nodelay "d"
            env transmitted client 1
            client return 2 ok
            client return 1 ok"#,
    },
];
