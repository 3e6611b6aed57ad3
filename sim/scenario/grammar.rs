//! Parses steps: `ACTION [| cancel after D] [-> RESULT]`. Every mistake says which bytes of the step are wrong and what would have
//! been valid there.

use std::ops::Range;

use super::mistake::Mistake;
use super::step::{Action, ActionKind, Expect, Step};
use super::units;
use crate::contract::{Error, Mode, suggestion};

/// Most bytes of one call.
const MAX_CALL: u64 = 64 << 20;
/// Most buffers of one vectored call.
const MAX_BUFFERS: usize = 1024;
/// Most calls of one `write N by M`.
const MAX_CALLS: u64 = 1 << 20;
/// Longest name of a signal.
const MAX_NAME: usize = 64;

/// How each action is written, by its first word.
pub(super) const FORMS: [(&str, &str); 15] = [
    ("read", "`read`, `read N`, `read N once` or `read to eof`"),
    ("write", "`write N`, `write N by M` or `write nodelay N`"),
    ("writev", "`writev A B …` or `writev nodelay A B …`"),
    ("flush", "`flush`"),
    ("shutdown", "`shutdown write`, `shutdown read` or `shutdown both`"),
    ("close", "`close`"),
    ("connect", "`connect` or `connect PORT`"),
    ("accept", "`accept` or `accept PORT`"),
    ("listen", "`listen PORT`"),
    ("unlisten", "`unlisten PORT`"),
    ("disconnect", "`disconnect`"),
    ("sleep", "`sleep D`, as in `sleep 20ms`"),
    ("at", "`at T`, as in `at 1.5s`"),
    ("signal", "`signal X`"),
    ("wait", "`wait X`"),
];

/// The errors that have a word of their own.
const ERRORS: [Error; 7] =
    [Error::Reset, Error::TimedOut, Error::Refused, Error::NotReady, Error::NotConnected, Error::BrokenPipe, Error::ConnectionAborted];

/// How a step is written.
const FORM: &str = "ACTION | cancel after D -> RESULT";

/// Reads one step.
pub(super) fn step(text: &str) -> Result<Step, Mistake> {
    let mut words = Words { text, at: 0, verb: "" };
    let action = words.action()?;
    let cancel_after = words.cancellation(&action)?;
    let expect = words.expectation(&action, cancel_after.is_some())?;
    match words.peek() {
        None => Ok(Step { cancel_after, expect, ..Step::from(action) }),
        Some(("|", span)) if expect.is_none() => Err(Mistake::new(span, "a step is cancelled once", FORM)),
        Some((word, span)) => Err(words.unexpected(word, span)),
    }
}

/// The words of a step, one after another; `|` and `->` are words wherever they stand.
struct Words<'a> {
    text: &'a str,
    at: usize,
    /// The word of the action, once it is known.
    verb: &'a str,
}

type SpannedWord<'a> = (&'a str, Range<usize>);

