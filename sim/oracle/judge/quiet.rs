//! Judges an end at quiet, its pending calls apart: what it holds, what it was handed, what its caller has left undone.

use super::Judge;
use crate::oracle::events::Holding;
use crate::oracle::events::opening::HandedOut;
use crate::oracle::ledger::ViolationSite;
use crate::oracle::order;
use crate::oracle::rooms::caller_keeps_off;
use crate::oracle::ruling::Findings;
use crate::trace::Resources;

impl Judge<'_> {
    /// Nothing more can happen.
    pub fn quiet(&mut self) {
        self.handed_out_at_quiet();
        self.stays_untold();
        self.answer_is_missing();
        if !self.flow.is_evidence() {
            let duties = caller_keeps_off::at_quiet(&self.scene());
            self.book.charge(self.site_of_end(), duties);
        }
        if let Some(holding) = self.holding() {
            let found = order::held_at_quiet(&self.scene(), &holding);
            self.enter_holding(&holding, found);
        }
    }

    fn handed_out_at_quiet(&mut self) {
        let Some((at, op)) = self.me().opening.opened() else { return };
        let found = order::handed_out_at_quiet(&self.scene(), &HandedOut { at, op });
        self.book.enter(ViolationSite { at, ..self.site(op) }, found);
    }

    /// What the end holds is seen.
    pub fn holds(&mut self, resources: Resources) {
        self.flow.resources[self.end] = Some((self.at, resources));
        if let Some(holding) = self.holding() {
            let found = order::held(&self.scene(), &holding);
            self.enter_holding(&holding, found);
        }
    }

    fn holding(&self) -> Option<Holding> {
        let (seen, held) = self.flow.resources[self.end].filter(|_| self.header.records.resources)?;
        Some(Holding { seen, held })
    }

    /// What is held too long is said once.
    fn enter_holding(&mut self, holding: &Holding, found: Findings) {
        if !found.is_empty() {
            self.flow.resources[self.end] = None;
        }
        self.book.enter(ViolationSite { at: self.at.on_line_of(holding.seen), ..self.site_of_end() }, found);
    }
}
