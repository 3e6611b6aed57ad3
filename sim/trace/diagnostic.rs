//! Shows what is wrong with an input file, and where: as one line for machines, as a picture for people.
//!
//! Trace files and scenario files share this type. What it is not: a log or a verdict. A file that has a diagnostic was not
//! understood, and nothing is said about what it meant.

use std::fmt;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Padding, Renderer, Snippet};

/// How much of a line is kept before the mark, at most (bytes). Lines may have 64 MiB; a person reads one screen's width.
const BEFORE: usize = 60;
/// How much is kept from the start of the mark on, at most (bytes).
const FROM: usize = 70;

/// A mistake in an input file. `Debug` shows the picture of [`Diagnostic::render`], since that is what `unwrap` prints.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The file's name as the user gave it (`-` for standard input).
    pub file: String,
    /// The line, from 1; 0 where the mistake is the file as a whole (it can't be opened).
    pub line: u64,
    /// The byte within the line, from 1.
    pub column: u64,
    /// How many bytes are underlined; 0 marks a place between bytes.
    pub width: usize,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What would have been valid.
    pub help: Option<Box<str>>,
    /// The text around the mistake.
    pub source: Option<Box<Excerpt>>,
}

/// The part of a line that a diagnostic shows. Bytes that are no UTF-8 stand as replacement characters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Excerpt {
    /// The text, with `…` where the line goes on.
    pub text: String,
    /// What is underlined in `text` (bytes).
    pub mark: Range<usize>,
}

impl Diagnostic {
    /// A mistake in the file as a whole.
    pub fn of_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Diagnostic { file: file.into(), line: 0, column: 0, width: 0, message: message.into(), help: None, source: None }
    }

    /// A mistake in the bytes `span` (from 0) of one line of a file; `line_number` counts from 1 and `line` is its text. A span
    /// that lies outside the line is moved into it.
    pub fn in_line(file: impl Into<String>, line_number: u64, line: &[u8], span: Range<usize>, message: impl Into<String>) -> Self {
        let start = span.start.min(line.len());
        let end = span.end.clamp(start, line.len());
        Diagnostic {
            line: line_number,
            column: start as u64 + 1,
            width: end - start,
            source: Some(Box::new(Excerpt::around(line, start..end))),
            ..Diagnostic::of_file(file, message)
        }
    }

    /// A mistake in the bytes `span` of a whole file's text. A span over several lines is marked up to the end of its first.
    pub fn in_text(file: impl Into<String>, text: &[u8], span: Range<usize>, message: impl Into<String>) -> Self {
        let start = span.start.min(text.len());
        let newline = |byte: &u8| *byte == b'\n';
        let line_number = text[..start].iter().filter(|byte| newline(byte)).count() as u64 + 1;
        let first = text[..start].iter().rposition(newline).map_or(0, |at| at + 1);
        let last = text[start..].iter().position(newline).map_or(text.len(), |at| start + at);
        let line = text[first..last].strip_suffix(b"\r").unwrap_or(&text[first..last]);
        Diagnostic::in_line(file, line_number, line, start - first..span.end.saturating_sub(first), message)
    }

    /// Adds what would have been valid.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Box<str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As rustc shows it: the message, the place, the line with the mistake underlined, the help.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let (file, message) = (spelled(&self.file), spelled(&self.message));
        let title = Level::ERROR.primary_title(message.as_str()).element(self.origin(&file));
        // The excerpt stands in a group of its own: within one group it would be announced as a second file.
        let mut body = Group::with_level(Level::ERROR);
        if let Some(excerpt) = &self.source {
            let line = usize::try_from(self.line).unwrap_or(usize::MAX);
            let mark = AnnotationKind::Primary.span(excerpt.mark.clone());
            body = body.element(Snippet::source(excerpt.text.as_str()).line_start(line).annotation(mark));
        }
        if let Some(help) = &self.help {
            body = body.element(Padding).element(Level::HELP.message(&**help));
        }
        let groups = if body.is_empty() { vec![title] } else { vec![title, body] };
        let picture = renderer.decor_style(DecorStyle::Ascii).render(&groups);
        // The seam between the groups leaves an empty line twice.
        let mut lines: Vec<&str> = picture.lines().collect();
        lines.dedup();
        lines.join("\n")
    }

    /// The place. It is given outright, since the renderer would count columns in characters of the excerpt.
    fn origin<'a>(&self, file: &'a str) -> Origin<'a> {
        if self.line == 0 {
            return Origin::path(file);
        }
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Origin::path(file).line(number(self.line)).char_column(number(self.column))
    }
}

/// `FILE:LINE:COL: message (help)`, always one line.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        visible(f, &self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        f.write_str(": ")?;
        visible(f, &self.message)?;
        let Some(help) = &self.help else { return Ok(()) };
        f.write_str(" (")?;
        visible(f, help)?;
        f.write_str(")")
    }
}

/// The picture, on lines of its own.
impl fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}\n", self.render(false))
    }
}

impl std::error::Error for Diagnostic {}

/// Text with the characters escaped that are not seen, but change how others are.
pub(crate) fn spelled(text: &str) -> String {
    let mut spelled = String::new();
    // Writing to a string never fails.
    let _ = visible(&mut spelled, text);
    spelled
}

