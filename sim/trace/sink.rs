//! Takes events: into memory, into a writer, or nowhere.

use super::{Event, Trace};

/// Takes events in the order in which they happen.
pub trait Sink {
    /// One more event happened.
    fn record(&mut self, event: &Event);
}

/// Forgets them.
impl Sink for () {
    fn record(&mut self, _: &Event) {}
}

impl Sink for Vec<Event> {
    fn record(&mut self, event: &Event) {
        self.push(event.clone());
    }
}

impl Sink for Trace {
    fn record(&mut self, event: &Event) {
        self.events.record(event);
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn record(&mut self, event: &Event) {
        (**self).record(event);
    }
}

/// Both take every event, the first one first.
impl<A: Sink, B: Sink> Sink for (A, B) {
    fn record(&mut self, event: &Event) {
        self.0.record(event);
        self.1.record(event);
    }
}

impl<S: Sink> Sink for Option<S> {
    fn record(&mut self, event: &Event) {
        if let Some(sink) = self {
            sink.record(event);
        }
    }
}
