//! Spells calls, outcomes and sizes, in one place, so that a ladder, a report and a diagnostic agree.

use std::time::Duration;

use crate::contract::{Call, Mode, Outcome, Payload};
use crate::time;
use crate::trace::{Abort, By, EnvWhat, Resources, spelled};

/// The width that running text is broken at.
pub const WIDTH: usize = 120;

/// The longest contents that are shown instead of their size.
const VERBATIM_MAX: usize = 16;

/// A text from outside, with what is not seen spelled out: nothing in a recording may steer a terminal.
pub fn plain(text: &str) -> String {
    spelled(text)
}

/// A file's name as an argument of a command that a person pastes into a shell.
pub fn argument(name: &str) -> String {
    let harmless = |letter: char| letter.is_alphanumeric() || "/._-+,=@%:".contains(letter);
    if !name.is_empty() && name.chars().all(harmless) { name.to_owned() } else { format!("'{}'", plain(name).replace('\'', "'\\''")) }
}

/// `1 byte`, `45 bytes`, `64 KiB`: exact, in the largest binary unit that divides it.
pub fn size(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        n if n >= 1 << 20 && n % (1 << 20) == 0 => format!("{} MiB", n >> 20),
        n if n >= 1 << 10 && n % (1 << 10) == 0 => format!("{} KiB", n >> 10),
        n => format!("{n} bytes"),
    }
}

/// A span of time in three digits: `23.9 ms`. The exact one is the difference of two times that are shown.
pub fn about(span: Duration) -> String {
    let nanos = span.as_nanos();
    let unit = (0..).map(|digits| 10_u128.pow(digits)).find(|unit| nanos / unit < 1000).unwrap_or(1);
    let rounded = (nanos + unit / 2) / unit * unit;
    time::span(Duration::from_nanos(u64::try_from(rounded).unwrap_or(u64::MAX)))
}

/// `1 read`, `3 reads`.
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The size of a payload; where `verbatim`, short printable contents themselves: a person's `"hello"` says more than `5 bytes`.
pub fn payload(payload: &Payload, verbatim: bool) -> String {
    let printable = |byte: &u8| matches!(byte, b' '..=b'~');
    match payload.bytes() {
        Some(bytes) if verbatim && !bytes.is_empty() && bytes.len() <= VERBATIM_MAX && bytes.iter().all(printable) => {
            format!("{:?}", String::from_utf8_lossy(bytes))
        }
        _ => size(payload.len() as u64),
    }
}

/// A call as a ladder says it: `write 4 KiB`, `read max 10`, `shutdown write`.
pub fn call(call: &Call, verbatim: bool) -> String {
    let verb = match call {
        Call::Write(_) => "write",
        Call::Writev(_) => "writev",
        Call::WriteNodelay(_) => "write nodelay",
        Call::WritevNodelay(_) => "writev nodelay",
        other => return plain_call(other),
    };
    format!("{verb} {}", buffers(call.buffers().unwrap_or_default(), verbatim))
}

/// A call that carries no bytes.
fn plain_call(call: &Call) -> String {
    match call {
        Call::Read { max } if *max != usize::MAX => format!("read max {max}"),
        Call::Shutdown(half) => format!("shutdown {}", mode(*half)),
        Call::Connect { to: Some(to), .. } => format!("connect to {}", plain(to)),
        Call::Accept { port, .. } | Call::Listen { port, .. } | Call::Unlisten { port } => format!("{} {port}", call.word()),
        other => other.word().to_owned(),
    }
}

/// The halves that a shutdown names, as scenario steps write them: `read`, `write`, `both`.
pub const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::ReadWrite => "both",
        one => one.word(),
    }
}

/// One buffer, or the list of a vectored write: `2+3 bytes`.
fn buffers(list: &[Payload], verbatim: bool) -> String {
    match list {
        [] => "nothing".to_owned(),
        [one] => payload(one, verbatim),
        list if list.len() <= 6 => {
            let sizes: Vec<String> = list.iter().map(|buffer| buffer.len().to_string()).collect();
            format!("{} bytes", sizes.join("+"))
        }
        list => format!("{} in {} buffers", size(list.iter().map(|buffer| buffer.len() as u64).sum()), list.len()),
    }
}

