//! Selects the rows of a long run that are drawn.

use crate::report::words;
use crate::time::Instant;

use super::view::LadderView;

/// A drawn row: the lines of the trace that it stands for, and its lines of text.
pub(super) struct DrawnRow {
    pub first: u64,
    pub last: u64,
    pub t: Instant,
    pub lines: Vec<String>,
}

impl DrawnRow {
    /// Puts the time before the row. Only a row at another moment than the one above it has one.
    pub(super) fn stamp(&mut self, width: usize) {
        if let Some(line) = self.lines.first_mut() {
            let rest: String = line.chars().skip(width).collect();
            *line = format!("{:>width$}{rest}", self.t.to_string());
        }
    }
}

/// The lines of the rows that the view wants, and how many are left out where.
pub(super) fn select(drawn: Vec<DrawnRow>, view: &LadderView, time: usize) -> Vec<String> {
    let mut keep = wanted(&drawn, view);
    fill(&mut keep, &drawn);
    let (mut lines, mut skipped, mut before) = (Vec::new(), 0, None);
    for (mut row, keep) in drawn.into_iter().zip(keep) {
        if !keep {
            skipped += 1;
            continue;
        }
        let is_new = before.replace(row.t) != Some(row.t) || skipped > 0;
        lines.extend(gap(std::mem::take(&mut skipped), time));
        if is_new {
            row.stamp(time);
        }
        lines.extend(row.lines);
    }
    lines.extend(gap(skipped, time));
    lines
}

/// Says that rows are missing, where some are.
fn gap(skipped: u64, time: usize) -> Option<String> {
    (skipped > 0).then(|| format!("{:>time$}   {} left out", "⋮", words::count(skipped, "row")))
}

/// Keeps also what takes no more room than to say that it is left out: a row of one line by itself.
fn fill(keep: &mut [bool], drawn: &[DrawnRow]) {
    let kept = |keep: &[bool], at: Option<usize>| at.and_then(|at| keep.get(at).copied()).unwrap_or(true);
    // A row that was filled in must not make its neighbour look alone: two rows left out stay one line.
    let alone: Vec<usize> = (0..keep.len())
        .filter(|&at| !keep[at] && kept(keep, at.checked_sub(1)) && kept(keep, Some(at + 1)) && drawn[at].lines.len() == 1)
        .collect();
    alone.into_iter().for_each(|at| keep[at] = true);
}

/// Those around the focus, and of these the first and the last where there are too many.
fn wanted(drawn: &[DrawnRow], view: &LadderView) -> Vec<bool> {
    let mut keep = vec![view.focus.is_empty(); drawn.len()];
    for line in &view.focus {
        let start = drawn.partition_point(|row| row.last < *line);
        for at in (start..drawn.len()).take_while(|&at| drawn[at].first <= *line) {
            let (from, to) = (at.saturating_sub(view.context), (at + view.context + 1).min(drawn.len()));
            keep[from..to].fill(true);
        }
    }
    let kept: Vec<usize> = (0..keep.len()).filter(|&at| keep[at]).collect();
    if view.rows > 0 && kept.len() > view.rows {
        for &at in &kept[view.rows / 2..kept.len() - view.rows.div_ceil(2)] {
            keep[at] = false;
        }
    }
    keep
}
