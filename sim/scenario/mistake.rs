//! Marks places in a scenario file, and tells what is wrong there.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::trace::Diagnostic;

/// A place in a scenario file: bytes from its start. Any two are equal, since two scenarios that say the same are the same,
/// wherever they say it.
#[derive(Clone, Copy, Default, Eq)]
pub(crate) struct Spot {
    start: u32,
    end: u32,
}

impl Spot {
    /// The place of these bytes. Scenario files are far smaller than what would not fit.
    pub(crate) fn of(bytes: &Range<usize>) -> Self {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Spot { start: number(bytes.start), end: number(bytes.end) }
    }

    /// This place, or the other one where this is none.
    pub(crate) fn or(self, other: Spot) -> Self {
        if self.is_nowhere() { other } else { self }
    }

    /// Does it stand for something that no file says?
    pub(crate) const fn is_nowhere(self) -> bool {
        self.end == 0
    }

    fn bytes(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl PartialEq for Spot {
    fn eq(&self, _: &Spot) -> bool {
        true
    }
}

impl fmt::Debug for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.bytes())
    }
}

/// The longest message (characters). Messages quote what is wrong, and that may be most of the file.
const MESSAGE: usize = 300;

/// Cuts a message that is longer.
pub(super) fn clip(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}

/// A file's name and text, kept for the diagnostics of the run; both empty where a scenario came from no file. As with
/// [`Spot`], any two are equal.
#[derive(Clone, Default, Eq)]
pub(crate) struct SourceText {
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
}

impl SourceText {
    /// A diagnostic that underlines `spot`.
    pub(crate) fn at(&self, spot: Spot, message: impl Into<String>) -> Diagnostic {
        let message = clip(message.into());
        if self.text.is_empty() && self.name.is_empty() {
            return self.whole(&message);
        }
        Diagnostic::in_text(&*self.name, self.text.as_bytes(), spot.bytes(), message)
    }

    /// The lines of its places, for those who ask for many.
    pub(crate) const fn lines(&self) -> LineNumbers<'_> {
        LineNumbers { source: self, starts: OnceCell::new() }
    }

    /// A diagnostic about the file as a whole.
    pub(crate) fn whole(&self, message: &str) -> Diagnostic {
        let name = if self.name.is_empty() { "scenario" } else { &*self.name };
        Diagnostic::of_file(name, message)
    }

    /// A diagnostic that underlines these bytes of the text.
    pub(crate) fn mistake(&self, mistake: Mistake) -> Diagnostic {
        self.at(Spot::of(&mistake.span), mistake.message).with_help(mistake.help)
    }

    /// The bytes between the quotes of a string that stands at `span`, if it holds no escapes, so that places inside it can be
    /// underlined.
    pub(crate) fn inside(&self, span: &Range<usize>, value: &str) -> Option<Range<usize>> {
        let raw = self.text.get(span.clone())?;
        let at = span.start + 1;
        (raw.len() == value.len() + 2 && raw.get(1..raw.len() - 1)? == value).then(|| at..at + value.len())
    }
}

/// The lines of the places in a file.
pub(crate) struct LineNumbers<'a> {
    source: &'a SourceText,
    /// Where each line begins: looked for when the first place is asked for.
    starts: OnceCell<Vec<usize>>,
}

impl LineNumbers<'_> {
    /// The line of a place, counted from 1; nothing where no file says it.
    pub(crate) fn of(&self, spot: Spot) -> Option<u64> {
        let text = &self.source.text;
        if spot.is_nowhere() || text.is_empty() {
            return None;
        }
        let starts = self.starts.get_or_init(|| text.match_indices('\n').map(|(at, _)| at + 1).collect());
        Some(starts.partition_point(|start| *start <= spot.start as usize) as u64 + 1)
    }
}

impl PartialEq for SourceText {
    fn eq(&self, _: &SourceText) -> bool {
        true
    }
}

impl fmt::Debug for SourceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// What is wrong with a piece of text: which of its bytes, and what would have been valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Mistake {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Mistake { span, message: message.into(), help: help.into() }
    }

    /// The same mistake in a text that this one is a part of, from byte `at` on.
    pub(crate) fn shifted(mut self, at: usize) -> Self {
        self.span = self.span.start + at..self.span.end + at;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_quotes_very_much_is_cut() {
        let (most, more) = ("ä".repeat(MESSAGE), "ä".repeat(MESSAGE + 1));
        assert_eq!(clip(most.clone()), most);
        assert_eq!(clip(more), most + "…");
    }

    #[test]
    fn every_place_has_the_line_that_its_diagnostic_tells() {
        let source = SourceText { name: "t".into(), text: "a\n\nb\r\nc".into() };
        let lines = source.lines();
        for start in 0..source.text.len() {
            let spot = Spot::of(&(start..start + 1));
            assert_eq!(lines.of(spot), Some(source.at(spot, "").line), "{start}");
        }
        assert_eq!((lines.of(Spot::default()), SourceText::default().lines().of(Spot::of(&(0..1)))), (None, None));
    }

    #[test]
    fn a_spot_of_no_file_is_nowhere() {
        assert!(Spot::default().is_nowhere() && !Spot::of(&(0..1)).is_nowhere());
    }
}