impl<'a> Words<'a> {
    fn peek(&self) -> Option<SpannedWord<'a>> {
        let rest = &self.text[self.at..];
        let start = self.at + rest.find(|c: char| !c.is_whitespace())?;
        let rest = &self.text[start..];
        let length = match rest {
            _ if rest.starts_with('|') => 1,
            _ if rest.starts_with("->") => 2,
            _ => [rest.find(char::is_whitespace), rest.find('|'), rest.find("->")].into_iter().flatten().min().unwrap_or(rest.len()),
        };
        Some((&rest[..length], start..start + length))
    }

    /// Takes the next word if it is this one.
    fn eat(&mut self, word: &str) -> bool {
        let found = self.peek().filter(|(next, _)| *next == word);
        found.inspect(|(_, span)| self.at = span.end).is_some()
    }

    /// The next word that belongs to the action or clause at hand.
    fn argument(&mut self) -> Option<SpannedWord<'a>> {
        self.peek().filter(|(word, _)| !matches!(*word, "|" | "->")).inspect(|(_, span)| self.at = span.end)
    }

    /// The next word, which must be there.
    fn needed(&mut self, what: &str) -> Result<SpannedWord<'a>, Mistake> {
        let end = self.text.trim_end().len().max(self.at);
        self.argument().ok_or_else(|| {
            let place = self.peek().map_or(end..end, |(_, span)| span);
            Mistake::new(place, format!("{what} is missing"), self.forms())
        })
    }

    /// How the action at hand is written.
    fn forms(&self) -> &'static str {
        FORMS.iter().find(|(verb, _)| *verb == self.verb).map_or(FORM, |(_, forms)| forms)
    }

    fn unexpected(&self, word: &str, span: Range<usize>) -> Mistake {
        match word {
            "|" => Mistake::new(span, "the expectation comes last", FORM),
            "->" => Mistake::new(span, "a step has one expectation", FORM),
            _ => Mistake::new(span, format!("unexpected `{word}`"), self.forms()),
        }
    }

    fn action(&mut self) -> Result<Action, Mistake> {
        let verbs = || FORMS.iter().map(|(verb, _)| *verb);
        let Some((verb, span)) = self.argument() else {
            let place = self.peek().map_or(0..self.text.len(), |(_, span)| span);
            return Err(Mistake::new(place, "the step is empty", suggestion("", verbs())));
        };
        self.verb = verb;
        match verb {
            "read" => self.read(),
            "write" => self.write(),
            "writev" if self.eat("nodelay") => Ok(Action::WritevNodelay(self.buffers()?)),
            "writev" => Ok(Action::Writev(self.buffers()?)),
            "flush" => Ok(Action::Flush),
            "shutdown" => self.shutdown(),
            "close" => Ok(Action::Close),
            "connect" => Ok(Action::Connect(self.optional_port()?)),
            "accept" => Ok(Action::Accept(self.optional_port()?)),
            "listen" => Ok(Action::Listen(self.port()?)),
            "unlisten" => Ok(Action::Unlisten(self.port()?)),
            "disconnect" => Ok(Action::Disconnect),
            "sleep" => Ok(Action::Sleep(self.span()?)),
            "at" => Ok(Action::At(self.span()?)),
            "signal" => Ok(Action::Signal(self.name()?)),
            "wait" => Ok(Action::Wait(self.name()?)),
            _ => Err(Mistake::new(span, format!("unknown step `{verb}`"), suggestion(verb, verbs()))),
        }
    }

    fn read(&mut self) -> Result<Action, Mistake> {
        let Some((word, span)) = self.argument() else { return Ok(Action::Read) };
        if word == "to" {
            return match self.needed("`eof`")? {
                ("eof", _) => Ok(Action::ReadToEof),
                (word, span) => Err(self.unexpected(word, span)),
            };
        }
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.unexpected_in_read(word, span));
        }
        let bytes = size(word, &span)?;
        if bytes == 0 {
            return Err(Mistake::new(span, "a read asks for at least one byte", self.forms()));
        }
        Ok(if self.eat("once") { Action::ReadOnce(bytes) } else { Action::ReadExact(bytes) })
    }

    /// The meaning of `read till eof` is clear, though it is written otherwise: the help says how.
    fn unexpected_in_read(&self, word: &str, span: Range<usize>) -> Mistake {
        let means_eof = ["eof", "all", "end"].contains(&word) || self.peek().is_some_and(|(next, _)| next == "eof");
        let help = if means_eof { "did you mean `read to eof`?" } else { self.forms() };
        Mistake::new(span, format!("unexpected `{word}`"), help)
    }

    fn write(&mut self) -> Result<Action, Mistake> {
        if self.eat("nodelay") {
            return Ok(Action::WriteNodelay(self.call_size()?));
        }
        let (word, span) = self.needed("the number of bytes")?;
        let total = size(word, &span)?;
        if !self.eat("by") {
            return one_call(total, span).map(Action::Write);
        }
        let start = span.start;
        let (word, span) = self.needed("the number of bytes of one call")?;
        let by = one_call(size(word, &span)?, span.clone())?;
        match by {
            0 => Err(Mistake::new(span, "writes of no bytes never end", "`write 4KiB by 1KiB`")),
            _ if total.div_ceil(by) > MAX_CALLS => {
                let message = format!("these are {} calls", total.div_ceil(by));
                Err(Mistake::new(start..span.end, message, format!("at most {MAX_CALLS} calls a step")))
            }
            _ => Ok(Action::WriteBy { total, by }),
        }
    }

    fn call_size(&mut self) -> Result<u64, Mistake> {
        let (word, span) = self.needed("the number of bytes")?;
        one_call(size(word, &span)?, span)
    }

    /// The sizes of a list of buffers; none at all is a list, too.
    fn buffers(&mut self) -> Result<Vec<u64>, Mistake> {
        let (start, mut sizes, mut total) = (self.at, Vec::new(), 0);
        while let Some((word, span)) = self.argument() {
            let bytes = one_call(size(word, &span)?, span.clone())?;
            total = one_call(total + bytes, start..span.end)?;
            sizes.push(bytes);
            if sizes.len() > MAX_BUFFERS {
                return Err(Mistake::new(span, "too many buffers", format!("at most {MAX_BUFFERS} in one call")));
            }
        }
        Ok(sizes)
    }

    fn shutdown(&mut self) -> Result<Action, Mistake> {
        let (word, span) = self.needed("the half")?;
        let mode = match word {
            "read" => Mode::Read,
            "write" => Mode::Write,
            "both" => Mode::ReadWrite,
            _ => {
                let help = suggestion(word, ["write", "read", "both"].into_iter());
                return Err(Mistake::new(span, format!("unknown half `{word}`"), help));
            }
        };
        Ok(Action::Shutdown(mode))
    }

    fn optional_port(&mut self) -> Result<Option<u32>, Mistake> {
        self.argument().map(|(word, span)| port(word, span)).transpose()
    }

    fn port(&mut self) -> Result<u32, Mistake> {
        let (word, span) = self.needed("the port")?;
        port(word, span)
    }

    fn span(&mut self) -> Result<std::time::Duration, Mistake> {
        let (word, span) = self.needed("the time")?;
        units::span(word).map_err(|mistake| mistake.shifted(span.start))
    }

    fn name(&mut self) -> Result<Box<str>, Mistake> {
        let (word, span) = self.needed("the signal's name")?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if word.len() > MAX_NAME || !word.chars().all(fits) {
            let help = format!("at most {MAX_NAME} letters, digits, `-`, `_` and `.`");
            return Err(Mistake::new(span, format!("`{word}` is no name of a signal"), help));
        }
        Ok(word.into())
    }

    fn cancellation(&mut self, action: &Action) -> Result<Option<std::time::Duration>, Mistake> {
        let Some((_, bar)) = self.peek().filter(|(word, _)| *word == "|") else { return Ok(None) };
        self.at = bar.end;
        if action.kind() == ActionKind::Timing {
            let message = format!("`{}` is no call that could be cancelled", action.word());
            return Err(Mistake::new(bar, message, "cancel a read, a write or another call"));
        }
        for word in ["cancel", "after"] {
            let place = self.peek().map_or(self.text.len()..self.text.len(), |(_, span)| span);
            if !self.eat(word) {
                return Err(Mistake::new(place, format!("`{word}` is missing"), "`| cancel after D`, as in `read | cancel after 5ms`"));
            }
        }
        self.span().map(Some)
    }

    fn expectation(&mut self, action: &Action, cancels: bool) -> Result<Option<Expect>, Mistake> {
        let Some((_, arrow)) = self.peek().filter(|(word, _)| *word == "->") else { return Ok(None) };
        self.at = arrow.end;
        if action.kind() == ActionKind::Timing {
            let message = format!("`{}` has no result", action.word());
            return Err(Mistake::new(arrow, message, "expect something of a call"));
        }
        let (word, span) = self.needed("the result")?;
        let expect = result(word, &span)?;
        if possible(&expect, action, cancels) {
            return Ok(Some(expect));
        }
        let help = suggestion("", results(action, cancels).into_iter());
        Err(Mistake::new(span, format!("`{word}` is no result of `{}`", &self.text[..arrow.start].trim()), help))
    }
}

