//! Describes what a layer does with the flow that it stands on, and a proxy with the flows that it joins.

use crate::contract::Call;
use crate::oracle::state::{Between, EndState};

/// A layer calls the flow below; the scene is that flow's, before the call.
pub(in crate::oracle) struct LowerCall<'a> {
    pub call: &'a Call,
    /// The same end of the flow above.
    pub upper: &'a EndState,
    pub between: Between,
}

/// A shutdown of writing, or close, of a layered flow is done; the scene is that flow's, before the return.
pub(in crate::oracle) struct UpperEnded {
    /// Writing has been ended below.
    pub below_ended: bool,
    pub between: Between,
}

/// All is quiet; the scene is the layered flow's.
pub(in crate::oracle) struct LayerAtQuiet<'a> {
    /// The same end of the flow below.
    pub lower: &'a EndState,
}

/// A proxy at one of its ends, and at the other; the scene is the former's.
pub(in crate::oracle) struct ProxySides<'a> {
    /// The proxy's end at which its peer's end of stream may have been read.
    pub near: &'a EndState,
    /// The peer of that.
    pub near_peer: &'a EndState,
    /// The proxy's end of the other flow.
    pub far: &'a EndState,
    /// The peer of that.
    pub far_peer: &'a EndState,
}
