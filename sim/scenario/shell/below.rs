//! Finds out which flows of a run stand on which. Flows that were made while a subject's ends were made are below it, since an async
//! closure says no more than that: a layer stands on the one that it wraps, and a proxy joins two whose outer ends are returned.

use std::ops::Range;

use crate::contract::{Both, End};
use crate::flow::Flow;
use crate::trace::{Header, Layer, Place, Proxy};
use crate::world::{Conn, Ends, World};

/// The ends of a subject, and the numbers of the flows that were made for it.
pub(super) struct Opened {
    pub(super) ends: Ends,
    pub(super) made: Range<u32>,
}

/// What is below one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Below {
    /// Nothing: it is the world's own flow, or no flow of this run is known to be.
    Nothing,
    /// These flows. `wraps`: the other end is that of such a flow itself, so that this one only wraps its own, and need not end it as a
    /// layer does.
    Flows { below: Vec<u32>, wraps: bool },
    /// A proxy, between the flows of which the client's end and the server's are the subject's.
    Proxy(Both<u32>),
}

impl Below {
    /// What is below the subject of this number; where no flow was made for it, what is below the one before.
    pub(super) fn of(opened: &Opened, number: u32, before: Option<&Below>, world: &World) -> Below {
        if world.carries(number) {
            return Below::Nothing;
        }
        let made: Vec<u32> = opened.made.clone().filter(|flow| *flow != number).collect();
        match (outer(&opened.ends), made.len()) {
            (_, 0) => before.cloned().unwrap_or(Below::Nothing),
            (Some(outer), 2) => Below::Proxy(outer),
            _ => Below::Flows { wraps: made.iter().any(|flow| has_end_of(&opened.ends, *flow)), below: made },
        }
    }

    /// The ends of the world that an abort of the subject's ends strikes, if there are any.
    pub(super) fn conns(&self) -> Option<Both<Conn>> {
        let flows = match self {
            Below::Nothing => return None,
            Below::Flows { below, .. } => Both::same(*below.first()?),
            Below::Proxy(outer) => *outer,
        };
        Some(Both { client: Conn::new(flows.client, End::Client), server: Conn::new(flows.server, End::Server) })
    }
}

/// The two flows of which one's client end and the other's server end are the subject's ends.
fn outer((client, server): &Ends) -> Option<Both<u32>> {
    match (client.place()?, server.place()?) {
        (Place { flow: left, end: End::Client }, Place { flow: right, end: End::Server }) if left != right => {
            Some(Both { client: left, server: right })
        }
        _ => None,
    }
}

/// Is one of the ends one of this flow?
fn has_end_of((client, server): &Ends, flow: u32) -> bool {
    [client.place(), server.place()].into_iter().flatten().any(|place| place.flow == flow)
}

/// Writes into the header of a run what is below each subject. What layers owe the flow below is judged where each stands on one flow
/// that is its own: of several, only some may be meant to end with it.
pub(super) fn declare<'a>(header: &mut Header, subjects: impl Iterator<Item = (u32, &'a Below)>) {
    let mut has_wraps = false;
    for (number, below) in subjects {
        match below {
            Below::Nothing => {}
            Below::Flows { below, wraps } => {
                header.layers.extend(below.iter().map(|flow| Layer { upper: number, lower: *flow }));
                has_wraps |= wraps;
            }
            Below::Proxy(outer) => header.proxies.push(Proxy { left: outer.client, right: outer.server, outer: Some(number) }),
        }
    }
    let layers = &header.layers;
    let is_alone = |layer: &Layer| layers.iter().filter(|other| other.upper == layer.upper || other.lower == layer.lower).count() == 1;
    header.records.lower = !has_wraps && !layers.is_empty() && layers.iter().all(is_alone);
}
