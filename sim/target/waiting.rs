//! Lists the rows of the catalogue of mutants that the simulator's own flows can't be given yet, and what each waits for. The
//! tests hold a recording of each.

/// A defect that no mutant has yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitingMutant {
    /// Its row in the catalogue.
    pub number: u32,
    /// The rule that must find it first.
    pub rule: &'static str,
    /// What it changes.
    pub about: &'static str,
    /// What is missing.
    pub waits_for: &'static str,
}

const fn row(number: u32, rule: &'static str, about: &'static str, waits_for: &'static str) -> WaitingMutant {
    WaitingMutant { number, rule, about, waits_for }
}

const KEEPALIVE: &str = "keep-alive in our TCP";
const PROXIES: &str = "proxies";
const MEMORY: &str = "shared memory, which takes unsafe code";

/// By number.
pub static WAITING: &[WaitingMutant] = &[
    row(45, "keepalive-ends-dead-flow", "Keep-alive never fires.", KEEPALIVE),
    row(46, "keepalive-only-when-idle", "Keep-alive kills a live peer.", KEEPALIVE),
    row(47, "abort-is-told", "When keep-alive gives up a blocked writer is not told.", KEEPALIVE),
    row(58, "fresh-buffer", "A read's buffer is used again for the next.", MEMORY),
    row(71, "delivery", "A range that was acknowledged selectively is never sent again.", "SACK"),
    row(94, "fresh-buffer", "A reader's second buffer shares memory with its first.", MEMORY),
    row(97, "proxy-passes-half-close", "A proxy stops at the end of one stream.", PROXIES),
    row(110, "destination-is-constant", "The destination changes with a SYN that is sent again.", "destinations in our TCP's answers"),
    row(112, "input-is-total", "An option of length zero panics.", "our TCP's reading of bytes"),
    row(113, "ports-are-checked", "Ports are taken modulo 65536.", "ports above 65535 in steps"),
    row(124, "resources-freed", "Keep-alive probes go on after both ends closed.", KEEPALIVE),
    row(140, "eof-has-cause", "A relay turns a reset into a clean end.", PROXIES),
    row(141, "half-close-keeps-reading", "A relay closes both sides when one ends its stream.", PROXIES),
    row(142, "half-close-keeps-reading", "A relay ends half-closed flows after half a second of silence.", PROXIES),
    row(145, "ack-is-received", "An acknowledgement of unsent data is taken after a probe.", "injected segments"),
];