/// An outcome as a ladder says it: `ok`, `45 bytes`, `eof`, `error reset`.
pub fn outcome(outcome: &Outcome, verbatim: bool) -> String {
    match outcome {
        Outcome::Data(data) => payload(data, verbatim),
        Outcome::Error(error) => format!("error {}", plain(error.word())),
        other => other.word().to_owned(),
    }
}

/// What the environment did, as a sentence without its subject.
pub fn environment(what: &EnvWhat) -> String {
    match what {
        EnvWhat::Abort(abort, by) => format!("{}{}", abort_word(*abort), by_word(*by)),
        EnvWhat::Crash(by) => format!("crash{}", by_word(*by)),
        EnvWhat::Partition { from } => direction("the network is cut", *from),
        EnvWhat::Heal { from } => direction("the network is whole again", *from),
        EnvWhat::Transmitted { upto } => format!("transmitted up to byte {upto}"),
        EnvWhat::Acknowledged { upto } => format!("acknowledged up to byte {upto}"),
        EnvWhat::Resources(held) if held.is_free() => "holds nothing".to_owned(),
        EnvWhat::Resources(held) => format!("holds {}", holdings(held)),
        EnvWhat::Buffer { op, data } => format!("the buffer that #{op} returned, seen again: {}", payload(data, true)),
        EnvWhat::Quiet => "quiet: nothing more can happen".to_owned(),
        EnvWhat::End => "the recording ends".to_owned(),
    }
}

/// `1 connection and 20 buffered bytes`: what of it there is.
fn holdings(held: &Resources) -> String {
    let kinds = [(held.connections, "connection"), (held.timers, "timer"), (held.buffered, "buffered byte"), (held.ports, "port")];
    let held: Vec<String> = kinds.into_iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(number, noun)).collect();
    held.join(", ")
}

const fn abort_word(abort: Abort) -> &'static str {
    match abort {
        Abort::Reset => "reset",
        Abort::Timeout => "gave up: timeout",
        Abort::KeepaliveDeath => "gave up: keep-alive",
    }
}

const fn by_word(by: By) -> &'static str {
    match by {
        By::Unknown => "",
        By::Stack => " (the stack's own decision)",
        By::Fault => " (injected)",
    }
}

fn direction(what: &str, from: Option<crate::contract::End>) -> String {
    match from {
        Some(end) => format!("{what} for what the {end} sends"),
        None => what.to_owned(),
    }
}

