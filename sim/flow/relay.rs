//! Copies between two flows, as a right proxy does: an end of stream, an error and a reader that takes its time go through.

use std::cell::Cell;

use futures::future::join;

use super::Flow;
use crate::contract::{Mode, Read};

/// Copies what either flow brings to the other, until both directions are over.
///
/// What is not read on one side is not read on the other: nothing is kept but the piece that is under way. An end of stream ends the
/// other side's writing, and the opposite direction goes on. Where a read or write fails, the opposite side is reset, so that no error
/// passes for an end of stream and no writer waits for a reader who has gone; one whose writing had ended is closed, for a reset could
/// overtake that end.
pub async fn relay(left: impl Flow, right: impl Flow) {
    let (left, right) = (Side::new(left), Side::new(right));
    join(copy(&left, &right), copy(&right, &left)).await;
    left.leave().await;
    right.leave().await;
}

/// One of the two flows.
struct Side<F> {
    flow: F,
    /// Its writing has ended.
    is_shut: Cell<bool>,
}

impl<F: Flow> Side<F> {
    fn new(flow: F) -> Self {
        Side { flow, is_shut: Cell::new(false) }
    }

    async fn shut(&self) {
        self.is_shut.set(true);
        self.flow.shutdown(Mode::Write).await;
    }

    /// There is nothing more to come.
    async fn leave(&self) {
        if self.is_shut.get() { self.flow.close().await } else { self.flow.reset().await }
    }
}

/// One direction.
async fn copy(source: &Side<impl Flow>, target: &Side<impl Flow>) {
    loop {
        match source.flow.read(usize::MAX).await {
            Ok(Read::Data(bytes)) => {
                if target.flow.write(bytes).await.is_err() {
                    return source.leave().await;
                }
            }
            Ok(Read::Eof) => return target.shut().await,
            Err(_) => return target.leave().await,
        }
    }
}