fn size(word: &str, span: &Range<usize>) -> Result<u64, Mistake> {
    units::size(word).map_err(|mistake| mistake.shifted(span.start))
}

/// A size that one call can have.
fn one_call(bytes: u64, span: Range<usize>) -> Result<u64, Mistake> {
    let fits = (bytes <= MAX_CALL).then_some(bytes);
    fits.ok_or_else(|| Mistake::new(span, "too large for one call", "at most 64MiB; more by `write N by M`"))
}

/// Reads the port that a call names. One beyond the last is for the flow to refuse.
fn port(word: &str, span: Range<usize>) -> Result<u32, Mistake> {
    port_up_to(u32::MAX, word, span)
}

/// Reads a port that there is.
pub(super) fn real_port(word: &str, span: Range<usize>) -> Result<u32, Mistake> {
    port_up_to(u16::MAX.into(), word, span)
}

fn port_up_to(most: u32, word: &str, span: Range<usize>) -> Result<u32, Mistake> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let port = word.parse().ok().filter(|port| digits && (1..=most).contains(port));
    port.ok_or_else(|| Mistake::new(span, format!("`{word}` is no port"), "a number from 1 to 65535"))
}

/// The results that are words.
pub(super) fn known() -> impl Iterator<Item = Expect> {
    let simple = [Expect::Ok, Expect::Data, Expect::Eof, Expect::Closed, Expect::Done, Expect::Failed, Expect::Cancelled, Expect::Blocks];
    simple.into_iter().chain(ERRORS.map(Expect::Error))
}

