//! Saves a failure as a scenario, its trace and its report, side by side.

use std::fs;
use std::path::Path;

use anstream::adapter::strip_str;

use super::args::RunningArgs;
use super::{files, run};
use crate::explore::Shrunk;
use crate::trace::Diagnostic;

/// Saves the scenario at this path, and beside it a trace (`.jsonl`) and a report (`.txt`) of its run.
pub(super) fn save(path: &Path, shrunk: &Shrunk) -> Result<(), Diagnostic> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| files::unwritable(folder, &error))?;
    files::save(path, &shrunk.scenario)?;
    run::write(&shrunk.run, &path.with_extension("jsonl"), path)?;
    let report = path.with_extension("txt");
    let text = run::text(&path.display().to_string(), &shrunk.run, &RunningArgs::default());
    fs::write(&report, strip_str(&text).to_string()).map_err(|error| files::unwritable(&report, &error))
}
