//! From the arguments of `run` to scenario files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::trace::Diagnostic;

/// A scenario file, and whether the user named it or a folder that it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    pub path: PathBuf,
    pub is_named: bool,
}

/// The files that are named, and those below the folders that are named, in the order of the arguments and within a folder by name.
pub(super) fn scenarios(paths: &[PathBuf]) -> Result<Vec<File>, Diagnostic> {
    let mut files = Vec::new();
    for path in paths {
        match fs::metadata(path).map_err(|error| unreadable(path, &error))?.is_dir() {
            true => files.extend(below(path)?.into_iter().map(|path| File { path, is_named: false })),
            false => files.push(File { path: path.clone(), is_named: true }),
        }
    }
    Ok(files)
}

/// Every scenario file in a folder. A folder without any is a mistake: a check that checks nothing must not pass.
fn below(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        let help = "a scenario file has a name that ends in `.toml`";
        return Err(Diagnostic::of_file(folder.display().to_string(), "there is no scenario file in this folder").with_help(help));
    }
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        // A link may lead back up: only real folders are entered.
        let is_folder = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?.is_dir();
        let path = entry.path();
        if is_folder {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    Ok(())
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::of_file(path.display().to_string(), format!("can't be read: {error}"))
}

/// Has the file a name that ends so?
pub(super) fn ends_in(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == extension)
}

/// What `judge` says to a file that it can't read; if the name is that of a scenario, which verb takes it.
pub(super) fn not_a_trace(diagnostic: Diagnostic) -> Diagnostic {
    hinted(diagnostic, "toml", "a scenario is run", "run")
}

/// What `run` says to a file that it can't read; if the name is that of a trace, which verb takes it.
pub(super) fn not_a_scenario(diagnostic: Diagnostic) -> Diagnostic {
    hinted(diagnostic, "jsonl", "a trace is judged", "judge")
}

/// Only where the mistake is in what the file says: one that can't be opened is read by no verb.
fn hinted(diagnostic: Diagnostic, extension: &str, what: &str, verb: &str) -> Diagnostic {
    if diagnostic.line == 0 || !ends_in(&diagnostic.file, extension) {
        return diagnostic;
    }
    let help = format!("{what}: `flowsim {verb} {}`", diagnostic.file);
    diagnostic.with_help(help)
}
