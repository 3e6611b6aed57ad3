//! Finds the fields of one line by name. Fields that the format does not know are checked as JSON, then forgotten.

use std::ops::Range;

use super::json::{Extent, JsonType, JsonValue};
use super::line_error::{LineError, Result, quoted};
use super::scan;
use crate::contract::{End, suggestion};

macro_rules! keys {
    ($($key:ident = $name:literal,)+) => {
        /// A field that the format knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Field { $($key),+ }

        impl Field {
            pub(super) const ALL: &'static [Field] = &[$(Field::$key),+];
            const COUNT: usize = Self::ALL.len();

            pub(super) const fn name(self) -> &'static str {
                match self { $(Field::$key => $name),+ }
            }

            /// The key's bit in a set.
            const fn bit(self) -> u64 {
                1 << self as u32
            }

            fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Field::$key),)+ _ => None }
            }
        }
    };
}

keys! {
    Event = "event",
    T = "t",
    Flow = "flow",
    End = "end",
    Op = "op",
    Call = "call",
    Max = "max",
    Data = "data",
    Len = "len",
    Code = "code",
    Mode = "mode",
    Port = "port",
    To = "to",
    Keepalive = "keepalive",
    Result = "result",
    Error = "error",
    Message = "message",
    Accepted = "accepted",
    Peer = "peer",
    What = "what",
    By = "by",
    From = "from",
    Upto = "upto",
    Connections = "connections",
    Timers = "timers",
    Buffered = "buffered",
    Ports = "ports",
    Id = "id",
    Seq = "seq",
    Ack = "ack",
    Flags = "flags",
    Win = "win",
    Opts = "opts",
    Version = "flowsim_trace",
    Contract = "contract",
    Clock = "clock",
    Records = "records",
    Note = "note",
    Layers = "layers",
    Proxies = "proxies",
    Simulated = "simulated",
    Limits = "limits",
}

/// Room for the places of one line's fields, used again for the next line.
pub(super) struct Slots {
    places: [Extent; Field::COUNT],
    /// Which of them are set, as bits.
    set: u64,
}

impl Slots {
    pub(super) fn new() -> Self {
        const { assert!(Field::COUNT <= u64::BITS as usize) };
        Slots { places: [Extent::default(); Field::COUNT], set: 0 }
    }

    fn put(&mut self, name: JsonValue<'_>, value: JsonValue<'_>) -> Result<()> {
        // A name with a broken escape is none that the format knows.
        let Ok(text) = name.text("name") else { return Ok(()) };
        let Some(key) = Field::from_name(&text) else { return Ok(()) };
        if self.set & key.bit() != 0 {
            return Err(name.fault(format!("`{}` stands twice", key.name())));
        }
        self.set |= key.bit();
        self.places[key as usize] = value.place();
        Ok(())
    }
}

/// The known fields of one line.
pub(super) struct Fields<'a> {
    line: &'a str,
    /// Where the object begins.
    start: usize,
    slots: &'a Slots,
}

impl<'a> Fields<'a> {
    /// Checks the whole line, whose text begins at byte `start`, and finds its fields.
    pub(super) fn scan(line: &'a str, start: usize, slots: &'a mut Slots) -> Result<Self> {
        slots.set = 0;
        scan::members(line, start, |name, value| slots.put(name, value))?;
        Ok(Fields { line, start, slots })
    }

    /// Does the field stand in the line, be it null?
    pub(super) fn has(&self, key: Field) -> bool {
        self.slots.set & key.bit() != 0
    }

    fn at(&self, key: Field) -> Option<JsonValue<'a>> {
        self.has(key).then(|| self.slots.places[key as usize].of(self.line))
    }

    /// A field's value. What is null was not said.
    pub(super) fn get(&self, key: Field) -> Option<JsonValue<'a>> {
        self.at(key).filter(|value| value.kind() != JsonType::Null)
    }

    /// A field that the line can't do without.
    pub(super) fn need(&self, key: Field) -> Result<JsonValue<'a>> {
        self.get(key).ok_or_else(|| self.missing(key))
    }

    fn missing(&self, key: Field) -> Box<LineError> {
        self.fault(key, format!("`{}` is missing", key.name()))
    }

    /// A mistake in a field; if it is not there, in what the line is.
    pub(super) fn fault(&self, key: Field, message: impl Into<String>) -> Box<LineError> {
        LineError::new(self.span(key), message)
    }

    fn span(&self, key: Field) -> Range<usize> {
        let value = self.at(key).or(self.at(Field::Event)).or(self.at(Field::Version));
        value.map_or(self.start..self.start + 1, |value| value.span())
    }

    /// A whole number that must be there.
    pub(super) fn integer(&self, key: Field) -> Result<u64> {
        self.need(key)?.integer(key.name(), u64::MAX)
    }

    /// A whole number that may be there.
    pub(super) fn integer_if(&self, key: Field) -> Result<Option<u64>> {
        self.get(key).map(|value| value.integer(key.name(), u64::MAX)).transpose()
    }

    /// A 32-bit number that must be there.
    pub(super) fn small(&self, key: Field) -> Result<u32> {
        self.need(key)?.small(key.name())
    }

    /// A text that may be there.
    pub(super) fn text_if(&self, key: Field) -> Result<Option<Box<str>>> {
        self.get(key).map(|value| Ok(value.text(key.name())?.into())).transpose()
    }

    /// A word of a table that must be there.
    pub(super) fn word<T: Copy>(&self, key: Field, words: &[(&'static str, T)]) -> Result<T> {
        match self.get(key) {
            Some(value) => word(value, key.name(), words),
            None => Err(self.missing(key).help(suggestion("", words.iter().map(|(word, _)| *word)))),
        }
    }

    /// A word of a table that may be there.
    pub(super) fn word_if<T: Copy>(&self, key: Field, words: &[(&'static str, T)]) -> Result<Option<T>> {
        self.get(key).map(|value| word(value, key.name(), words)).transpose()
    }

    /// The flow that the line is about, if it says so.
    pub(super) fn flow_if(&self) -> Result<Option<u32>> {
        self.get(Field::Flow).map(|value| value.small(Field::Flow.name())).transpose()
    }
}

/// `client` and `server`.
pub(super) const ENDS: &[(&str, End)] = &[("client", End::Client), ("server", End::Server)];

/// The meaning of the word that stands in the field `name`.
pub(super) fn word<T: Copy>(value: JsonValue<'_>, name: &str, words: &[(&'static str, T)]) -> Result<T> {
    let text = value.text(name)?;
    match words.iter().find(|(word, _)| *word == text) {
        Some((_, meaning)) => Ok(*meaning),
        None => {
            let help = suggestion(&text, words.iter().map(|(word, _)| *word));
            Err(value.fault(format!("unknown {name} {}", quoted(&text))).help(help))
        }
    }
}
