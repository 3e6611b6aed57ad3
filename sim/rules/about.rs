//! What the catalogue says of a rule, and the way to it.

use super::{Rule, connections, layers, liveness, safety, wire};
use crate::contract::Contract;

/// Everything that the catalogue says of one rule.
#[derive(Clone, Copy, Debug)]
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
    /// Does the oracle judge it in full yet? Some that it does not it may name all the same, where calls alone show a break.
    pub judged: bool,
    /// Breaking it is the caller's fault: it is listed apart and leaves the verdict as it is.
    pub client_duty: bool,
    /// Smallest histories that break and keep it.
    pub examples: &'static [Example],
}

impl About {
    /// A judged rule of every contract that anything can break.
    pub(super) const fn new(rule: Rule, section: Section, level: Level) -> Self {
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
            judged: true,
            client_duty: false,
            examples: &[],
        }
    }

    /// A rule that the oracle does not judge in full yet.
    pub(super) const fn later(rule: Rule, section: Section, level: Level) -> Self {
        About { judged: false, ..About::new(rule, section, level) }
    }
}

const fn always(_: &Contract) -> bool {
    true
}

/// The chapters of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
pub struct Example {
    /// The contracts that both are judged under, as the command line spells them.
    pub contracts: &'static [&'static str],
    /// Breaks the rule, and the rule is what names the break.
    pub bad: &'static str,
    /// Keeps every rule, and puts this one to the test.
    pub good: &'static str,
}

/// The catalogue, by section.
const SECTIONS: &[&[About]] = &[
    safety::STREAM,
    safety::ENDING,
    safety::FAILURE,
    safety::CLOSING,
    safety::CALLS,
    connections::RULES,
    liveness::PROGRESS,
    liveness::RELEASE,
    layers::RULES,
    wire::RULES,
];

/// The catalogue, by rule. A rule that is missing or out of order does not compile.
static CATALOGUE: [&About; Rule::COUNT] = catalogue();

const fn catalogue() -> [&'static About; Rule::COUNT] {
    let mut table = [&SECTIONS[0][0]; Rule::COUNT];
    let (mut next, mut section) = (0, 0);
    while section < SECTIONS.len() {
        let mut i = 0;
        while i < SECTIONS[section].len() {
            let about = &SECTIONS[section][i];
            assert!(about.rule as usize == next, "the catalogue is in the order of `Rule::ALL`");
            table[next] = about;
            (next, i) = (next + 1, i + 1);
        }
        section += 1;
    }
    assert!(next == Rule::COUNT, "the catalogue has every rule");
    table
}

impl Rule {
    /// What the catalogue says of this rule.
    pub fn about(self) -> &'static About {
        CATALOGUE[self as usize]
    }
}

/// Is this rule one of that contract's?
pub fn belongs(rule: Rule, contract: &Contract) -> bool {
    (rule.about().applies)(contract)
}

/// The presets that a rule belongs to, by name.
pub fn presets(rule: Rule) -> impl Iterator<Item = &'static str> {
    Contract::PRESETS.iter().filter(move |preset| belongs(rule, preset)).map(|preset| preset.base)
}

/// Every example of the catalogue with its rule.
pub fn examples() -> impl Iterator<Item = (Rule, &'static Example)> {
    Rule::ALL.iter().flat_map(|&rule| rule.about().examples.iter().map(move |example| (rule, example)))
}