/// Reads an expected result.
fn result(word: &str, span: &Range<usize>) -> Result<Expect, Mistake> {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return size(word, span).map(Expect::Bytes);
    }
    let words: Vec<String> = known().map(|expect| expect.to_string()).collect();
    let found = known().zip(&words).find(|(_, known)| *known == word).map(|(expect, _)| expect);
    found.ok_or_else(|| Mistake::new(span.clone(), format!("unknown result `{word}`"), suggestion(word, words.iter().map(String::as_str))))
}

/// Can this come of such an action at all?
fn possible(expect: &Expect, action: &Action, cancels: bool) -> bool {
    let (kind, leaves) = (action.kind(), *action == Action::Disconnect);
    match expect {
        Expect::Cancelled => cancels,
        Expect::Blocks => !cancels,
        Expect::Failed | Expect::Error(_) => true,
        Expect::Closed | Expect::Eof => matches!(kind, ActionKind::Read | ActionKind::Write),
        Expect::Data | Expect::Bytes(_) => kind == ActionKind::Read,
        Expect::Ok => matches!(kind, ActionKind::Write | ActionKind::Flush | ActionKind::Setup) && !leaves,
        Expect::Done => kind == ActionKind::Ending || leaves,
    }
}

/// What can come of such an action, in words.
fn results(action: &Action, cancels: bool) -> Vec<&'static str> {
    let own: &[&str] = match action.kind() {
        ActionKind::Setup if *action == Action::Disconnect => &["done"],
        ActionKind::Read => &["data", "a size", "eof", "closed"],
        ActionKind::Write => &["ok", "closed", "eof"],
        ActionKind::Flush => &["ok"],
        ActionKind::Ending => &["done"],
        ActionKind::Setup => &["ok", "refused"],
        ActionKind::Timing => &[],
    };
    let errors = ["error", "reset", "timed_out"];
    own.iter().copied().chain(errors).chain([if cancels { "cancelled" } else { "blocks" }]).collect()
}

#[cfg(test)]
pub(super) mod tests;
