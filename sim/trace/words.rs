//! Lists the words of the format, each table once for both directions.

use std::borrow::Cow;

use super::{Abort, By, Clock, EnvWhat, Fate, Records};
use crate::wire::State;

impl Clock {
    pub(super) const WORDS: &'static [(&'static str, Clock)] = &[("shared", Clock::Shared), ("per-end", Clock::PerEnd)];

    /// The word that stands in a trace.
    pub fn word(self) -> &'static str {
        word_of(Self::WORDS, self)
    }
}

impl Fate {
    pub(super) const WORDS: &'static [(&'static str, Fate)] = &[
        ("sent", Fate::Sent),
        ("delivered", Fate::Delivered),
        ("dropped", Fate::Dropped),
        ("duplicated", Fate::Duplicated),
        ("corrupted", Fate::Corrupted),
        ("injected", Fate::Injected),
    ];

    /// The word that stands in a trace.
    pub fn word(self) -> &'static str {
        word_of(Self::WORDS, self)
    }
}

impl By {
    pub(super) const WORDS: &'static [(&'static str, By)] = &[("stack", By::Stack), ("fault", By::Fault)];
}

impl EnvWhat {
    /// The word that stands in a trace.
    pub const fn word(&self) -> &'static str {
        match self {
            EnvWhat::Abort(Abort::Reset, _) => "reset",
            EnvWhat::Abort(Abort::Timeout, _) => "timeout",
            EnvWhat::Abort(Abort::KeepaliveDeath, _) => "keepalive_death",
            EnvWhat::Crash(_) => "crash",
            EnvWhat::Partition { .. } => "partition",
            EnvWhat::Heal { .. } => "heal",
            EnvWhat::Transmitted { .. } => "transmitted",
            EnvWhat::Acknowledged { .. } => "acknowledged",
            EnvWhat::Resources(_) => "resources",
            EnvWhat::Buffer { .. } => "buffer",
            EnvWhat::Quiet => "quiet",
            EnvWhat::End => "end",
        }
    }
}

/// The name of a state for a [`What::State`](super::What::State); the RFC's own names take no memory.
pub fn state_name(name: &str) -> Cow<'static, str> {
    let known = State::ALL.into_iter().map(State::name).find(|known| *known == name);
    known.map_or_else(|| Cow::Owned(name.to_owned()), Cow::Borrowed)
}

/// One kind of evidence: its word and the flag that it sets.
type EvidenceWord = (&'static str, fn(&mut Records) -> &mut bool);

impl Records {
    pub(super) const WORDS: &'static [EvidenceWord] = &[
        ("network", |records| &mut records.network),
        ("transmitted", |records| &mut records.transmitted),
        ("segments", |records| &mut records.segments),
        ("resources", |records| &mut records.resources),
        ("buffers", |records| &mut records.buffers),
        ("lower", |records| &mut records.lower),
    ];

    /// The words of what is complete, in the order in which they are written.
    pub fn words(mut self) -> impl Iterator<Item = &'static str> {
        Self::WORDS.iter().filter_map(move |(word, flag)| flag(&mut self).then_some(*word))
    }
}

fn word_of<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, candidate)| *candidate == value).map_or("", |(word, _)| word)
}
