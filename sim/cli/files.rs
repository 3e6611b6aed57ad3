//! Finds the scenario files that the arguments of `run` name, and writes scenarios.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::scenario::Scenario;
use crate::trace::Diagnostic;

/// A scenario file, and whether the user named it or a folder that it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    pub path: PathBuf,
    pub is_named: bool,
    /// Why it can't be run at all.
    pub refused: Option<Diagnostic>,
}

impl File {
    /// A file that the user named.
    pub(super) fn named(path: &Path) -> Self {
        File { path: path.to_owned(), is_named: true, refused: None }
    }

    fn found(path: &Path) -> Self {
        File { is_named: false, ..File::named(path) }
    }

    fn refused(path: &Path, why: Diagnostic) -> Self {
        File { refused: Some(why), ..File::named(path) }
    }
}

/// The files that are named, and those below the folders that are named, in the order of the arguments and within a folder by
/// name. What can't be read stands among them, with the reason.
pub(super) fn scenarios(paths: &[PathBuf]) -> Vec<File> {
    paths.iter().flat_map(|path| named(path)).collect()
}

fn named(path: &Path) -> Vec<File> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => below(path),
        Ok(_) => vec![File::named(path)],
        Err(error) => vec![File::refused(path, unreadable(path, &error))],
    }
}

/// Every scenario file in a folder. A folder without any is a mistake: a check that checks nothing must not pass.
fn below(folder: &Path) -> Vec<File> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    if files.is_empty() {
        let empty = Diagnostic::of_file(folder.display().to_string(), "there is no scenario file in this folder");
        files.push(File::refused(folder, empty.with_help("a scenario file has a name that ends in `.toml`")));
    }
    files
}

fn collect(folder: &Path, files: &mut Vec<File>) {
    match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
        Ok(entries) => entries.iter().for_each(|entry| sort_in(entry, files)),
        Err(error) => files.push(File::refused(folder, unreadable(folder, &error))),
    }
}

/// Takes an entry of a folder if it is a scenario file, or a folder with such files.
fn sort_in(entry: &fs::DirEntry, files: &mut Vec<File>) {
    let path = entry.path();
    // A link may lead back up: only real folders are entered.
    if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
        collect(&path, files);
    } else if path.extension().is_some_and(|extension| extension == "toml") {
        files.push(in_folder(&path));
    }
}

/// A file in a folder. The user did not name it: if it is a pipe or device, it is not waited for.
fn in_folder(path: &Path) -> File {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => File::found(path),
        Ok(_) => File::refused(path, Diagnostic::of_file(path.display().to_string(), "is no file that could be a scenario")),
        Err(error) => File::refused(path, unreadable(path, &error)),
    }
}

/// Writes a scenario.
pub(super) fn save(path: &Path, scenario: &Scenario) -> Result<(), Diagnostic> {
    fs::write(path, scenario.to_string()).map_err(|error| unwritable(path, &error))
}

pub(super) fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::of_file(path.display().to_string(), format!("can't be written: {error}"))
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::of_file(path.display().to_string(), format!("can't be read: {error}"))
}

/// Has the file this extension?
pub(super) fn ends_in(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|found| found == extension)
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
    if diagnostic.line == 0 || !ends_in(Path::new(&diagnostic.file), extension) {
        return diagnostic;
    }
    let help = format!("{what}: `flowsim {verb} {}`", diagnostic.file);
    diagnostic.with_help(help)
}
