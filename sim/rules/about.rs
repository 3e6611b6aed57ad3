//! Lists what there is to say of a rule: the form that each room of the catalogue fills in.

use super::Rule;
use crate::contract::Contract;

/// Everything that the catalogue says of one rule.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct About {
    /// The rule.
    pub rule: Rule,
    /// What it asks, in a sentence or two.
    pub statement: &'static str,
    /// Where that comes from.
    pub source: &'static str,
    /// When the rule counts as exercised.
    pub premise: &'static str,
    /// The chapter that it stands in.
    pub section: Section,
    /// The evidence that judging it takes.
    pub level: Level,
    /// The contract parameters that decide what it allows.
    pub parameters: &'static [&'static str],
    /// Is it one of this contract's rules?
    pub applies: fn(&Contract) -> bool,
    /// Can it be broken under this contract? Its parameters may allow all that it could forbid, or rule its premise out.
    pub breakable: fn(&Contract) -> bool,
    /// Breaking it is the caller's fault: it is listed apart and leaves the verdict as it is.
    pub client_duty: bool,
    /// Smallest histories that break and keep it.
    pub examples: &'static [Example],
    /// Near misses: histories that look as if it were broken, and are held.
    pub excuses: &'static [Excuse],
}

impl About {
    /// A judged rule of every contract that anything can break.
    pub(crate) const fn new(rule: Rule, section: Section, level: Level) -> Self {
        About {
            rule,
            statement: "",
            source: "",
            premise: "",
            section,
            level,
            parameters: &[],
            applies: always,
            breakable: always,
            client_duty: false,
            examples: &[],
            excuses: &[],
        }
    }
}

const fn always(_: &Contract) -> bool {
    true
}

/// The chapters of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Section {
    /// What must never happen on one flow.
    Safety,
    /// Connecting, accepting, keep-alive.
    Connections,
    /// What must happen at last.
    Liveness,
    /// Flows upon flows.
    Layers,
    /// What segments show.
    Wire,
}

impl Section {
    /// Every section, in the order of the catalogue.
    pub const ALL: &'static [Section] = &[Section::Safety, Section::Connections, Section::Liveness, Section::Layers, Section::Wire];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Section::Safety => "safety",
            Section::Connections => "connections",
            Section::Liveness => "liveness",
            Section::Layers => "layers",
            Section::Wire => "wire",
        }
    }
}

/// What must be seen before a rule can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// The calls of one end.
    OneEnd,
    /// The calls of both ends.
    BothEnds,
    /// Also what befell the network and the hosts (`network`).
    Network,
    /// Also the segments (`segments`).
    Segments,
    /// Also what was transmitted (`transmitted`).
    Transmitted,
    /// Also what ends still hold (`resources`).
    Resources,
    /// Also buffers, seen again later (`buffers`).
    Buffers,
    /// Also the calls on the flow below (`lower`).
    Lower,
}

impl Level {
    /// What must be seen, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Level::OneEnd => "the calls of one end",
            Level::BothEnds => "the calls of both ends",
            Level::Network => "calls and network events",
            Level::Segments => "segments",
            Level::Transmitted => "calls and what was transmitted",
            Level::Resources => "calls and the resources held",
            Level::Buffers => "calls and the buffers that reads returned",
            Level::Lower => "the calls of both layers",
        }
    }
}

/// A pair of histories, as small as they can be, in the notation of [`history`](super::history).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Example {
    /// The contracts that both are judged under, as the command line spells them.
    pub contracts: &'static [&'static str],
    /// Breaks the rule, and the rule is what names the break.
    pub bad: &'static str,
    /// Keeps every rule, and puts this one to the test.
    pub good: &'static str,
}

/// One history that keeps the contract though it may not seem so.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Excuse {
    /// Why the rule is not broken.
    pub why: &'static str,
    /// The contracts that it is held under, as the command line spells them.
    pub contracts: &'static [&'static str],
    /// What happens, in the notation of [`history`](super::history).
    pub history: &'static str,
}
