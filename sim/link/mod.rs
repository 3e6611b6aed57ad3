//! One direction of a path between two hosts: what becomes of each packet, and what is under way.
//!
//! [`Link::send`] decides the [`Fate`] of a packet; [`Link::next`] and [`Link::arrive`] hand over what has travelled. What this
//! is not: a network. It knows no address and no host; what a packet means to people is told by its [`Meaning`].

use std::time::Duration;

/// What a direction does to packets. The default carries everything at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// How long every packet travels.
    pub delay: Duration,
    /// Up to so much longer, at random; packets keep their order.
    pub jitter: Duration,
    /// How likely a packet is lost.
    pub loss: Probability,
    /// How likely a packet arrives twice.
    pub duplicate: Probability,
    /// How likely a packet is held back, so that later ones overtake it.
    pub reorder: Probability,
    /// How likely a packet is damaged on the way.
    pub corrupt: Probability,
    /// Bits per second; nothing: without limit.
    pub rate: Option<u64>,
    /// How many packets wait for a slow link before others are dropped at its tail; nothing: without limit.
    pub queue: Option<u32>,
}

/// A probability, as a share of 2³²: exact on every machine. `u32::MAX` and above are certainty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probability(pub u32);

/// What a packet is, as a person would say it: `the client's first FIN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Meaning {
    /// Who sends: an end of a flow.
    pub entity: u32,
    /// What it is for.
    pub kind: Kind,
    /// The stream offset of its first octet, where it carries data.
    pub offset: u64,
    /// How many octets of data it carries (a FIN may carry some).
    pub len: u32,
}

/// What a segment is for: the first of these that fits (a FIN with data is a FIN).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It resets.
    Rst,
    /// It opens, and answers.
    SynAck,
    /// It opens.
    Syn,
    /// It ends the sender's data.
    Fin,
    /// It carries data.
    Data,
    /// It only acknowledges (or probes).
    Ack,
}
