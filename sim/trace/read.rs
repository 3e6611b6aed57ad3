//! Reads traces, line by line, and refuses what is not well formed.

use std::io::{self, BufRead, Read};
use std::str::Utf8Error;

use super::fields::{Fields, Slots};
use super::line_error::{LineError, Result as Checked};
use super::wellformed::Wellformed;
use super::{Diagnostic, Event, Header, MAX_LINE, Trace, decode};

/// A line's buffer that has grown beyond this is given back before the next line.
const KEEP: usize = 1 << 20;
/// UTF-8's byte order mark.
const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];
/// Those of UTF-16.
const UTF_16: [&[u8]; 2] = [&[0xFF, 0xFE], &[0xFE, 0xFF]];

/// Reads a trace as it comes: an iterator of events with the lines they stand in (the first line of the file is 1). It holds one
/// line, and what is pending.
pub struct Reader<R> {
    lines: Lines<R>,
    header: Header,
    rules: Wellformed,
    state: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Reading,
    Ended,
    Cut,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header. `name` is what diagnostics call the source.
    pub fn new(name: impl Into<String>, source: R) -> Result<Self, Diagnostic> {
        let mut lines = Lines::new(name.into(), source);
        let header = loop {
            match lines.read()? {
                LineStatus::End => return Err(lines.empty()),
                LineStatus::Blank => {}
                LineStatus::Line { .. } => {
                    let header = lines.fields().and_then(|fields| decode::header(&fields));
                    break header.map_err(|fault| lines.diagnostic(&fault))?;
                }
            }
        };
        let rules = Wellformed::new(header.clock);
        Ok(Reader { lines, header, rules, state: Progress::Reading })
    }

    /// The first line.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Did the last line end early? Known once the iteration has ended.
    pub fn is_cut(&self) -> bool {
        self.state == Progress::Cut
    }

    /// One line on: an event, or nothing for a line that holds none.
    fn step(&mut self) -> Result<Option<Event>, Diagnostic> {
        match self.lines.read()? {
            LineStatus::End => {
                self.state = Progress::Ended;
                Ok(None)
            }
            LineStatus::Blank => Ok(None),
            LineStatus::Line { whole } => match take(&mut self.lines, &mut self.rules) {
                Ok(event) => Ok(event),
                Err(fault) if fault.unfinished && !whole => {
                    self.state = Progress::Cut;
                    Ok(None)
                }
                Err(fault) => Err(self.lines.diagnostic(&fault)),
            },
        }
    }
}

/// The event of the current line.
fn take<R: BufRead>(lines: &mut Lines<R>, rules: &mut Wellformed) -> Checked<Option<Event>> {
    let fields = lines.fields()?;
    let Some(mut event) = decode::event(&fields)? else { return Ok(None) };
    rules.check(&fields, &mut event)?;
    Ok(Some(event))
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<(u64, Event), Diagnostic>;

    /// After an error the iteration has ended.
    fn next(&mut self) -> Option<Self::Item> {
        while self.state == Progress::Reading {
            match self.step() {
                Ok(Some(event)) => return Some(Ok((self.lines.number, event))),
                Ok(None) => {}
                Err(diagnostic) => {
                    self.state = Progress::Ended;
                    return Some(Err(diagnostic));
                }
            }
        }
        None
    }
}

/// The lines of a source, one at a time.
struct Lines<R> {
    name: String,
    source: R,
    /// The current line without its end.
    line: Vec<u8>,
    /// Its number, from 1.
    number: u64,
    slots: Slots,
}

/// What came next.
enum LineStatus {
    /// Nothing.
    End,
    /// A line of space.
    Blank,
    /// A line; `whole` if it had a newline.
    Line { whole: bool },
}

impl<R: BufRead> Lines<R> {
    fn new(name: String, source: R) -> Self {
        Lines { name, source, line: Vec::new(), number: 0, slots: Slots::new() }
    }

