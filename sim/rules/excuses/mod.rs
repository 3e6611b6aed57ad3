//! Near misses: histories that look as if a rule were broken, and are held.

mod calls;
mod connections;
mod owed;
mod stream;
mod wire;

use super::Rule;

/// One history that keeps the contract though it may not seem so.
#[derive(Clone, Copy, Debug)]
pub struct Excuse {
    /// The rule that seems broken.
    pub rule: Rule,
    /// Why it is not.
    pub why: &'static str,
    /// The contracts that it is held under.
    pub contracts: &'static [&'static str],
    /// What happens, in the notation of [`history`](super::history).
    pub history: &'static str,
}

/// Every near miss, in the order of the rules.
pub fn excuses() -> impl Iterator<Item = &'static Excuse> {
    [stream::STREAM, calls::CALLS, connections::CONNECTIONS, owed::OWED, wire::WIRE].into_iter().flatten()
}

const fn excuse(rule: Rule, why: &'static str, contracts: &'static [&'static str], history: &'static str) -> Excuse {
    Excuse { rule, why, contracts, history }
}
