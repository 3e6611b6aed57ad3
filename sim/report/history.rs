//! Reads a trace as operations: each call with its end and the bytes of the stream that it stands for.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::contract::{Call, Outcome};
use crate::time::Instant;
use crate::trace::{Event, Place, Trace, What};

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The end that called it.
    pub at: Place,
    /// Its name at that place.
    pub op: u64,
    /// What was asked.
    pub call: Call,
    /// When.
    pub t: Instant,
    /// The line of the call (the header is line 1).
    pub line: u64,
    /// How it ended, if it did.
    pub end: Option<Ending>,
    /// The bytes of the stream that it read or wrote, where that is certain.
    pub bytes: Option<Range<u64>>,
}

/// How an operation ended.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The line of the return or cancel.
    pub line: u64,
    /// When.
    pub t: Instant,
    /// What came back; `None` for a cancel.
    pub outcome: Option<Outcome>,
}

/// All operations of a trace, in the order of their calls.
#[derive(Clone, Debug, Default)]
pub struct Operations {
    operations: Vec<Operation>,
    /// The operation that an event belongs to, by the event's index.
    by_event: Vec<Option<usize>>,
    pending: BTreeMap<(Place, u64), usize>,
    /// How many writes are pending.
    writes_pending: BTreeMap<Place, usize>,
    /// Stream offsets, by the place that writes or reads; `None` once they can't be told.
    written: BTreeMap<Place, Option<u64>>,
    read: BTreeMap<Place, u64>,
}

impl Operations {
    /// Reads a trace as operations.
    pub fn of(trace: &Trace) -> Self {
        let mut history = Operations::default();
        for (line, event) in (2..).zip(&trace.events) {
            let operation = history.take(line, event);
            history.by_event.push(operation);
        }
        history
    }

    /// The same of a part of a run: which bytes an operation stands for can't be told there.
    pub fn without_bytes(mut self) -> Self {
        self.operations.iter_mut().for_each(|operation| operation.bytes = None);
        self
    }

    /// All operations, in the order of their calls.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation that the event of this line begins or ends, as an index into [`operations`](Self::operations).
    pub fn on_line(&self, line: u64) -> Option<usize> {
        let index = usize::try_from(line.checked_sub(2)?).ok()?;
        *self.by_event.get(index)?
    }

    /// The operation of that name.
    pub fn named(&self, at: Place, op: u64) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.at == at && operation.op == op)
    }

    fn take(&mut self, line: u64, event: &Event) -> Option<usize> {
        match &event.what {
            What::Call { at, op, call } => {
                if call.buffers().is_some() {
                    *self.writes_pending.entry(*at).or_default() += 1;
                }
                self.operations.push(Operation { at: *at, op: *op, call: call.clone(), t: event.t, line, end: None, bytes: None });
                self.pending.insert((*at, *op), self.operations.len() - 1);
                Some(self.operations.len() - 1)
            }
            What::Return { at, op, outcome, .. } => self.end(*at, *op, Ending { line, t: event.t, outcome: Some(outcome.clone()) }),
            What::Cancel { at, op } => self.end(*at, *op, Ending { line, t: event.t, outcome: None }),
            What::Env(_) | What::Segment(_) | What::State { .. } => None,
        }
    }

    /// One operation of this place ends: is another one of its writes pending still?
    fn writing(&mut self, at: Place, ended: usize) -> bool {
        let writes = self.writes_pending.entry(at).or_default();
        if self.operations[ended].call.buffers().is_some() {
            *writes = writes.saturating_sub(1);
        }
        *writes > 0
    }

    fn end(&mut self, at: Place, op: u64, ending: Ending) -> Option<usize> {
        let index = self.pending.remove(&(at, op))?;
        let overlapped = self.writing(at, index);
        self.operations[index].bytes = match (&self.operations[index].call, &ending.outcome) {
            (Call::Read { .. }, Some(Outcome::Data(data))) => Some(advance(self.read.entry(at).or_default(), data.len() as u64)),
            (call, outcome) => call.buffers().and_then(|buffers| {
                let length = buffers.iter().map(|buffer| buffer.len() as u64).sum();
                let offset = self.written.entry(at).or_insert(Some(0));
                let certain = *outcome == Some(Outcome::Ok) && !overlapped;
                match offset.as_mut().filter(|_| certain) {
                    Some(offset) => Some(advance(offset, length)),
                    None => {
                        *offset = None;
                        None
                    }
                }
            }),
        };
        self.operations[index].end = Some(ending);
        Some(index)
    }
}

/// The next `length` bytes from an offset that moves past them.
fn advance(offset: &mut u64, length: u64) -> Range<u64> {
    let start = *offset;
    *offset += length;
    start..*offset
}
