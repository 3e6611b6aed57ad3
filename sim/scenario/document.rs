//! Reads a TOML document as tables that are asked for the keys they may have. A value of the wrong form, and a key that is left
//! over at the end, is a diagnostic that marks the bytes concerned.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, de};

use super::mistake::{Mistake, SourceText, Spot};
use super::units;
use crate::contract::suggestion;
use crate::trace::Diagnostic;

/// Parses the source's text and hands the top table to `read`. Of several errors the first is told: the others follow from it.
pub(super) fn with_document<T>(source: &SourceText, read: impl FnOnce(TomlTable<'_>) -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
    let (document, errors) = DeTable::parse_recoverable(&source.text);
    match errors.iter().min_by_key(|error| error.span().map(|span| span.start)) {
        Some(error) => Err(syntax(source, error)),
        None => read(TomlTable::new(source, "a scenario", document.get_ref(), 0..0)),
    }
}

/// What the TOML parser objects to.
fn syntax(source: &SourceText, error: &de::Error) -> Diagnostic {
    let end = source.text.len();
    let span = error.span().unwrap_or(end..end);
    source.at(Spot::of(&span), error.message().lines().next().unwrap_or("this is no TOML"))
}

/// A table, and which of its keys were asked for.
pub(super) struct TomlTable<'a> {
    source: &'a SourceText,
    what: &'static str,
    span: Range<usize>,
    entries: Vec<KeyValue<'a>>,
    asked: Vec<&'static str>,
}

struct KeyValue<'a> {
    key: Range<usize>,
    item: Item<'a>,
    taken: bool,
}

/// A value, and the key that it stands under.
#[derive(Clone)]
pub(super) struct Item<'a> {
    source: &'a SourceText,
    key: &'a str,
    value: &'a DeValue<'a>,
    pub(super) span: Range<usize>,
}

impl<'a> TomlTable<'a> {
    fn new(source: &'a SourceText, what: &'static str, table: &'a DeTable<'a>, span: Range<usize>) -> Self {
        let entry = |(key, value): (&'a Spanned<de::DeString<'a>>, &'a Spanned<DeValue<'a>>)| KeyValue {
            key: key.span(),
            item: Item { source, key: key.get_ref(), value: value.get_ref(), span: value.span() },
            taken: false,
        };
        let mut entries: Vec<_> = table.iter().map(entry).collect();
        entries.sort_by_key(|entry| entry.key.start);
        TomlTable { source, what, span, entries, asked: Vec::new() }
    }

    /// The value under `key`, if there is one.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Item<'a>> {
        self.asked.push(key);
        let entry = self.entries.iter_mut().find(|entry| entry.item.key == key)?;
        entry.taken = true;
        Some(entry.item.clone())
    }

    /// The value under `key`, read by `read`.
    pub(super) fn get<T>(&mut self, key: &'static str, read: fn(&Item<'a>) -> Result<T, Diagnostic>) -> Result<Option<T>, Diagnostic> {
        self.take(key).map(|item| read(&item)).transpose()
    }

    /// The value under `key`, which must be there.
    pub(super) fn need<T>(&mut self, key: &'static str, read: fn(&Item<'a>) -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
        let missing = |table: &Self| table.source.at(Spot::of(&table.span), format!("`{key}` is missing in {}", table.what));
        self.get(key, read)?.ok_or_else(|| missing(self))
    }

    /// A diagnostic that marks the whole table.
    pub(super) fn wrong(&self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        self.source.mistake(Mistake::new(self.span.clone(), message, help))
    }

    /// Where the key stands, if it does.
    pub(super) fn spot(&self, key: &str) -> Spot {
        let entry = self.entries.iter().find(|entry| entry.item.key == key);
        entry.map(|entry| Spot::of(&entry.key)).unwrap_or_default()
    }

    /// Refuses the first key, in the order of the file, that was not asked for.
    pub(super) fn finish(self) -> Result<(), Diagnostic> {
        let Some(entry) = self.entries.iter().find(|entry| !entry.taken) else { return Ok(()) };
        let message = format!("unknown key `{}` in {}", entry.item.key, self.what);
        let help = suggestion(entry.item.key, self.asked.into_iter());
        Err(self.source.mistake(Mistake::new(entry.key.clone(), message, help)))
    }
}

