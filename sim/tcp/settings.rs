//! Defines what a stack is set to.

use std::time::Duration;

use crate::contract::Contract;

use super::Quirk;
use super::ports::BEGUN_MAX;

/// What a stack is set to. The default is what the RFCs ask for (the profile `rfc`). Later versions may have more settings, so
/// that one is made by changing another:
///
/// ```
/// use std::time::Duration;
///
/// let mut settings = flowsim::tcp::Settings::default();
/// settings.mss = 536;
/// settings.msl = Duration::from_secs(30);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The dialect in which its flows answer calls.
    pub contract: Contract,
    /// The largest payload that it takes and sends (octets).
    pub mss: u16,
    /// How much a connection holds that was written and not acknowledged yet (octets).
    pub send_buffer: usize,
    /// How much a connection holds that has arrived and was not read yet: the largest window (octets).
    pub receive_buffer: usize,
    /// Windows are scaled, if the peer agrees (RFC 7323).
    pub window_scale: bool,
    /// Small segments wait while data is outstanding (RFC 9293 §3.7.4).
    pub nagle: bool,
    /// How long an acknowledgement may wait (below 500 ms); zero: not at all.
    pub delayed_ack: Duration,
    /// The retransmission timeout before anything was measured (RFC 6298 §2).
    pub rto_initial: Duration,
    /// The least retransmission timeout.
    pub rto_min: Duration,
    /// The greatest retransmission timeout, and the longest pause between zero-window probes.
    pub rto_max: Duration,
    /// How long a SYN is tried (R2 for SYN: at least 3 minutes, RFC 9293 §3.8.3).
    pub syn_give_up: Duration,
    /// How long data is tried without any progress (R2: at least 100 s).
    pub give_up: Duration,
    /// The maximum segment lifetime; TIME-WAIT lasts twice as long.
    pub msl: Duration,
    /// How long a fully closed connection waits in FIN-WAIT-2.
    pub fin_wait_2: Duration,
    /// From how many ports it begins connections, at least one: the dynamic ones (RFC 6335 §6) in their order, then those from 1,024
    /// on.
    pub ports: u16,
    /// The initial sequence number of every connection, instead of the clock and the key.
    pub isn: Option<u32>,
    /// The secret of RFC 6528.
    pub isn_key: [u64; 2],
    /// A defect, for tests of what looks for defects.
    pub quirk: Option<Quirk>,
}

/// Octets of the headers of IP and TCP without options.
const HEADERS: u16 = 40;

/// In the modern dialect.
impl Default for Settings {
    fn default() -> Self {
        Settings::new(Contract::modern())
    }
}

impl Settings {
    /// All ports but the system's, which are below 1,024.
    pub const PORTS_MAX: u16 = BEGUN_MAX;

    /// What the RFCs ask for, in this dialect.
    pub const fn new(contract: Contract) -> Self {
        Settings {
            contract,
            mss: 1460,
            send_buffer: 64 * 1024,
            receive_buffer: 64 * 1024,
            window_scale: true,
            nagle: true,
            delayed_ack: Duration::from_millis(40),
            rto_initial: Duration::from_secs(1),
            rto_min: Duration::from_secs(1),
            rto_max: Duration::from_secs(60),
            syn_give_up: Duration::from_secs(180),
            give_up: Duration::from_secs(100),
            msl: Duration::from_secs(120),
            fin_wait_2: Duration::from_secs(60),
            ports: Settings::PORTS_MAX,
            isn: None,
            isn_key: [0x5851_f42d_4c95_7f2d, 0x1405_7b7e_f767_814f],
            quirk: None,
        }
    }

    /// The largest payload of a packet of this size (octets): the headers of IP and TCP without options take 40 of them.
    pub const fn mss_for(mtu: u16) -> u16 {
        let mss = mtu.saturating_sub(HEADERS);
        if mss == 0 { 1 } else { mss }
    }

    /// It has this defect.
    #[inline]
    pub(super) fn is(&self, quirk: Quirk) -> bool {
        self.quirk == Some(quirk)
    }
}
