//! Reads the values of one line of JSON, as pieces of the line: nothing is copied that needs no copy.

use std::borrow::Cow;
use std::ops::Range;

use super::line_error::{LineError, Result};
use super::scan::Scanner;

/// A value of correct syntax.
#[derive(Clone, Copy)]
pub(super) struct JsonValue<'a> {
    line: &'a str,
    place: Extent,
}

/// Which bytes of its line a value takes, and its type.
#[derive(Clone, Copy, Default)]
pub(super) struct Extent {
    /// Bytes of the line, which are at most 64 Mi.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: JsonType,
    /// It is a string with escapes in it.
    pub(super) escaped: bool,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum JsonType {
    #[default]
    Null,
    Boolean,
    Number,
    Text,
    Array,
    Object,
}

impl JsonType {
    /// With its article.
    const fn word(self) -> &'static str {
        match self {
            JsonType::Null => "null",
            JsonType::Boolean => "a boolean",
            JsonType::Number => "a number",
            JsonType::Text => "a string",
            JsonType::Array => "an array",
            JsonType::Object => "an object",
        }
    }
}

impl Extent {
    /// The value that stands here in `line`.
    pub(super) const fn of(self, line: &str) -> JsonValue<'_> {
        JsonValue { line, place: self }
    }
}

impl<'a> JsonValue<'a> {
    /// The bytes of the line that the value takes.
    pub(super) fn span(&self) -> Range<usize> {
        self.place.start as usize..self.place.end as usize
    }

    pub(super) const fn place(&self) -> Extent {
        self.place
    }

    pub(super) const fn kind(&self) -> JsonType {
        self.place.kind
    }

    /// The value as it is spelled.
    fn raw(&self) -> &'a str {
        &self.line[self.span()]
    }

    /// A mistake that this value is.
    pub(super) fn fault(&self, message: impl Into<String>) -> Box<LineError> {
        LineError::new(self.span(), message)
    }

    /// Checks that the value is what the field `name` needs.
    fn must_be(&self, kind: JsonType, name: &str) -> Result<()> {
        if self.kind() == kind { Ok(()) } else { Err(self.is_not(kind, name)) }
    }

    #[cold]
    fn is_not(&self, kind: JsonType, name: &str) -> Box<LineError> {
        self.fault(format!("`{name}` must be {}, not {}", kind.word(), self.kind().word()))
    }

    /// The string that stands in the field `name`.
    pub(super) fn text(&self, name: &str) -> Result<Cow<'a, str>> {
        self.must_be(JsonType::Text, name)?;
        if !self.place.escaped {
            return Ok(Cow::Borrowed(&self.line[self.place.start as usize + 1..self.place.end as usize - 1]));
        }
        let text = serde_json::from_str(self.raw()).map(Cow::Owned);
        text.map_err(|_| self.fault(format!("`{name}` has an escape that stands for no character")))
    }

    /// The whole number, at least 0 and at most `most`, that stands in the field `name`.
    pub(super) fn integer(&self, name: &str, most: u64) -> Result<u64> {
        self.must_be(JsonType::Number, name)?;
        let digits = self.line.as_bytes()[self.span()].iter().map(|byte| byte.wrapping_sub(b'0'));
        let number = digits.into_iter().try_fold(0_u64, |number, digit| match digit {
            0..=9 => number.checked_mul(10)?.checked_add(digit.into()),
            _ => None,
        });
        number.filter(|number| *number <= most).ok_or_else(|| self.is_no_integer(name, most))
    }

    #[cold]
    fn is_no_integer(&self, name: &str, most: u64) -> Box<LineError> {
        if self.raw().starts_with('-') {
            self.fault(format!("`{name}` must not be negative"))
        } else if self.raw().bytes().all(|byte| byte.is_ascii_digit()) {
            self.fault(format!("`{name}` is too large: at most {most}"))
        } else {
            self.fault(format!("`{name}` must be a whole number, written without point or exponent"))
        }
    }

    /// As [`JsonValue::integer`], for a type that is narrower.
    pub(super) fn small(&self, name: &str) -> Result<u32> {
        self.integer(name, u32::MAX.into()).map(|number| number as u32)
    }

    /// The truth value that stands in the field `name`.
    pub(super) fn boolean(&self, name: &str) -> Result<bool> {
        self.must_be(JsonType::Boolean, name).map(|()| self.raw() == "true")
    }

    /// Gives each element of the array that stands in the field `name` to `each`.
    pub(super) fn elements(&self, name: &str, each: impl FnMut(JsonValue<'a>) -> Result<()>) -> Result<()> {
        self.must_be(JsonType::Array, name)?;
        self.scanner().array(each)
    }

    /// Gives each member of the object that stands in the field `name` to `each`.
    pub(super) fn members(&self, name: &str, each: impl FnMut(JsonValue<'a>, JsonValue<'a>) -> Result<()>) -> Result<()> {
        self.must_be(JsonType::Object, name)?;
        self.scanner().object(each)
    }

    /// At the value's begin. It ends at its own closing bracket.
    fn scanner(&self) -> Scanner<'a> {
        Scanner { line: self.line, at: self.place.start as usize }
    }
}