impl<'a> Item<'a> {
    /// The key that it stands under.
    pub(super) fn key(&self) -> &'a str {
        self.key
    }

    pub(super) fn spot(&self) -> Spot {
        Spot::of(&self.span)
    }

    /// A diagnostic that marks this value.
    pub(super) fn wrong(&self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        self.source.mistake(Mistake::new(self.span.clone(), message, help))
    }

    fn must_be(&self, what: &str, help: &str) -> Diagnostic {
        let found = match self.value {
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::String(_) => "a string",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.wrong(format!("`{}` must be {what}, not {found}", self.key), help)
    }

    /// A mistake within this string: its bytes are marked where the string stands in the file as it is, else all of it.
    pub(super) fn within(&self, text: &str, mistake: Mistake) -> Diagnostic {
        let whole = self.span.clone();
        self.source.mistake(match self.source.inside(&self.span, text) {
            Some(inside) => mistake.shifted(inside.start),
            None => Mistake { span: whole, ..mistake },
        })
    }

    /// A string read by `read`.
    pub(super) fn parsed<T>(&self, help: &str, read: impl FnOnce(&str) -> Result<T, Mistake>) -> Result<T, Diagnostic> {
        let text = self.value.as_str().ok_or_else(|| self.must_be("a string", help))?;
        read(text).map_err(|mistake| self.within(text, mistake))
    }

    pub(super) fn string(&self) -> Result<String, Diagnostic> {
        self.parsed("write it in quotes", |text| Ok(text.to_owned()))
    }

    pub(super) fn integer(&self) -> Result<u64, Diagnostic> {
        let number = self.value.as_integer().ok_or_else(|| self.must_be("an integer", "as `7`"))?;
        let parsed = u64::from_str_radix(number.as_str(), number.radix());
        parsed.map_err(|_| self.wrong(format!("`{}` is out of range", self.key), "a number from 0 to 18446744073709551615"))
    }

    /// An integer that is allowed here.
    pub(super) fn number<T: TryFrom<u64>>(&self, allowed: RangeInclusive<u64>) -> Result<T, Diagnostic> {
        let number = self.integer()?;
        let fits = allowed.contains(&number).then_some(number).and_then(|number| T::try_from(number).ok());
        let help = || format!("from {} to {}", allowed.start(), allowed.end());
        fits.ok_or_else(|| self.wrong(format!("`{}` can't be {number}", self.key), help()))
    }

    pub(super) fn boolean(&self) -> Result<bool, Diagnostic> {
        self.value.as_bool().ok_or_else(|| self.must_be("a boolean", "`true` or `false`"))
    }

    /// A number of bytes: an integer, or a string with a unit.
    pub(super) fn size(&self) -> Result<u64, Diagnostic> {
        if self.value.is_integer() {
            let bytes = self.integer()?;
            let fits = bytes <= units::MAX_SIZE;
            return fits.then_some(bytes).ok_or_else(|| self.wrong(format!("`{}` is too large", self.key), "at most 1024GiB"));
        }
        self.parsed("as `64` or `\"4KiB\"`", units::size)
    }

    /// A span of time; none needs no unit, nor quotes.
    pub(super) fn span_of_time(&self) -> Result<Duration, Diagnostic> {
        if self.is_integer() && self.integer().is_ok_and(|number| number == 0) {
            return Ok(Duration::ZERO);
        }
        self.parsed("with its unit, as `\"20ms\"`", units::span)
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    pub(super) fn is_integer(&self) -> bool {
        self.value.is_integer()
    }

    /// The table that this is; `what` names it in diagnostics.
    pub(super) fn table(&self, what: &'static str) -> Result<TomlTable<'a>, Diagnostic> {
        let table = self.value.as_table().ok_or_else(|| self.must_be("a table", &format!("{what} has keys of its own")))?;
        Ok(TomlTable::new(self.source, what, table, self.span.clone()))
    }

    /// The values of an array.
    pub(super) fn list(&self, help: &str) -> Result<Vec<Item<'a>>, Diagnostic> {
        let array = self.value.as_array().ok_or_else(|| self.must_be("an array", help))?;
        let item = |value: &'a Spanned<DeValue<'a>>| Item { value: value.get_ref(), span: value.span(), ..self.clone() };
        Ok(array.iter().map(item).collect())
    }
}
