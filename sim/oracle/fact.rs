//! Says what happened as data: a sentence with named places, and the numbers and words that stand in them.
//!
//! The oracle fills places; [`report`](crate::report) makes English of them (units, singular and plural), and whoever wants the
//! numbers reads [`Fact::values`].

use std::borrow::Cow;
use std::time::Duration;

use crate::contract::{End, Error};
use crate::time::Instant;

/// What happened: a sentence, and what stands in its places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// The sentence; `{name}` is a place.
    pub sentence: &'static str,
    /// What stands in the places, by their names.
    pub values: Vec<(&'static str, Value)>,
}

/// What can stand in a place of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// An end of the flow.
    End(End),
    /// A bare number, such as the name of an operation.
    Number(u64),
    /// So many of something, with the noun in the singular.
    Many(u64, &'static str),
    /// A moment.
    Time(Instant),
    /// A span of time.
    Span(Duration),
    /// A word that the trace or the contract uses.
    Word(Cow<'static, str>),
    /// A sentence of its own.
    Fact(Box<Fact>),
}

impl Value {
    /// So many bytes.
    pub(super) fn bytes(count: impl Into<Value>) -> Value {
        Value::many(count, "byte")
    }

    /// So many of what the noun (in the singular) names.
    pub(super) fn many(count: impl Into<Value>, noun: &'static str) -> Value {
        match count.into() {
            Value::Number(count) => Value::Many(count, noun),
            other => other,
        }
    }
}

impl From<End> for Value {
    fn from(end: End) -> Self {
        Value::End(end)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Value::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Number(number.into())
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Value::Number(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Value::Number(number as u64)
    }
}

impl From<Instant> for Value {
    fn from(at: Instant) -> Self {
        Value::Time(at)
    }
}

impl From<Duration> for Value {
    fn from(span: Duration) -> Self {
        Value::Span(span)
    }
}

impl From<&'static str> for Value {
    fn from(word: &'static str) -> Self {
        Value::Word(word.into())
    }
}

impl From<String> for Value {
    fn from(word: String) -> Self {
        Value::Word(word.into())
    }
}

impl From<&Error> for Value {
    fn from(error: &Error) -> Self {
        Value::Word(error.to_string().into())
    }
}

impl From<Fact> for Value {
    fn from(fact: Fact) -> Self {
        Value::Fact(Box::new(fact))
    }
}

/// A [`Fact`]: the sentence, then for each of its places `name = value`, or `name` alone for a variable of that name.
macro_rules! fact {
    ($sentence:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::oracle::fact::Fact {
            sentence: $sentence,
            values: vec![$((stringify!($name), $crate::oracle::fact::fact!(@value $name $(= $value)?))),*],
        }
    };
    (@value $name:ident = $value:expr) => { $crate::oracle::fact::Value::from($value) };
    (@value $name:ident) => { $crate::oracle::fact::Value::from($name) };
}

pub(super) use fact;
