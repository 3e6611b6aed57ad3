//! Begins a connection by a SYN from outside, and takes what the peer's SYN says.

use crate::wire::Segment;

use super::connection::Connection;
use super::quirk::Quirk;
use super::segments::StepContext;
use super::send::MSS_DEFAULT;
use super::state::Trigger;

impl Connection {
    /// A SYN makes this connection (RFC 9293 §3.10.7.2, third).
    pub(super) fn greet(&mut self, step: &mut StepContext<'_>, segment: &mut Segment) {
        self.meet(step, segment);
        self.send.set_window(segment.seq, self.send.iss, u32::from(segment.window));
        self.advance(step, Trigger::Syn);
        // Data may come with a SYN; it is read once the handshake is over. A FIN comes again.
        let start = self.receive.trim(segment.seq + 1, &mut segment.data);
        self.receive.take_data(start, std::mem::take(&mut segment.data));
    }

    /// Takes what the peer's SYN says: its numbers and its options.
    pub(super) fn meet(&mut self, step: &StepContext<'_>, syn: &Segment) {
        self.receive.open(syn.seq);
        let most = syn.options.mss.unwrap_or(MSS_DEFAULT).max(1);
        self.send.mss = u32::from(most.min(step.settings.mss.max(1)));
        self.send.set_window(syn.seq, syn.ack, u32::from(syn.window));
        if let (true, Some(shift)) = (step.settings.window_scale, syn.options.window_scale) {
            self.is_scaled = true;
            // RFC 7323 §2.3: a shift above 14 counts as 14.
            self.send.scale = shift.min(14) + u8::from(step.settings.is(Quirk::ScaleOff));
            self.receive.scale = super::receive::scale_for(self.receive.capacity());
        }
    }
}
