//! Takes records apart as they arrive: bytes are handed up as soon as they are there.

use std::rc::Rc;

use bytes::{Buf, Bytes};
use futures::future::LocalBoxFuture;

use super::super::Flow;
use crate::contract::{Error, Read};

/// The receiving half.
#[derive(Default)]
pub(super) struct Incoming {
    /// The read below that has not returned.
    underway: Option<LocalBoxFuture<'static, Result<Read, Error>>>,
    /// What arrived and was not looked at.
    arrived: Bytes,
    /// The first byte of a length whose second one has not arrived.
    high: Option<u8>,
    /// What is to come of a record.
    left: usize,
    /// How the stream has ended.
    over: Option<Result<(), Error>>,
}

impl Incoming {
    /// What is there for a reader, if anything is.
    pub(super) fn take(&mut self, max: usize) -> Option<Result<Read, Error>> {
        if self.left == 0 && self.over.is_none() {
            self.begin_record();
        }
        if let Some(over) = &self.over {
            return Some(over.clone().map(|()| Read::Eof));
        }
        let count = self.left.min(max).min(self.arrived.len());
        self.left -= count;
        (count > 0).then(|| Ok(Read::Data(self.arrived.split_to(count))))
    }

    /// Takes the length of the next record, as far as it has arrived. What arrives after the end record is nobody's.
    fn begin_record(&mut self) {
        if self.high.is_none() && self.arrived.has_remaining() {
            self.high = Some(self.arrived.get_u8());
        }
        if let (Some(high), true) = (self.high, self.arrived.has_remaining()) {
            self.left = u16::from_be_bytes([high, self.arrived.get_u8()]).into();
            self.high = None;
            self.over = (self.left == 0).then_some(Ok(()));
        }
    }

    /// Waits for more, or for the end of the flow below: without an end record the stream was cut.
    pub(super) async fn fill<F: Flow + 'static>(&mut self, lower: &Rc<F>) {
        let underway = self.underway.get_or_insert_with(|| {
            let lower = lower.clone();
            Box::pin(async move { lower.read(usize::MAX).await })
        });
        let read = underway.await;
        self.underway = None;
        match read {
            Ok(Read::Data(bytes)) => self.arrived = bytes,
            Ok(Read::Eof) => self.over = Some(Err(Error::Other("truncated".into()))),
            Err(error) => self.over = Some(Err(error)),
        }
    }
}
