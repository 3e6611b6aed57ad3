//! Describes a pending call, as the rooms are asked whether it is owed its return, and what they answer.

use smallvec::SmallVec;

use super::Stamp;
use super::fact::Fact;
use super::state::{Asked, EndState, Pending};
use crate::contract::{Both, End, Mode};
use crate::oracle::state::Flow;
use crate::oracle::state::Host;
use crate::rules::Rule;

/// A call that has not returned.
#[derive(Clone, Copy)]
pub(super) struct Waiting<'a> {
    pub flow: &'a Flow,
    pub hosts: &'a Both<Host>,
    pub end: End,
    pub pending: &'a Pending,
    /// Nothing more can happen; else time has only passed.
    pub at_quiet: bool,
}

impl<'a> Waiting<'a> {
    pub fn me(&self) -> &'a EndState {
        &self.flow.ends[self.end]
    }

    pub fn peer(&self) -> &'a EndState {
        &self.flow.ends[self.end.peer()]
    }

    pub fn asked(&self) -> Asked {
        self.pending.asked
    }

    pub fn is_read(&self) -> bool {
        self.pending.asked.reads()
    }

    pub fn is_write(&self) -> bool {
        matches!(self.pending.asked, Asked::Write { .. })
    }

    /// Nothing is owed on a flow that is not known to be connected, but what this end's own calls bring about.
    pub fn is_up_in_the_air(&self) -> bool {
        let (me, asked) = (self.me(), self.pending.asked);
        let ends_it = matches!(asked, Asked::Shutdown(Mode::Read)) || asked == Asked::Close && me.halves.closes_fully();
        let unknown = me.life.is_maybe_dead() || me.life.stack_left().is_some() || self.flow.is_unopened();
        let hopeless = me.opening.is_hopeless().is_some() && (self.is_read() || self.is_write());
        let own = ends_it || hopeless || me.halves.full_close_returned().is_some();
        asked.is_of_flow() && !matches!(asked, Asked::Connect(_)) && !own && unknown
    }

    /// Is a read of the peer pending that this end can fill?
    pub fn peer_reads_on(&self) -> bool {
        let peer = self.peer();
        let ended =
            peer.life.aborted().is_some() || peer.is_void() || peer.reading.eof().is_some() || peer.halves.full_close_called().is_some();
        !ended && peer.pending.reads() > 0 && peer.pending.heard().any(|pending| pending.asked.reads())
    }

    /// Something stands between the ends, or the peer is not there any more.
    pub fn is_parted(&self) -> bool {
        self.flow.is_cut() || self.peer().life.is_gone() || self.peer().is_void() || self.has_lost_ground()
    }

    /// The flow below has failed at either end: nothing may come through it any more.
    pub fn has_lost_ground(&self) -> bool {
        self.me().life.below_lost().is_some() || self.peer().life.below_lost().is_some()
    }
}

/// Why a pending call is owed its return.
pub(super) struct Due {
    pub because: SmallVec<[Stamp; 2]>,
    pub why: Fact,
}

impl Due {
    pub fn new(because: &[Stamp], why: Fact) -> Self {
        Due { because: because.into(), why }
    }
}

/// The rules by which a pending call is owed its return: the first one that answered names it.
#[derive(Default)]
pub(super) struct StuckRules {
    pub rules: SmallVec<[Rule; 3]>,
    pub because: SmallVec<[Stamp; 2]>,
    pub why: Fact,
}

impl StuckRules {
    /// A room has answered.
    pub fn hear(&mut self, rule: Rule, due: Option<Due>) {
        let Some(Due { because, why }) = due else { return };
        if self.rules.is_empty() {
            (self.because, self.why) = (because, why);
        }
        self.rules.push(rule);
    }
}
