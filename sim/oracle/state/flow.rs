//! Puts one flow together, as far as its events tell: both ends, both directions, and what lies between them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Between, EndState, Network, Path, Suspects};
use crate::contract::{Both, End, Payload};
use crate::oracle::Stamp;
use crate::oracle::stream::ByteStream;
use crate::oracle::track::Tracks;
use crate::time::Instant;
use crate::trace::{Header, Resources};

/// A buffer's contents, as little of them as tells whether they change.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Fingerprint {
    len: usize,
    hash: Option<u128>,
}

impl Fingerprint {
    pub fn of(data: &Payload) -> Self {
        Fingerprint { len: data.len(), hash: data.bytes().map(|bytes| xxhash_rust::xxh3::xxh3_128(bytes)) }
    }

    pub fn differs(self, data: &Payload) -> bool {
        let now = Fingerprint::of(data);
        self.len != now.len || self.hash.zip(now.hash).is_some_and(|(then, now)| then != now)
    }
}

/// One flow, as far as its events tell.
#[derive(Clone, Debug)]
pub(in crate::oracle) struct Flow {
    pub id: u32,
    pub ends: Both<EndState>,
    /// By the end that writes.
    pub streams: Both<ByteStream>,
    pub path: Path,
    /// What segments show: kept only where they are recorded.
    pub segments: Option<Box<Tracks>>,
    pub resources: Both<Option<(Stamp, Resources)>>,
    /// Buffers that reads returned, where the recording shows them again.
    pub buffers: BTreeMap<(End, u64), Fingerprint>,
    /// Wrong bytes whose name may change when more is known.
    pub suspects: Suspects,
    /// Patience with all that is pending has run out without effect: time alone changes nothing any more.
    pub settled: bool,
    /// When something last happened here in fair time.
    pub active: Instant,
    /// The connect that gave up before its time, as a violation's index.
    pub gave_up_early: Option<usize>,
    /// What has come down from the flow that stands on this one, if one does.
    pub between: Option<Box<Both<Between>>>,
    /// It stands on a flow whose segments are recorded: what comes over the network, and when, is seen there and not here.
    pub over_network: bool,
    /// It stands on another flow, through which the ends of its streams must pass, too.
    pub stands_on_another: bool,
}

impl Flow {
    pub fn new(id: u32, header: &Header, network: &Network) -> Self {
        Flow::with(id, header, network, None)
    }

    /// In the memory of what another one's segments had shown.
    fn with(id: u32, header: &Header, network: &Network, segments: Option<Box<Tracks>>) -> Self {
        let tracks = || segments.unwrap_or_else(|| Box::new(Tracks::new(header.simulated)));
        let is_evidence = header.is_evidence(id);
        let end = |end| EndState { faulted: is_evidence, evidence: is_evidence, ..EndState::new(header.contract[end], header.keepalive) };
        Flow {
            id,
            ends: Both { client: end(End::Client), server: end(End::Server) },
            streams: Both::default(),
            path: Path::on(network),
            segments: header.records.segments.then(tracks),
            resources: Both::default(),
            buffers: BTreeMap::new(),
            suspects: Suspects::default(),
            settled: false,
            active: Instant::ZERO,
            gave_up_early: None,
            between: is_evidence.then(Box::default),
            over_network: header.records.segments && header.is_upper(id),
            stands_on_another: header.is_upper(id),
        }
    }

    /// Another flow takes the place of this one, and the memory of its lists.
    pub fn restart(&mut self, id: u32, header: &Header, network: &Network) {
        let mut segments = self.segments.take();
        segments.iter_mut().for_each(|tracks| tracks.restart(header.simulated));
        let mut fresh = Flow::with(id, header, network, segments);
        End::BOTH.into_iter().for_each(|end| fresh.streams[end].inherit(&mut self.streams[end]));
        *self = fresh;
    }

    /// The flow is looked at: what became of the network since then happened to it too.
    #[inline]
    pub fn catch_up(&mut self, network: &Network) {
        if let Some(changed) = self.path.catch_up(network) {
            (self.settled, self.active) = (false, self.active.max(changed.t));
        }
    }

    /// What segments show: nothing where they are not recorded.
    #[inline]
    pub fn tracks(&self) -> &Tracks {
        static NONE: LazyLock<Tracks> = LazyLock::new(Tracks::default);
        self.segments.as_deref().unwrap_or_else(|| &NONE)
    }

    /// A connection that this end has not been handed yet: only its connecting peer knows of it.
    pub fn is_untaken(&self, end: End) -> bool {
        let (me, peer) = (&self.ends[end].opening, &self.ends[end.peer()].opening);
        let taken = me.opened().is_some() || me.connects() || me.is_used() && me.begun().is_none();
        !taken && (peer.connects() || me.begun().is_some())
    }

    /// Another flow stands on this one: it is evidence, and not judged itself.
    pub fn is_evidence(&self) -> bool {
        self.between.is_some()
    }

    /// One of the ends is not connected yet, or never will be.
    pub fn is_unopened(&self) -> bool {
        End::BOTH.iter().any(|&end| self.ends[end].opening.begun().is_some() && self.ends[end].opening.opened().is_none())
    }

    /// A partition or crash stands between the ends.
    pub fn is_cut(&self) -> bool {
        self.path.is_cut() || End::BOTH.iter().any(|&end| self.ends[end].life.crashed().is_some())
    }
}
