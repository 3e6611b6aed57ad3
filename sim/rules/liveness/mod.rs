//! What must happen at last: due when everything is quiet, or when patience has run out.

mod progress;
mod release;

pub(super) use progress::PROGRESS;
pub(super) use release::RELEASE;