/// Items after a heading, separated by commas, broken into lines of at most `width` columns that begin below the first item.
pub fn list(heading: &str, items: &[String], width: usize) -> String {
    let indent = heading.chars().count();
    let (mut text, mut column) = (heading.to_owned(), indent);
    for (at, item) in items.iter().enumerate() {
        let length = item.chars().count() + 2;
        if column + length > width && column > indent {
            text.push_str(&format!("\n{:indent$}", ""));
            column = indent;
        }
        text.push_str(item);
        text.push_str(if at + 1 < items.len() { ", " } else { "" });
        column += length;
    }
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

/// Running text after a heading, broken at spaces into lines of at most `width` columns that begin below the first word.
pub fn paragraph(heading: &str, text: &str, width: usize) -> String {
    let indent = heading.chars().count();
    let (mut lines, mut line) = (Vec::new(), heading.to_owned());
    for word in text.split_whitespace() {
        let empty = line.chars().count() <= indent;
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
        } else if !empty {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n") + "\n"
}

/// Notes below a verdict, a paragraph each.
pub fn notes(notes: &[String]) -> String {
    notes.iter().map(|note| paragraph("  note        ", note, WIDTH)).collect()
}

/// A table: a name and cells in each row, the columns as wide as they need to be.
pub fn table(columns: &[&str], rows: &[(String, Vec<String>)]) -> String {
    let width = |column: usize| rows.iter().filter_map(|(_, cells)| cells.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = columns.iter().enumerate().map(|(at, name)| name.chars().count().max(width(at).unwrap_or(0))).collect();
    let first = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let line = |name: &str, cells: &mut dyn Iterator<Item = &str>| {
        let cells: String = cells.zip(&widths).map(|(cell, width)| format!("  {cell:width$}")).collect();
        format!("{name:first$}{cells}").trim_end().to_owned() + "\n"
    };
    let head = line("", &mut columns.iter().copied());
    rows.iter().fold(head, |text, (name, cells)| text + &line(name, &mut cells.iter().map(String::as_str)))
}

/// Every line moved to the right.
pub fn indented(text: &str, indent: &str) -> String {
    text.lines().map(|line| format!("{indent}{line}").trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    #[test]
    fn sizes_change_unit_only_where_nothing_is_lost() {
        let cases = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1 KiB"),
            (1025, "1025 bytes"),
            (1 << 20, "1 MiB"),
            ((1 << 20) + 1024, "1025 KiB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn spans_have_three_digits() {
        let cases = [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1 us"),
            (23_856_417, "23.9 ms"),
            (23_849_999, "23.8 ms"),
            (999_499_999, "999 ms"),
            (999_500_000, "1 s"),
            (1_040_000_000, "1.04 s"),
            (239_987_447_886, "240 s"),
            (2_899_860_000_000, "2900 s"),
        ];
        for (nanos, text) in cases {
            assert_eq!(about(Duration::from_nanos(nanos)), text);
        }
        assert_eq!(about(Duration::MAX), time::span(Duration::from_nanos(u64::MAX)), "as long as virtual time");
    }

    #[test]
    fn what_others_wrote_is_shown_and_not_obeyed() {
        assert_eq!(plain("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\n");
        assert_eq!(plain("a\u{202e}b\u{2028}c\u{200d}\u{feff}"), "a\\u{202e}b\\u{2028}c\\u{200d}\\u{feff}");
        assert_eq!(plain("naïve 日本 e\u{301}"), "naïve 日本 e\u{301}");
        assert_eq!(outcome(&Outcome::Error(crate::contract::Error::from_word("\u{7f}é")), true), "error \\u{7f}é");
    }

    #[test]
    fn names_with_more_than_words_are_quoted_for_a_shell() {
        assert_eq!(argument("a/b-c.toml"), "a/b-c.toml");
        assert_eq!(argument("my file"), "'my file'");
        assert_eq!(argument("it's"), r"'it'\''s'");
        assert_eq!(argument(""), "''");
    }

    #[test]
    fn only_short_printable_contents_are_shown() {
        let say = |bytes: &'static [u8]| payload(&Bytes::from_static(bytes).into(), true);
        assert_eq!(say(b"hi"), "\"hi\"");
        assert_eq!(say(b"0123456789abcdef"), "\"0123456789abcdef\"");
        assert_eq!(say(b"0123456789abcdefg"), "17 bytes");
        assert_eq!(say(b"\n"), "1 byte");
        assert_eq!(say(b""), "0 bytes");
        assert_eq!(payload(&Bytes::from_static(b"hi").into(), false), "2 bytes");
        assert_eq!(payload(&Payload::Count(2), true), "2 bytes");
    }

    #[test]
    fn lists_and_paragraphs_are_broken_below_their_first_word() {
        let items: Vec<String> = ["alpha", "beta", "gamma"].map(str::to_owned).to_vec();
        assert_eq!(list("x ", &items, 100), "x alpha, beta, gamma\n");
        assert_eq!(list("x ", &items, 15), "x alpha, beta,\n  gamma\n");
        assert_eq!(list("x ", &[], 15), "x\n");
        assert_eq!(paragraph("x ", "one two three", 9), "x one two\n  three\n");
        assert_eq!(paragraph("x ", "one two three", 8), "x one\n  two\n  three\n");
        assert_eq!(paragraph("x ", "", 8), "x\n");
    }

    #[test]
    fn vectored_writes_name_their_buffers_while_these_are_few() {
        let buffers = |sizes: &[usize]| call(&Call::Writev(sizes.iter().map(|&n| Payload::Count(n)).collect()), true);
        assert_eq!(buffers(&[]), "writev nothing");
        assert_eq!(buffers(&[1]), "writev 1 byte");
        assert_eq!(buffers(&[2, 0, 3]), "writev 2+0+3 bytes");
        assert_eq!(buffers(&[1; 7]), "writev 7 bytes in 7 buffers");
    }
}
