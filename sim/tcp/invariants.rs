//! Checks what holds for every connection between any two steps: in debug builds, after every step.

use super::connection::Connection;
use super::settings::Settings;
use super::state::State;
use super::timers::Resend;

impl Connection {
    /// Panics where the stack itself is wrong; no user and no peer can bring that about. One with a defect is not asked.
    #[inline]
    pub(super) fn check(&self, settings: &Settings) {
        if cfg!(debug_assertions) && !self.state.is_over() && settings.quirk.is_none() {
            self.check_numbers();
            self.check_timers();
        }
    }

    fn check_numbers(&self) {
        let send = &self.send;
        assert!(send.una.is_at_most(send.nxt) && send.nxt.is_at_most(send.max), "una ≤ nxt ≤ max");
        assert!(send.max.is_at_most(send.data_end() + 1), "nothing was sent that was not written");
        let knows_end = self.side.shut_write || self.side.closed;
        assert_eq!(send.has_fin(), knows_end, "the stream has an end once the user has ended it");
        assert!(self.side.peer_done || self.state.is_opening() || self.state.may_receive(), "only a FIN ends what may come");
    }

    fn check_timers(&self) {
        let (in_flight, is_sending) = (self.send.flight() > 0, self.state.may_send() || self.state.is_opening());
        match self.timers.resend {
            Resend::Retransmit(_) => assert!(in_flight && is_sending, "what is timed is in flight"),
            Resend::Persist(_) => assert!(!in_flight && is_sending && self.send.has_unsent(), "something waits for a window"),
            Resend::Off => {}
        }
        assert_eq!(self.timers.linger.is_some(), self.lingers(), "a linger timer runs exactly where nothing but time is waited for");
    }

    fn lingers(&self) -> bool {
        self.state == State::TimeWait || (self.state == State::FinWait2 && self.side.is_forgotten())
    }
}
