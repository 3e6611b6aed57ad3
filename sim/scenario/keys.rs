//! Reads and writes tables of settings: one row says how a key is read and how it is written, and a table may be overridden for each
//! end.

use std::fmt;

use super::document::{Item, TomlTable};
use crate::contract::{Both, End};
use crate::trace::Diagnostic;

/// A key of a table of settings.
pub(super) struct KeyFormat<S: 'static> {
    pub(super) name: &'static str,
    /// Sets what the value says.
    pub(super) read: fn(&mut S, &Item<'_>) -> Result<(), Diagnostic>,
    /// The value, as TOML writes it.
    pub(super) show: fn(&S) -> String,
}

/// A table of settings for both ends, as `[link]`, with a table in it for each, as `[link.to-server]`.
pub(super) struct SettingsTable<S: 'static> {
    /// The name of the table.
    pub(super) name: &'static str,
    /// The table, as diagnostics name it.
    pub(super) what: &'static str,
    /// The names of the tables of one end each, and the same as diagnostics name them.
    pub(super) ends: Both<(&'static str, &'static str)>,
    pub(super) keys: &'static [KeyFormat<S>],
    /// What is wrong with an end's settings taken together, and what would be right.
    pub(super) clash: fn(&S) -> Option<(String, &'static str)>,
}

impl<S: Clone> SettingsTable<S> {
    /// Reads the table over what holds without it: what it says of one end goes before what it says of both.
    pub(super) fn read(&self, item: &Item<'_>, usual: Both<S>) -> Result<Both<S>, Diagnostic> {
        let (mut both, mut table) = (usual, item.table(self.what)?);
        self.set(&mut table, |key, value| End::BOTH.iter().try_for_each(|end| (key.read)(&mut both[*end], value)))?;
        for end in End::BOTH {
            let own = table.take(self.ends[end].0);
            own.as_ref().map_or(Ok(()), |own| self.read_own(own, end, &mut both[end]))?;
            if let Some((message, help)) = (self.clash)(&both[end]) {
                return Err(own.as_ref().unwrap_or(item).wrong(message, help));
            }
        }
        table.finish().map(|()| both)
    }

    /// Reads the table of one end.
    fn read_own(&self, item: &Item<'_>, end: End, settings: &mut S) -> Result<(), Diagnostic> {
        let mut table = item.table(self.ends[end].1)?;
        self.set(&mut table, |key, value| (key.read)(settings, value))?;
        table.finish()
    }

    fn set<'a>(
        &self,
        table: &mut TomlTable<'a>,
        mut to: impl FnMut(&KeyFormat<S>, &Item<'a>) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        self.keys.iter().try_for_each(|key| table.take(key.name).map_or(Ok(()), |value| to(key, &value)))
    }

    /// Writes what differs from what holds without the table.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, both: &Both<S>, usual: &Both<S>) -> fmt::Result {
        let lines = |shows: &dyn Fn(&KeyFormat<S>) -> Option<String>| -> String {
            let line = |key: &KeyFormat<S>| Some(format!("{} = {}\n", key.name, shows(key)?));
            self.keys.iter().filter_map(line).collect()
        };
        let values = |key: &KeyFormat<S>, of: &Both<S>| ((key.show)(&of.client), (key.show)(&of.server));
        let shared = |key: &KeyFormat<S>| {
            let said = values(key, both);
            (said.0 == said.1 && said != values(key, usual)).then_some(said.0)
        };
        block(f, self.name.to_owned(), &lines(&shared))?;
        for end in End::BOTH {
            let own = |key: &KeyFormat<S>| match values(key, both) {
                (client, server) if client == server => None,
                _ => Some((key.show)(&both[end])).filter(|value| *value != (key.show)(&usual[end])),
            };
            block(f, format!("{}.{}", self.name, self.ends[end].0), &lines(&own))?;
        }
        Ok(())
    }
}

fn block(f: &mut fmt::Formatter<'_>, name: String, lines: &str) -> fmt::Result {
    if lines.is_empty() { Ok(()) } else { write!(f, "\n[{name}]\n{lines}") }
}
