//! Makes English of the oracle's facts.

use std::fmt;

use crate::oracle::{Fact, Value, Verdict};
use crate::time::span;

use super::words;

/// The sentence with everything in its place.
impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.sentence;
        while let Some((before, opened)) = rest.split_once('{') {
            let (name, after) = opened.split_once('}').unwrap_or((opened, ""));
            f.write_str(before)?;
            match self.values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => value.fmt(f)?,
                None => write!(f, "{{{name}}}")?,
            }
            rest = after;
        }
        f.write_str(rest)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::End(end) => end.fmt(f),
            Value::Number(number) => number.fmt(f),
            Value::Many(count, noun) => f.write_str(&words::count(*count, noun)),
            Value::Time(at) => at.fmt(f),
            Value::Span(length) => f.write_str(&span(*length)),
            Value::Word(word) => f.write_str(word),
            Value::Fact(fact) => fact.fmt(f),
        }
    }
}

impl Verdict {
    /// One sentence that says why; empty for a plain `held`.
    pub fn reason(&self) -> String {
        self.why.as_ref().map(Fact::to_string).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::End;
    use crate::time::Instant;

    #[test]
    fn everything_stands_in_its_place() {
        let inner = Fact { sentence: "at {t}", values: vec![("t", Value::Time(Instant(1_500)))] };
        let values = vec![
            ("end", Value::End(End::Client)),
            ("read", Value::Many(1, "byte")),
            ("owed", Value::Many(2, "byte")),
            ("op", Value::Number(7)),
            ("when", Value::Fact(Box::new(inner))),
        ];
        let fact = Fact { sentence: "the {end}'s read #{op} gave {read} of {owed} {when}", values };
        assert_eq!(fact.to_string(), "the client's read #7 gave 1 byte of 2 bytes at 1.5 us");
        assert_eq!(Fact { sentence: "no {place}", values: Vec::new() }.to_string(), "no {place}");
    }
}
