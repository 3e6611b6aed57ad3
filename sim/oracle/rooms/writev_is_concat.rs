//! Judges `writev-is-concat`: do the buffers of a list come joined, in their order?

use super::scope::ALL;
use crate::oracle::events::{ReturnedWrite, WrongBytes};
use crate::oracle::evidence::Evidence;
use crate::oracle::rooms::stream_prefix::broken;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::stream::Write;
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Writing a list of buffers is one write of them joined in their order. It need not be atomic.",
    source: "gluten-mirage Mirage_flow.S, writev; POSIX writev(2)",
    premise: "bytes of a write of at least two buffers are read",
    examples: EXAMPLES,
    ..About::new(Rule::WritevIsConcat, Section::Safety, Level::BothEnds)
};

/// A buffer is missing, or the buffers come in another order.
pub(in crate::oracle) fn wrong_bytes(scene: &Scene<'_>, read: &WrongBytes<'_>) -> Ruling {
    if is_torn(&read.evidence) { broken(scene, read) } else { Ruling::Moot }
}

fn is_torn(evidence: &Evidence<'_>) -> bool {
    let list = evidence.unread.first.as_ref().filter(|write| write.vectored());
    let (Some(write), Some(part)) = (list, evidence.unread.part(0)) else { return false };
    match evidence.gap.map(|gap| part.from + gap) {
        Some(there) => there < write.len && write.ends.contains(&there),
        None => evidence.is_shuffle_of(&buffers(write)),
    }
}

fn buffers(write: &Write) -> Vec<&[u8]> {
    let bytes = write.bytes().unwrap_or_default();
    let starts = std::iter::once(0).chain(write.ends.iter().copied());
    starts.zip(write.ends.iter().copied()).map(|(from, to)| &bytes[from.min(bytes.len())..to.min(bytes.len())]).collect()
}

#[inline]
pub(in crate::oracle) fn write_ok(_: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(write.vectored)
}

const EXAMPLES: &[Example] = &[
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
];
