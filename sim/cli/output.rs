//! Prints results to standard output, with colour where it is wanted. A closed pipe ends the command quietly.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use clap::builder::styling::{AnsiColor, Style};

use super::args::Color;
use super::exit::Exit;
use crate::trace::Diagnostic;

/// Standard output and standard error of one command.
pub(super) struct Output {
    out: AutoStream<io::StdoutLock<'static>>,
    choice: ColorChoice,
    /// The reader has closed its end.
    closed: bool,
    /// Results were lost, and not since their reader had closed.
    failed: bool,
}

impl Output {
    pub(super) fn new(color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Output { out: AutoStream::new(io::stdout().lock(), choice), choice, closed: false, failed: false }
    }

    /// Prints; once nothing can be printed any more, nothing happens.
    pub(super) fn print(&mut self, text: &str) {
        if self.closed {
            return;
        }
        let Err(error) = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) else { return };
        self.closed = true;
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.failed = true;
            self.complain(&format!("error: standard output can't be written: {error}\n"));
        }
    }

    /// Has the reader closed its end? Then what is left to do need not be done.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Shows what is wrong with an input file: one line that names the place, then the place itself.
    pub(super) fn diagnose(&self, diagnostic: &Diagnostic) {
        let line = Diagnostic { help: None, ..diagnostic.clone() }.to_string();
        let picture = diagnostic.render(true);
        let below = picture.lines().skip(2).map(|line| format!("{line}\n")).collect::<String>();
        self.complain(&format!("{}: {line}\n{below}", paint("error", AnsiColor::Red)));
    }

    /// Prints what the parser of the arguments has to say: help that was asked for, or what is wrong with them.
    pub(super) fn usage(&mut self, message: &clap::Error) -> Exit {
        let text = message.render().ansi().to_string();
        if message.use_stderr() {
            self.complain(&text);
            return Exit::Bad;
        }
        self.print(&text);
        Exit::Held
    }

    /// Prints to standard error, if that is open.
    pub(super) fn complain(&self, text: &str) {
        let _ = AutoStream::new(io::stderr().lock(), self.choice).write_all(text.as_bytes());
    }

    /// The exit code. What the reader left unread makes no difference; what was lost does.
    pub(super) fn finish(self, exit: Exit) -> u8 {
        if self.failed { Exit::Bad.code() } else { exit.code() }
    }
}

/// A word in bold colour.
pub(super) fn paint(word: &str, color: AnsiColor) -> String {
    let style = Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{word}{style:#}")
}

/// The word of a verdict, in the colour that it has everywhere, padded to a column.
pub(super) fn verdict(word: &str) -> String {
    let color = match word {
        "held" => AnsiColor::Green,
        "violated" | "error" => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    };
    format!("{}{:pad$}", paint(word, color), "", pad = 14_usize.saturating_sub(word.len()))
}

/// A report with the lines that point at something in colour.
pub(super) fn report(text: &str) -> String {
    let pointing = |line: &str| line.contains('✗') || line.contains('▲') || line.starts_with("violation ");
    let paint_line = |line: &str| if pointing(line) { paint(line, AnsiColor::Red) } else { line.to_owned() } + "\n";
    text.lines().map(paint_line).collect()
}
