//! Names what is wrong with a run, so that two runs can be seen to show the same.

use std::fmt;

use crate::contract::End;
use crate::rules::Rule;
use crate::scenario::Run;

/// Something that is wrong with a run. Two runs show the same if it is equal: neither the flow nor the bytes, moments and names of
/// calls count, since these change while a scenario becomes smaller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Finding {
    /// A rule was broken at an end.
    #[non_exhaustive]
    Broken {
        /// The rule that names it.
        rule: Rule,
        /// The end.
        end: End,
    },
    /// What the scenario asks for did not come, and no rule was broken.
    #[non_exhaustive]
    Unmet {
        /// What came instead.
        message: String,
    },
}

impl Finding {
    /// What is wrong with a run, the first first; nothing is where it held.
    pub fn of(run: &Run) -> Option<Finding> {
        Finding::all(run).next()
    }

    /// All that is wrong with a run, in its order. What did not come counts only where no rule was broken.
    pub fn all(run: &Run) -> impl Iterator<Item = Finding> + '_ {
        let violations = &run.verdict().violations;
        let broken = violations.iter().map(|violation| Finding::Broken { rule: violation.rule, end: violation.end });
        let unmet = run.unmet().iter().filter(|_| violations.is_empty());
        broken.chain(unmet.map(|unmet| Finding::Unmet { message: unmet.diagnostic.message.clone() }))
    }

    /// Does the run show this?
    pub fn is_shown_by(&self, run: &Run) -> bool {
        Finding::all(run).any(|finding| finding == *self)
    }

    /// The rule that was broken, if one was.
    pub const fn rule(&self) -> Option<Rule> {
        match self {
            Finding::Broken { rule, .. } => Some(*rule),
            Finding::Unmet { .. } => None,
        }
    }

    /// What a run says of it, in one line: the rule, and how it was broken there.
    pub fn story(&self, run: &Run) -> String {
        let violations = &run.verdict().violations;
        let is_this = |end: End, rule: Rule| *self == Finding::Broken { rule, end };
        match violations.iter().find(|violation| is_this(violation.end, violation.rule)) {
            Some(violation) => format!("{}: {}", violation.rule, violation.fact),
            None => self.to_string(),
        }
    }
}

/// `eof-arrives at the server`; what did not come in its own words.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Broken { rule, end } => write!(f, "{rule} at the {end}"),
            Finding::Unmet { message } => f.write_str(message),
        }
    }
}
