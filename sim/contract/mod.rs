//! Defines what flows are asked and answer, and what they promise: calls and outcomes, the parameters that tell the dialects apart,
//! the presets.
//!
//! What this is not: the rules. A contract is a value; [`crate::rules`] says what each rule asks, [`crate::oracle`] judges.

mod answers;
mod call;
mod parameter;
mod payload;
mod preset;
mod resources;

use std::fmt;
use std::str::FromStr;

pub use call::{Abort, Both, Call, End, Error, Keepalive, Mode, Outcome, Read};
pub use parameter::*;
pub use payload::Payload;
pub use resources::Resources;

/// A contract that can't be understood, and what would have been valid.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContractError {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.help)
    }
}

impl std::error::Error for ContractError {}

/// `modern`, or `modern,eof_on_reset=forbid`: a preset, then changes by parameter name.
impl FromStr for Contract {
    type Err = ContractError;

    fn from_str(text: &str) -> Result<Self, ContractError> {
        let mut parts = text.split(',').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let mut contract = Contract::preset(name).ok_or_else(|| ContractError {
            message: format!("unknown contract `{name}`"),
            help: suggestion(name, Contract::PRESETS.iter().map(|preset| preset.base)),
        })?;
        for change in parts {
            contract.change(change)?;
        }
        Ok(contract)
    }
}

impl Contract {
    /// Applies one `parameter=value`.
    fn change(&mut self, change: &str) -> Result<(), ContractError> {
        let Some((name, value)) = change.split_once('=') else {
            return Err(ContractError {
                message: format!("`{change}` is not a change of a parameter"),
                help: "write parameter=value, as in `modern,eof_on_reset=forbid`".to_owned(),
            });
        };
        let (name, value) = (name.trim(), value.trim());
        let parameter = Contract::PARAMETERS.iter().find(|parameter| parameter.name == name).ok_or_else(|| ContractError {
            message: format!("unknown parameter `{name}`"),
            help: suggestion(name, Contract::PARAMETERS.iter().map(|parameter| parameter.name)),
        })?;
        if parameter.set(self, value) {
            return Ok(());
        }
        let help = match parameter.values {
            [] => "a number".to_owned(),
            values => suggestion(value, values.iter().copied()),
        };
        Err(ContractError { message: format!("`{value}` is no value of `{name}`"), help })
    }

    /// The parameters in which this contract differs from the preset that it began as, as `(name, value)`.
    pub fn changes(&self) -> Vec<(&'static str, String)> {
        let base = Contract::preset(self.base).unwrap_or(*self);
        let differs = |parameter: &&Parameter| parameter.get(self) != parameter.get(&base);
        Self::PARAMETERS.iter().filter(differs).map(|parameter| (parameter.name, parameter.get(self))).collect()
    }
}

/// The spelling that parses back to the same contract.
impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base)?;
        self.changes().iter().try_for_each(|(name, value)| write!(f, ",{name}={value}"))
    }
}

/// "did you mean `x`?" where a candidate is near, else the list of all.
pub(crate) fn suggestion<'a>(wrong: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.collect();
    // What is longer than all words is none of them.
    let wrong: String = wrong.chars().take(64).collect();
    let near = candidates.iter().filter_map(|candidate| Some((distance(&wrong, candidate)?, candidate))).min();
    match near {
        Some((_, candidate)) => format!("did you mean `{candidate}`?"),
        None => format!("one of: {}", candidates.join(", ")),
    }
}

/// How far a word is from one that it may stand for: it begins with that one, or of each three letters one is missing, added, wrong
/// or swapped.
fn distance(wrong: &str, candidate: &str) -> Option<usize> {
    let begins = candidate.len() > 1 && wrong.starts_with(candidate);
    let far = strsim::osa_distance(wrong, candidate);
    (begins || far <= (wrong.len() / 3).max(1)).then_some(far)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_parses_back_to_itself() {
        for preset in Contract::PRESETS {
            assert_eq!(preset.to_string().parse(), Ok(*preset));
        }
    }

    #[test]
    fn every_value_of_every_parameter_can_be_set_and_is_printed() {
        for preset in Contract::PRESETS {
            for parameter in Contract::PARAMETERS {
                for value in parameter.values {
                    let text = format!("{preset},{}={value}", parameter.name);
                    let contract: Contract = text.parse().expect(&text);
                    assert_eq!(parameter.get(&contract), *value);
                    assert_eq!(contract.to_string().parse(), Ok(contract));
                }
            }
        }
    }

    #[test]
    fn mistakes_are_named_with_what_would_be_valid() {
        let error = |text: &str| text.parse::<Contract>().unwrap_err().to_string();
        assert!(error("nope").starts_with("unknown contract `nope` (one of: v1, "), "nothing is near it");
        assert_eq!(error("posixx"), "unknown contract `posixx` (did you mean `posix`?)");
        assert!(error("zzz").contains("one of: v1, classic, modern"));
        assert_eq!(error("modern,eof_on_rest=allow"), "unknown parameter `eof_on_rest` (did you mean `eof_on_reset`?)");
        assert!(error("modern,eof_on_reset=perhaps").contains("`perhaps` is no value of `eof_on_reset`"));
        assert!(error("modern,eof_on_reset").contains("write parameter=value"));
        assert!(error("modern,patience=soon").contains("a number"));
    }

    #[test]
    fn numbers_can_be_set() {
        let contract: Contract = "modern,patience=10s,idle_packets=5".parse().expect("valid");
        assert_eq!((contract.patience.as_secs(), contract.idle_packets), (10, 5));
        assert_eq!(contract.to_string(), "modern,patience=10s,idle_packets=5");
    }
}
