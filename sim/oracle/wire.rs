//! What segments show: each end has one FIN, and nothing beyond it.

use super::ledger::{Findings, Site};
use super::scene::Scene;
use crate::rules::Rule;
use crate::trace::{Fate, Wire};

/// What one end has sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WireState {
    /// The sequence number of its FIN.
    fin: Option<u32>,
}

impl Scene<'_> {
    pub(super) fn segment(&mut self, wire: &Wire) {
        if wire.fate != Fate::Sent {
            return;
        }
        if wire.flags.syn() {
            self.flow.wire[self.end] = WireState::default();
            return;
        }
        let end_of_data = wire.seq.wrapping_add(wire.len);
        match (self.flow.wire[self.end].fin, wire.flags.fin()) {
            (None, false) => {}
            (None, true) => {
                self.book.exercise(Rule::OneFin);
                self.flow.wire[self.end].fin = Some(end_of_data);
            }
            (Some(fin), true) if fin != end_of_data => {
                let rule = if is_after(end_of_data, fin) { Rule::OneFin } else { Rule::FinAfterData };
                self.out_of_place(rule, fin, end_of_data);
            }
            (Some(_), true) => self.book.exercise(Rule::OneFin),
            (Some(fin), false) if wire.len > 0 => {
                self.book.exercise(Rule::FinAfterData);
                // A keep-alive's garbage octet has the FIN's own number, and so does not lie beyond it.
                if is_after(end_of_data, fin.wrapping_add(1)) {
                    self.out_of_place(Rule::FinAfterData, fin, end_of_data);
                }
            }
            (Some(_), false) => {}
        }
    }

    fn out_of_place(&mut self, rule: Rule, fin: u32, sent: u32) {
        let mut found = Findings::default();
        let end = self.end;
        found.add(rule, &[], || match rule {
            Rule::OneFin => format!("the {end} sent a second FIN, at sequence number {sent}; its first was at {fin}"),
            _ => format!("the {end} sent up to sequence number {sent}, but its FIN is at {fin}"),
        });
        let site = Site { at: self.at, flow: self.flow.id, end, op: None };
        self.book.enter(site, found);
    }
}

/// `a` lies after `b` in the circle of sequence numbers.
fn is_after(a: u32, b: u32) -> bool {
    a != b && a.wrapping_sub(b) < 1 << 31
}
