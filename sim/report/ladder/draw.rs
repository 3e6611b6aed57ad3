//! Sets rows in columns: time, client, what goes across, server.

use std::collections::BTreeMap;

use crate::contract::{Both, End};
use crate::trace::{Clock, Place, Trace, What};

use super::across::Across;
use super::arrow::Arrow;
use super::lanes;
use super::rows::{Row, RowKind};
use super::say::{Said, Voice, side};
use super::select::{DrawnRow, select};
use super::view::{LadderView, Mark};

/// Columns of the time, at least.
const TIME: usize = 13;

/// Columns of the client's text, at least and at most.
const SIDE: [usize; 2] = [22, 42];

/// Columns between the ends, without segments and with them, at least; at most, which is room for the longest label there can be.
const MIDDLE: [usize; 2] = [22, 40];
const MIDDLE_MAX: usize = 80;

/// No line is longer, but for what labels between the ends take beyond their columns.
const LINE: usize = 140;

/// What one line of text holds, before it is set in columns.
#[derive(Default)]
struct Cells<'a> {
    margin: &'a str,
    lanes: Both<String>,
    client: &'a str,
    middle: &'a str,
    server: &'a str,
}

impl<'a> Cells<'a> {
    fn put(mut self, end: End, text: &'a str) -> Self {
        match end {
            End::Client => self.client = text,
            End::Server => self.server = text,
        }
        self
    }
}

/// Where the columns of one ladder are.
struct Sheet {
    time: usize,
    client: usize,
    middle: usize,
    lanes: Both<usize>,
    line: usize,
}

/// The ladder of these rows.
pub(super) fn draw(trace: &Trace, rows: &[Row], view: &LadderView) -> String {
    let voice = Voice::new(trace, rows, &view.marks);
    let said: Vec<Said> = rows.iter().map(|row| voice.say(row)).collect();
    let lanes = lanes::pictures(rows);
    let wire = trace.events.iter().any(|event| matches!(event.what, What::Segment(_)));
    let titles = Both { client: title(trace, End::Client), server: title(trace, End::Server) };
    let mut across = Across::new(wire, voice.flows, &view.read);
    let arrows: Vec<Option<Arrow>> = rows.iter().map(|row| across.arrow(row)).collect();
    let sheet = Sheet::new(rows, &said, &lanes, &titles.client).with_middle(MIDDLE[usize::from(wire)], &arrows);

    let mut lines = sheet.head(trace, &titles);
    let mut drawn = Vec::with_capacity(rows.len());
    let marks = by_row(&view.marks, rows);
    for (at, ((row, said), lanes)) in rows.iter().zip(&said).zip(lanes).enumerate() {
        let arrow = arrows[at].as_ref().map(|arrow| arrow.draw(sheet.middle)).unwrap_or_default();
        let marks = marks.get(&at).map(Vec::as_slice).unwrap_or_default();
        drawn.push(DrawnRow { first: row.first, last: row.last, t: row.t, lines: sheet.row(row, said, lanes, &arrow, marks) });
    }
    lines.extend(select(drawn, view, sheet.time));
    lines.join("\n") + "\n"
}

/// `client · modern`.
fn title(trace: &Trace, end: End) -> String {
    clip(&format!("{end} · {}", trace.header.contract[end]), SIDE[1])
}

impl Sheet {
    fn new(rows: &[Row], said: &[Said], lanes: &[Both<String>], title: &str) -> Self {
        let widest = said.iter().map(|said| said.ends.client.chars().count()).max().unwrap_or(0).max(title.chars().count());
        let lanes = |end: End| lanes.iter().map(|both| both[end].chars().count()).max().unwrap_or(0);
        let time = rows.iter().map(|row| row.t.to_string().len()).max().unwrap_or(0);
        Sheet {
            time: time.max(TIME),
            client: widest.clamp(SIDE[0], SIDE[1]),
            middle: MIDDLE[0],
            lanes: Both { client: lanes(End::Client), server: lanes(End::Server) },
            line: LINE,
        }
    }

    /// Makes room between the ends for the longest label: a number that has lost digits is another number.
    fn with_middle(self, least: usize, arrows: &[Option<Arrow>]) -> Self {
        let middle = arrows.iter().flatten().map(Arrow::width).max().unwrap_or(0).clamp(least, MIDDLE_MAX);
        Sheet { middle, line: LINE + middle - least, ..self }
    }