/// Writes text so that what a file holds does not steer a terminal.
fn visible(f: &mut impl fmt::Write, text: &str) -> fmt::Result {
    text.chars().try_for_each(|c| if steers(c) { write!(f, "{}", c.escape_default()) } else { f.write_char(c) })
}

/// Control characters, and those of Unicode that end lines, turn the direction of writing or have no width.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
        || matches!(c, '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

impl Excerpt {
    /// The window of `line` around `span`, which must lie inside it.
    fn around(line: &[u8], span: Range<usize>) -> Self {
        let first = boundary(line, span.start.saturating_sub(BEFORE));
        let last = boundary(line, line.len().min(span.start.saturating_add(FROM)));
        let marked = span.end.min(last).max(span.start);
        let mut text = String::from(if first > 0 { "…" } else { "" });
        text += &String::from_utf8_lossy(&line[first..span.start]);
        let start = text.len();
        text += &String::from_utf8_lossy(&line[span.start..marked]);
        let end = text.len();
        text += &String::from_utf8_lossy(&line[marked..last]);
        text += if last < line.len() { "…" } else { "" };
        Excerpt { text, mark: start..end }
    }
}

/// The start of the character that `at` stands in.
fn boundary(line: &[u8], at: usize) -> usize {
    let continues = |at: usize| line.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    (at.saturating_sub(3)..=at).rev().find(|&at| !continues(at)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_file_line_column_message_and_help() {
        let plain = Diagnostic::in_line("a.jsonl", 4, br#"{"t":-1}"#, 5..7, "`t` is negative");
        assert_eq!(plain.to_string(), "a.jsonl:4:6: `t` is negative");
        assert_eq!(plain.with_help("write 0").to_string(), "a.jsonl:4:6: `t` is negative (write 0)");
        assert_eq!(Diagnostic::of_file("x", "no such file").to_string(), "x: no such file");
        assert_eq!(Diagnostic::of_file("x\n", "\u{1b}[31m").to_string(), "x\\n: \\u{1b}[31m");
    }

    #[test]
    fn the_picture_underlines_the_bytes() {
        let picture = Diagnostic::in_line("a.jsonl", 4, br#"{"t":-1}"#, 5..7, "`t` is negative").with_help("write 0").render(false);
        let lines = ["error: `t` is negative", " --> a.jsonl:4:6", "  |", "4 | {\"t\":-1}", "  |      ^^", "  |", "  = help: write 0"];
        assert_eq!(picture.lines().collect::<Vec<_>>(), lines);
        assert!(Diagnostic::of_file("x", "m").render(true).contains("\u{1b}["));
        assert_eq!(format!("{:?}", Diagnostic::of_file("x", "m")), "\nerror: m\n--> x\n", "what `unwrap` prints");
        assert_eq!(Diagnostic::of_file("x", "m").render(false), "error: m\n--> x");
        assert_eq!(Diagnostic::of_file("x\ny", "m\nn").render(false), "error: m\\nn\n--> x\\ny", "one line each, whatever they hold");
    }

    #[test]
    fn a_text_is_cut_into_lines() {
        let text = b"a = 1\r\nbb = \"two\"\r\n";
        let at = |span: Range<usize>| {
            let found = Diagnostic::in_text("f", text, span, "m");
            (found.line, found.column, found.width, found.source.expect("kept").text)
        };
        assert_eq!(at(0..1), (1, 1, 1, "a = 1".into()));
        assert_eq!(at(12..17), (2, 6, 5, "bb = \"two\"".into()));
        assert_eq!(at(4..12), (1, 5, 1, "a = 1".into()), "marked to the end of its first line");
        assert_eq!(at(90..95), (3, 1, 0, String::new()), "moved into the text");
    }

    #[test]
    fn a_long_line_is_shown_around_the_mark() {
        let mut line = vec![b'a'; 1 << 20];
        line[500_000] = b'!';
        let found = Diagnostic::in_line("f", 1, &line, 500_000..500_001, "m");
        let excerpt = found.source.clone().expect("kept");
        assert_eq!((found.column, &excerpt.text[excerpt.mark.clone()]), (500_001, "!"));
        assert!(excerpt.text.len() <= BEFORE + FROM + 6 && excerpt.text.starts_with('…') && excerpt.text.ends_with('…'));
        assert!(found.render(false).contains("f:1:500001"));
    }

    #[test]
    fn any_bytes_and_any_span_give_a_picture() {
        let wide = "𝄞".repeat(90);
        let lines: [&[u8]; 5] = [&[], &[0xFF, 0xFE, 0], "ä€𝄞".as_bytes(), &[0xF0; 300], wide.as_bytes()];
        for line in lines {
            for start in 0..line.len() + 2 {
                for end in [0, start, start + 1, start + 7, usize::MAX] {
                    let found = Diagnostic::in_line("f", 1, line, start..end, "m");
                    assert!(found.render(false).starts_with("error: m"));
                    assert!(Diagnostic::in_text("f", line, start..end, "m").render(true).contains("f:1:"));
                }
            }
        }
    }
}
