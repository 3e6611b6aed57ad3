//! Describes what is wrong with one line, before the name of the file and the number of the line are known.

use std::ops::Range;

/// What a part of the reader gives. Boxed, since it is almost never an error.
pub(super) type Result<T> = std::result::Result<T, Box<LineError>>;

/// A mistake in a line.
#[derive(Debug)]
pub(super) struct LineError {
    /// The offending bytes of the line.
    pub(super) span: Range<usize>,
    /// What is wrong.
    pub(super) message: String,
    /// What would have been valid.
    pub(super) help: Option<String>,
    /// More text could have made the line whole.
    pub(super) unfinished: bool,
}

impl LineError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Box<Self> {
        Box::new(LineError { span, message: message.into(), help: None, unfinished: false })
    }

    /// The line ends at `at`, too early.
    pub(super) fn unfinished(at: usize) -> Box<Self> {
        let fault = LineError::new(at..at, "the line ends before its JSON object does");
        Box::new(LineError { unfinished: true, ..*fault })
    }

    pub(super) fn help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        self.help = Some(help.into());
        self
    }
}

/// A piece of a file within a message: in backquotes, and not longer than a person would read.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}
