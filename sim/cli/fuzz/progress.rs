//! Shows on a terminal how far a search is, in a line that is written over.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use super::super::args::Format;
use crate::explore::Campaign;
use crate::report::words;

/// How often the line is written.
const PAUSE: Duration = Duration::from_millis(200);

/// The line.
pub(super) struct Progress {
    is_shown: bool,
    /// When it is written next.
    next: Duration,
}

impl Progress {
    /// On a terminal, for people.
    pub(super) fn new(format: Format) -> Self {
        Progress { is_shown: format == Format::Text && io::stderr().is_terminal(), next: PAUSE }
    }

    /// Writes the line, if it is time.
    pub(super) fn show(&mut self, campaign: &Campaign<'_>, elapsed: Duration) {
        if self.is_shown && elapsed >= self.next {
            self.next = elapsed + PAUSE;
            self.write(&line(campaign, elapsed));
        }
    }

    /// Makes room for other text.
    pub(super) fn clear(&self) {
        if self.is_shown {
            self.write("");
        }
    }

    fn write(&self, line: &str) {
        let _ = write!(io::stderr(), "\r\x1b[K{line}");
    }
}

fn line(campaign: &Campaign<'_>, elapsed: Duration) -> String {
    let searched = campaign.searched();
    let rate = u128::from(searched.cases) * 1_000 / elapsed.as_millis().max(1);
    let (rules, failures) = (searched.exercised.iter().count() as u64, campaign.failures().len() as u64);
    let (rules, failures) = (words::count(rules, "rule"), words::count(failures, "failure"));
    format!("{} ({rate}/s), {rules} exercised, {failures}", words::count(searched.cases, "case"))
}
