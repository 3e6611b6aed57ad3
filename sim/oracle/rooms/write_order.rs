//! Judges `write-order`: do writes come in the order in which they followed each other?

use super::scope::ALL;
use crate::oracle::events::{ReadData, WrongBytes};
use crate::oracle::fact::{Fact, fact};
use crate::oracle::rooms::stream_prefix::broken;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

/// The most writes that are looked at for another order.
const WRITES: usize = 8;

pub(super) const ABOUT: About = About {
    statement: "Of two writes of which one had returned before the other was called, the earlier one's bytes come first.",
    source: "gluten-mirage Mirage_flow.S, write; RFC 9293 §3.9.1 SEND",
    premise: "data is read that a write brought which followed another",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::WriteOrder, Section::Safety, Level::BothEnds)
};

#[inline]
pub(in crate::oracle) fn read_data(scene: &Scene<'_>, read: &ReadData<'_>) -> Ruling {
    Ruling::kept_if(scene.flow.streams[scene.end.peer()].reaches_next(read.len))
}

/// Whole writes come in another order.
pub(in crate::oracle) fn wrong_bytes(scene: &Scene<'_>, read: &WrongBytes<'_>) -> Ruling {
    let unread = &read.evidence.unread;
    let writes: Vec<&[u8]> = unread.by_write().take(WRITES).collect();
    match unread.begins_write(0) && writes.len() > 1 && read.evidence.is_shuffle_of(&writes) {
        true => broken(scene, read),
        false => Ruling::Moot,
    }
}

/// What is said of bytes that were skipped, now that they have come.
pub(in crate::oracle) fn skipped_came_later(said: Fact) -> Fact {
    fact!("{said}; the skipped bytes came later", said)
}

const EXAMPLES: &[Example] = &[Example {
    contracts: ALL,
    bad: r#"
            client write "a" -> ok
            client write "b" -> ok
            server read -> "ba""#,
    good: r#"
            client write "a" -> ok
            client write "b" -> ok
            server read -> "ab""#,
}];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the two writes overlap",
    contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe", "relay"],
    history: r#"
            client call 1 write "aa"
            client call 2 write "bb"
            server read -> "bbaa"
            client return 1 ok
            client return 2 ok"#,
}];
