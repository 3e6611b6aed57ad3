//! Runs a scenario where its target can: straight on a world, or on flows that are polled.

use super::run::{Ready, Run, RunOptions};
use super::{RunError, direct, shell};

impl Ready<'_> {
    /// Runs it: straight on a world where the target is the simulator's own, else on its flows.
    ///
    /// # Errors
    /// [`RunError::Ends`]: why the ends could not be made.
    pub fn run(&self, options: &RunOptions) -> Result<Run, RunError> {
        let contract = self.scenario.promised(options.contract, self.target);
        match direct::run(self, contract, options)? {
            Some(run) => Ok(run),
            None => shell::run(self, contract, options),
        }
    }
}
