//! Carries packets in one direction of a path between two hosts: decides what becomes of each, and holds those under way.
//!
//! Start here: [`Link::send`] decides the [`PacketFate`] of a packet, [`Link::next`] says when the first of those under way arrives,
//! [`Link::first`] shows it, [`Link::remove_first`] takes it. What decides a packet's fate, in this order:
//!
//! 1. `counts`: which occasion is it? The client's 2nd FIN, the octet at offset 4096 for the 2nd time.
//! 2. a cut direction drops what is sent; then the exact faults that were waiting for this packet (`faults`);
//! 3. chance, at the packet's own [`Address`](crate::choice::Address) (`address`): lost?
//! 4. the bottleneck and its queue (`bottleneck`): dropped at the tail?
//! 5. chance again: damaged, doubled, held back, late?
//! 6. `transit`: when it arrives, and which packets overtake it.
//!
//! Exact faults and chance become one set of `impairments` of the packet before anything is done with it. That is why the decisions
//! of a random run can be written as exact faults ([`exact`]) that do the same on a link without chance.
//!
//! What this is not: a network. It knows no address and no host; its [`Meaning`] tells what a packet is to people.
//!
//! **Unstable**: this may change with any version ([what stays stable](crate::changelog#what-stays-stable)), except for
//! [`LinkSettings`], [`Probability`], and how scenarios tell faults: [`PacketName`], [`SegmentKind`], [`Impairment`].

mod address;
mod bottleneck;
mod count;
mod direction;
mod exact;
mod fate;
mod faults;
mod impairments;
mod kind;
mod meaning;
mod probability;
mod transit;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use address::{exact, is_fate};
pub use direction::Link;
pub use exact::{ExactFault, Impairment, PacketName};
pub use fate::{Arrival, Cause, InFlight, PacketFate};
pub use kind::{NoKind, SegmentKind};
pub use meaning::Meaning;
pub use probability::{NoProbability, Probability};

/// What a direction does to packets. The default carries everything at once. Later versions may have more settings, so that one is
/// made by changing another:
///
/// ```
/// let mut settings = flowsim::link::LinkSettings::default();
/// settings.rate = Some(10_000_000);
/// settings.loss = "1%".parse()?;
/// # Ok::<(), flowsim::link::NoProbability>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkSettings {
    /// How long every packet travels.
    pub delay: Duration,
    /// The most that is added to the delay at random; packets keep their order.
    pub jitter: Duration,
    /// How likely a packet is lost. What is lost takes no time of a slow link.
    pub loss: Probability,
    /// How likely a packet arrives twice, the copy directly behind.
    pub duplicate: Probability,
    /// How likely a packet is held back, so that the next one overtakes it ([`Impairment::Reorder`]).
    pub reorder: Probability,
    /// How likely a packet is damaged on the way.
    pub corrupt: Probability,
    /// Bits per second (0 counts as 1); nothing: without limit.
    pub rate: Option<u64>,
    /// How many packets wait for a slow link, beside the one that it is sending, before others are dropped at its tail; nothing:
    /// without limit. Without a rate nothing ever waits.
    pub queue: Option<u32>,
    /// The largest packet (octets, IP's header included). Stacks are told; the link lets larger ones pass.
    pub mtu: u16,
}

impl Default for LinkSettings {
    fn default() -> Self {
        let never = Probability::NEVER;
        LinkSettings {
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            loss: never,
            duplicate: never,
            reorder: never,
            corrupt: never,
            rate: None,
            queue: None,
            mtu: LinkSettings::MTU,
        }
    }
}

impl LinkSettings {
    /// The largest packet of an Ethernet.
    pub const MTU: u16 = 1500;

    /// Chance has a say.
    pub fn has_chance(&self) -> bool {
        let chances = [self.loss, self.duplicate, self.reorder, self.corrupt];
        chances.into_iter().any(|chance| chance != Probability::NEVER) || !self.jitter.is_zero()
    }

    /// The same link without chance: what exact faults are put on instead.
    #[must_use]
    pub fn without_chance(&self) -> LinkSettings {
        let never = Probability::NEVER;
        LinkSettings { jitter: Duration::ZERO, loss: never, duplicate: never, reorder: never, corrupt: never, ..self.clone() }
    }
}

/// A span as nanoseconds: the longest (584 years) where it is longer.
fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
