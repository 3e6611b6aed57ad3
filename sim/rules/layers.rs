//! Flows that stand on flows, and proxies.

use super::Rule;
use super::about::{About, Level, Section};

pub(super) const RULES: &[About] = &[
    About {
        statement: "A layer closes the flow below it at most once: exactly once when it was closed itself, or both its halves ended by its \
                    own doing.",
        source: "gluten-mirage Mirage_flow.S, close: closing a layered flow closes what is below",
        premise: "a layered flow is closed, or both its halves are shut",
        ..About::later(Rule::LowerClosedOnce, Section::Layers, Level::Lower)
    },
    About {
        statement: "A layer of which one half is shut keeps the flow below open; when its second half ends it closes it.",
        source: "gluten-mirage Mirage_flow.S, shutdown: the flow below is closed when the state is `Closed`",
        premise: "a half of a layered flow is shut down",
        ..About::later(Rule::LowerClosedWhenBothHalvesShut, Section::Layers, Level::Lower)
    },
    About {
        statement: "A layer asks nothing of the flow below after closing it.",
        source: "gluten-mirage Mirage_flow.S, close: later calls fail, so they are the layer's mistake",
        premise: "a layer has closed the flow below",
        ..About::later(Rule::LowerNotUsedAfterClose, Section::Layers, Level::Lower)
    },
    About {
        statement: "What a layer has accepted reaches the flow below before that is shut down or closed.",
        source: "gluten-mirage Mirage_flow.S, shutdown: pending writes are flushed",
        premise: "a layer that has accepted bytes shuts down or closes the flow below",
        parameters: &["close_sends_pending"],
        ..About::later(Rule::AcceptedGoesDown, Section::Layers, Level::Lower)
    },
    About {
        statement: "A proxy that reads EOF on one side shuts down writing on the other, and the opposite direction goes on.",
        source: "hvsock FLOW, close: a half close is a state of its own; RFC 9293 §3.6",
        premise: "a proxy reads EOF on one of its sides",
        ..About::later(Rule::ProxyPassesHalfClose, Section::Layers, Level::BothEnds)
    },
];
