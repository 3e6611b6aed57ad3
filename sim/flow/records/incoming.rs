//! Takes records apart as they arrive: bytes are handed up as soon as they are there.

use std::rc::Rc;

use bytes::{Buf, Bytes};
use futures::future::LocalBoxFuture;

use super::super::Flow;
use super::RecordsQuirk;
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
    pub(super) quirk: Option<RecordsQuirk>,
}

impl Incoming {
    /// What is there for a reader, if anything is.
    pub(super) fn take(&mut self, max: usize) -> Option<Result<Read, Error>> {
        if self.left == 0 && self.over.is_none() && self.begin_record() {
            return Some(Ok(Read::Data(Bytes::from_static(&[0]))));
        }
        if let Some(over) = &self.over {
            return Some(over.clone().map(|()| Read::Eof));
        }
        let count = self.left.min(max).min(self.arrived.len());
        self.left -= count;
        (count > 0).then(|| Ok(Read::Data(self.arrived.split_to(count))))
    }

    /// Takes the length of the next record, as far as it has arrived; true for one that is to be handed up, as a defect wants it. What
    /// arrives after the end record is nobody's.
    fn begin_record(&mut self) -> bool {
        if self.high.is_none() && self.arrived.has_remaining() {
            self.high = Some(self.arrived.get_u8());
        }
        if let (Some(high), true) = (self.high, self.arrived.has_remaining()) {
            self.left = u16::from_be_bytes([high, self.arrived.get_u8()]).into();
            self.high = None;
            if self.left == 0 {
                self.over = Some(Ok(()));
                return self.quirk == Some(RecordsQuirk::EndRecordHandedUp);
            }
        }
        false
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
            _ if self.quirk == Some(RecordsQuirk::FailureIsEof) => self.over = Some(Ok(())),
            Ok(Read::Eof) => self.over = Some(Err(Error::Other("truncated".into()))),
            Err(error) => self.over = Some(Err(error)),
        }
    }
}