    fn read(&mut self) -> Result<LineStatus, Diagnostic> {
        self.line.clear();
        self.line.shrink_to(KEEP);
        self.number += 1;
        // One byte more than the longest line may have, with its end: CR and LF.
        let most = MAX_LINE as u64 + 3;
        let read = self.source.by_ref().take(most).read_until(b'\n', &mut self.line);
        if read.map_err(|error| self.unreadable(&error))? == 0 {
            return Ok(LineStatus::End);
        }
        let whole = self.strip_end();
        if self.line.len() > MAX_LINE {
            return Err(self.diagnostic(&LineError::new(MAX_LINE..MAX_LINE, "a line is longer than 64 MiB")));
        }
        let blank = self.line[self.start()..].iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
        Ok(if blank { LineStatus::Blank } else { LineStatus::Line { whole } })
    }

    /// Takes LF or CR LF off; false if there was none.
    fn strip_end(&mut self) -> bool {
        let whole = self.line.pop_if(|byte| *byte == b'\n').is_some();
        if whole {
            self.line.pop_if(|byte| *byte == b'\r');
        }
        whole
    }

    /// Where the text of the line begins: a byte order mark may stand before the first one's.
    fn start(&self) -> usize {
        if self.number == 1 && self.line.starts_with(MARK) { MARK.len() } else { 0 }
    }

    /// The fields of the current line.
    fn fields(&mut self) -> Checked<Fields<'_>> {
        let start = self.start();
        match std::str::from_utf8(&self.line) {
            Ok(line) => Fields::scan(line, start, &mut self.slots),
            Err(_) if self.number == 1 && UTF_16.iter().any(|mark| self.line.starts_with(mark)) => {
                Err(LineError::new(0..2, "the file is UTF-16").help("write it as UTF-8"))
            }
            Err(error) => Err(not_text(&self.line, start, error, &mut self.slots)),
        }
    }

    /// There was nothing, or nothing but space.
    fn empty(self) -> Diagnostic {
        Diagnostic::in_line(self.name, 1, b"", 0..0, "the file is empty: the header is missing").with_help(decode::HEADER_HELP)
    }

    fn unreadable(&self, error: &io::Error) -> Diagnostic {
        self.diagnostic(&LineError::new(0..0, format!("can't be read: {error}")))
    }

    fn diagnostic(&self, fault: &LineError) -> Diagnostic {
        let found = Diagnostic::in_line(self.name.as_str(), self.number, &self.line, fault.span.clone(), fault.message.as_str());
        match &fault.help {
            Some(help) => found.with_help(help.as_str()),
            None => found,
        }
    }
}

/// The line, its text from `start` on, is not all UTF-8. A character that is cut at the line's end is as much as a line that is
/// cut there.
fn not_text(line: &[u8], start: usize, error: Utf8Error, slots: &mut Slots) -> Box<LineError> {
    let (before, rest) = line.split_at(error.valid_up_to());
    let before_end = std::str::from_utf8(before).unwrap_or_default();
    let open = Fields::scan(before_end, start, slots).is_err_and(|fault| fault.unfinished);
    let width = error.error_len().unwrap_or(rest.len());
    let fault = LineError::new(before.len()..before.len() + width, "this is not UTF-8");
    Box::new(LineError { unfinished: open && error.error_len().is_none(), ..*fault })
}

impl Trace {
    /// Reads a whole trace, which diagnostics call `trace`.
    pub fn read(source: impl BufRead) -> Result<Self, Diagnostic> {
        Trace::read_named("trace", source)
    }

    /// Reads a whole trace, which diagnostics call `name`.
    pub fn read_named(name: impl Into<String>, source: impl BufRead) -> Result<Self, Diagnostic> {
        let mut reader = Reader::new(name, source)?;
        let events = reader.by_ref().map(|item| item.map(|(_, event)| event)).collect::<Result<_, _>>()?;
        let cut = reader.is_cut();
        Ok(Trace { header: reader.header, events, cut })
    }
}
