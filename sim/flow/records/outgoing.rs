//! Sends records, by one call at a time on the flow below. A call that was begun goes on when its caller has gone.

use std::rc::Rc;

use bytes::Bytes;
use futures::future::LocalBoxFuture;

use super::super::Flow;
use super::RecordsQuirk;
use crate::contract::{Error, Mode};

/// The longest record.
const LONGEST: usize = u16::MAX as usize;

/// The sending half.
#[derive(Default)]
pub(super) struct Outgoing {
    /// The call below that has not returned.
    underway: Option<LocalBoxFuture<'static, Result<(), Error>>>,
    /// The end record was sent, or would have been.
    ended: bool,
    below: Below,
    /// Why a call below failed: nothing is sent from then on.
    failed: Option<Error>,
    pub(super) quirk: Option<RecordsQuirk>,
    /// What a defect keeps back.
    kept: Vec<Bytes>,
}

/// How far the flow below was ended.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Below {
    #[default]
    Open,
    Shut,
    Closed,
}

impl Outgoing {
    /// Waits until nothing is under way.
    pub(super) async fn settle(&mut self) {
        if let Some(underway) = &mut self.underway {
            let result = underway.await;
            self.underway = None;
            self.failed = self.failed.take().or(result.err());
        }
    }

    /// How what was sent so far has ended.
    pub(super) fn result(&self) -> Result<(), Error> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    /// Writing has ended, and nothing is under way.
    pub(super) fn is_over(&self) -> bool {
        self.ended && self.underway.is_none()
    }

    /// Begins to send these bytes.
    pub(super) fn write<F: Flow + 'static>(&mut self, lower: &Rc<F>, data: Vec<Bytes>) -> Result<(), Error> {
        if self.ended {
            return Err(Error::Closed);
        }
        self.result()?;
        let mut records: Vec<Bytes> = data.into_iter().flat_map(chunks).flat_map(|bytes| [length(bytes.len()), bytes]).collect();
        if self.is(RecordsQuirk::CloseUnflushed) || self.is(RecordsQuirk::LastWriteForgotten) {
            std::mem::swap(&mut records, &mut self.kept);
        }
        if !records.is_empty() {
            self.begin(lower, async |lower| lower.writev(records).await);
        }
        Ok(())
    }

    /// Begins to push out what was sent.
    pub(super) fn flush<F: Flow + 'static>(&mut self, lower: &Rc<F>) {
        if !self.ended {
            self.begin(lower, async |lower| lower.flush().await);
        }
    }

    /// Begins to send the end record. No record is sent after it.
    pub(super) fn end<F: Flow + 'static>(&mut self, lower: &Rc<F>) {
        let is_forgotten = self.is(RecordsQuirk::EndRecordForgotten) || self.is(RecordsQuirk::LastWriteForgotten);
        let has_ended = std::mem::replace(&mut self.ended, true) || is_forgotten;
        if !has_ended && self.failed.is_none() {
            self.begin(lower, async |lower| lower.write(length(0)).await);
        }
    }

    /// Begins to end the writing below.
    pub(super) fn shut<F: Flow + 'static>(&mut self, lower: &Rc<F>) {
        if self.below == Below::Open && self.failed.is_none() {
            if self.is(RecordsQuirk::ShutdownClosesLower) {
                return self.close(lower);
            }
            self.below = Below::Shut;
            self.begin(lower, async |lower| {
                lower.shutdown(Mode::Write).await;
                Ok(())
            });
        }
    }

    /// Begins to close the flow below.
    pub(super) fn close<F: Flow + 'static>(&mut self, lower: &Rc<F>) {
        let is_closed = self.below == Below::Closed && !self.is(RecordsQuirk::SecondCloseGoesDown);
        if is_closed || self.is(RecordsQuirk::CloseForgetsLower) {
            return;
        }
        self.below = Below::Closed;
        let writes_on = self.is(RecordsQuirk::LowerWrittenAfterClose);
        self.begin(lower, async move |lower| {
            lower.close().await;
            if writes_on { lower.write(length(0)).await } else { Ok(()) }
        });
    }

    /// It has this defect.
    fn is(&self, quirk: RecordsQuirk) -> bool {
        self.quirk == Some(quirk)
    }

    fn begin<F: Flow + 'static>(&mut self, lower: &Rc<F>, call: impl AsyncFnOnce(Rc<F>) -> Result<(), Error> + 'static) {
        let lower = lower.clone();
        self.underway = Some(Box::pin(async move { call(lower).await }));
    }
}

fn length(bytes: usize) -> Bytes {
    // A record is at most as long as its length can say.
    Bytes::copy_from_slice(&(bytes.min(LONGEST) as u16).to_be_bytes())
}

/// The buffer in pieces that a record can hold, none of them empty.
fn chunks(mut buffer: Bytes) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let chunk = buffer.split_to(buffer.len().min(LONGEST));
        (!chunk.is_empty()).then_some(chunk)
    })
}
