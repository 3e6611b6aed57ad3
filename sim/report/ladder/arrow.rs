//! Draws the arrow between the ends in one row.

use crate::contract::End;

use super::flight::Leg;

/// Columns of an arrow beside its label, at least.
const DASHES: usize = 8;

/// What stands between the ends in one row.
pub(super) struct Arrow {
    pub from: End,
    /// What is written on it, the most important first.
    pub words: Vec<String>,
    pub leg: Leg,
    /// What became of it, said where a lost one ends.
    pub note: &'static str,
    /// How long it took.
    pub way: String,
}

impl Arrow {
    /// The columns that it needs: the label, and dashes that show whence it comes and whither it goes.
    pub(super) fn width(&self) -> usize {
        let length = self.words.iter().map(|word| word.chars().count() + 1).sum::<usize>();
        length.saturating_sub(1) + self.way.chars().count() + self.end().chars().count() + DASHES
    }

    /// The label in this many columns. Words that have no room are left out: a number that has lost digits is another number.
    fn label(&self, width: usize) -> String {
        let mut label = String::new();
        for word in &self.words {
            let gap = if label.is_empty() { "" } else { " " };
            if (label.chars().count() + gap.len() + word.chars().count()) > width {
                return label;
            }
            label.push_str(gap);
            label.push_str(word);
        }
        let room = label.chars().count() + self.way.chars().count() <= width;
        if room { label + &self.way } else { label }
    }

    /// What stands where a lost one ends.
    fn end(&self) -> String {
        if self.leg == Leg::Lost { format!("✗ {}", self.note) } else { String::new() }
    }

    /// The arrow in `width` columns.
    pub(super) fn draw(&self, width: usize) -> String {
        let end = self.end();
        let label = self.label(width.saturating_sub(DASHES + end.chars().count()));
        let dashes = width.saturating_sub(label.chars().count() + end.chars().count() + 3);
        let (near, far) = match self.leg {
            Leg::Whole => ("─".repeat(dashes / 2), "─".repeat(dashes - dashes / 2)),
            Leg::Leaves => ("──".to_owned(), "─ ".repeat(dashes / 2)),
            Leg::Arrives => (" ─".repeat(dashes / 2), "──".to_owned()),
            Leg::Lost => ("──".to_owned(), "─".repeat((dashes * 2 / 3).saturating_sub(2).max(1))),
        };
        let head = match (self.leg, self.from) {
            (Leg::Leaves | Leg::Lost, _) => "",
            (_, End::Client) => "▶",
            (_, End::Server) => "◀",
        };
        match self.from {
            End::Client => format!("{:<width$}", format!("{near} {label} {far}{end}{head}")),
            End::Server => format!("{:>width$}", format!("{head}{}{} {label} {}", turned(&end), mirror(&far), mirror(&near))),
        }
    }
}

fn mirror(text: &str) -> String {
    text.chars().rev().collect()
}

/// `✗ lost` as it stands at the other side: `lost ✗`.
fn turned(end: &str) -> String {
    match end.split_once(' ') {
        Some((cross, note)) => format!("{note} {cross}"),
        None => end.to_owned(),
    }
}