    /// The names of the columns, and what must be known to read the rest.
    fn head(&self, trace: &Trace, titles: &Both<String>) -> Vec<String> {
        let mut lines = vec![self.set(Cells { client: &titles.client, server: &titles.server, ..Cells::default() })];
        if trace.header.clock == Clock::PerEnd {
            lines.push(self.banner("", "each end has its own clock: only the order within one end is known"));
        }
        lines
    }

    fn row(&self, row: &Row, said: &Said, lanes: Both<String>, arrow: &str, marks: &[&Mark]) -> Vec<String> {
        let margin = if marks.is_empty() { "" } else { "✗" };
        let below = after(&lanes);
        let Both { client, server } = &said.ends;
        let first = match said.across.as_str() {
            "" => self.set(Cells { margin, lanes, client, middle: arrow, server }),
            across => self.banner(margin, across),
        };
        let mark = |mark: &&Mark| {
            let end = pointed_end(&row.kind).or(mark.op.map(|(at, _)| at.end)).unwrap_or(End::Client);
            let text = format!("▲ {}", mark.text);
            self.set(Cells { lanes: below.clone(), ..Cells::default() }.put(end, &text))
        };
        std::iter::once(first).chain(marks.iter().map(mark)).collect()
    }

    /// One line of text. What stands at the client may run on where nothing follows it.
    fn set(&self, cells: Cells<'_>) -> String {
        let alone = cells.middle.is_empty() && cells.server.is_empty() && cells.lanes.server.trim().is_empty();
        let client = if alone { cells.client.to_owned() } else { clip(cells.client, self.client) };
        let (margin, width) = (cells.margin, self.client);
        let left = self.lane(&cells.lanes, End::Client);
        let right = self.lane(&cells.lanes, End::Server);
        let line = format!(
            "{:time$} {margin:1} {left}{client:width$}  {middle:^across$}  {right}{server}",
            "",
            time = self.time,
            middle = cells.middle,
            across = self.middle,
            server = cells.server
        );
        clip(line.trim_end(), self.line)
    }

    /// The lanes of an end, and the gap to its text.
    fn lane(&self, lanes: &Both<String>, end: End) -> String {
        let width = self.lanes[end];
        if width == 0 { String::new() } else { format!("{:width$} ", lanes[end]) }
    }

    /// A text across everything.
    fn banner(&self, margin: &str, text: &str) -> String {
        let columns = self.lanes.client + 1 + 2 * self.client + self.middle;
        let width = columns.max(text.chars().count() + 4).min(self.line - self.time - 3);
        let text = clip(text, width - 4);
        let dashes = width - text.chars().count() - 2;
        format!("{:time$} {margin:1} {} {text} {}", "", "┄".repeat(dashes / 2), "┄".repeat(dashes - dashes / 2), time = self.time)
    }
}

/// The end that what points at a row concerns.
fn pointed_end(kind: &RowKind) -> Option<End> {
    if let RowKind::Segment(flight) = kind { Some(flight.from.end) } else { side(kind) }
}

/// The lanes in the line below a row: what ended in it is gone.
fn after(lanes: &Both<String>) -> Both<String> {
    let below = |picture: &String| picture.replace(['╰', '╳', '┊'], " ").replace('╭', "│");
    Both { client: below(&lanes.client), server: below(&lanes.server) }
}

/// The marks of each row that has some.
fn by_row<'a>(marks: &'a [Mark], rows: &[Row]) -> BTreeMap<usize, Vec<&'a Mark>> {
    let left = pending(rows);
    let mut by_row = BTreeMap::<usize, Vec<&Mark>>::new();
    for mark in marks {
        if let Some(at) = pointed_at(mark, &left, rows) {
            by_row.entry(at).or_default().push(mark);
        }
    }
    by_row
}

/// The rows of calls that never return. Each has one.
fn pending(rows: &[Row]) -> BTreeMap<(Place, u64), usize> {
    let of = |(index, row): (usize, &Row)| if let RowKind::Pending { at, op, .. } = &row.kind { Some(((*at, *op), index)) } else { None };
    rows.iter().enumerate().filter_map(of).collect()
}

/// The row that a mark points at: where its call is stuck, that row; else the first row of its line.
fn pointed_at(mark: &Mark, left: &BTreeMap<(Place, u64), usize>, rows: &[Row]) -> Option<usize> {
    let start = rows.partition_point(|row| row.last < mark.line);
    let on_line = || (start..rows.len()).take_while(|&at| rows[at].first <= mark.line);
    let other = |at: &usize| !matches!(rows[*at].kind, RowKind::Pending { .. });
    let stuck = mark.op.and_then(|op| left.get(&op).copied());
    stuck.or_else(|| on_line().find(other))
}

/// At most `width` columns, the cut shown.
fn clip(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}
