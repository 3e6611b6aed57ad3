//! Reads what the environment asks of a check, and keeps failures in files.

use std::env::{VarError, var};
use std::fmt;
use std::fs;
use std::io;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::thread;

use super::{Check, Failure};
use crate::scenario::{Run, Scenario};

/// Which check it is: where it stands, and the test that it is made in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TestName {
    place: String,
    /// The test, where the thread bears its name.
    name: Option<String>,
}

impl TestName {
    pub fn of(at: &Location<'_>) -> Self {
        let name = thread::current().name().filter(|name| *name != "main").map(str::to_owned);
        TestName { place: format!("{}:{}", at.file(), at.line()), name }
    }

    /// Is a file of this test? Lines move when a source is edited, so the name counts where there is one.
    fn has(&self, said: &str) -> bool {
        let (place, name) = said.split_once(' ').map_or((said, None), |(place, name)| (place, Some(name)));
        match (&self.name, name) {
            (Some(mine), Some(name)) => mine == name,
            _ => self.place == place,
        }
    }

    /// The command that runs this test with a variable set.
    pub fn command(&self, variable: &str, file: &Path) -> String {
        let test = self.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        format!("{variable}={} cargo test{test}", file.display())
    }

    /// A word for the names of files.
    fn word(&self) -> String {
        let word = self.name.as_deref().unwrap_or("check");
        word.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' }).collect()
    }
}

/// `tests/my.rs:12 my_stream`.
impl fmt::Display for TestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        self.name.iter().try_for_each(|name| write!(f, " {name}"))
    }
}

/// What the environment asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    cases: Option<u64>,
    seed: Option<u64>,
    artifacts: Option<PathBuf>,
    /// A file to run again, and whether it is to become smaller.
    file: Option<(PathBuf, bool)>,
}

/// A saved scenario that is to be run alone.
pub(super) struct Saved {
    pub path: PathBuf,
    pub scenario: Scenario,
    pub is_to_shrink: bool,
}

impl Environment {
    /// Reads the variables; what is wrong with one, if anything is.
    pub fn read() -> Result<Self, String> {
        let replay = text("FLOWSIM_REPLAY")?.map(|path| (path.into(), false));
        let shrink = text("FLOWSIM_SHRINK")?.map(|path| (path.into(), true));
        Ok(Environment {
            cases: number("FLOWSIM_CASES")?,
            seed: number("FLOWSIM_SEED")?,
            artifacts: text("FLOWSIM_ARTIFACTS")?.map(PathBuf::from),
            file: shrink.or(replay),
        })
    }

    /// The check, with what was asked for.
    pub fn applied_to(&self, check: &Check) -> Check {
        let Environment { cases, seed, artifacts, .. } = self;
        Check {
            cases: cases.unwrap_or(check.cases),
            seed: seed.unwrap_or(check.seed),
            artifacts: artifacts.clone().unwrap_or_else(|| check.artifacts.clone()),
            ..check.clone()
        }
    }

    /// The file that is to be run again, if it is one of this test.
    pub fn file_for(&self, test: &TestName) -> Result<Option<Saved>, Box<Failure>> {
        let Some((path, is_to_shrink)) = &self.file else { return Ok(None) };
        let scenario = Scenario::load(path).map_err(|mistake| Failure::unusable(mistake.render(false)))?;
        let is_mine = scenario.test.as_deref().is_none_or(|said| test.has(said));
        Ok(is_mine.then(|| Saved { path: path.clone(), scenario, is_to_shrink: *is_to_shrink }))
    }
}

fn text(name: &str) -> Result<Option<String>, String> {
    match var(name) {
        Ok(text) if text.is_empty() => Ok(None),
        Ok(text) => Ok(Some(text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8")),
    }
}

fn number(name: &str) -> Result<Option<u64>, String> {
    let Some(text) = text(name)? else { return Ok(None) };
    let parsed = text.strip_prefix("0x").map_or_else(|| text.parse(), |digits| u64::from_str_radix(digits, 16));
    parsed.map(Some).map_err(|_| format!("{name}={text}: a whole number is wanted, as 1000 or 0x3e8"))
}

/// Keeps a failure as a scenario, its trace and the report, beside each other: where the scenario is. `report` is told that.
pub(super) fn save(
    check: &Check,
    what: &str,
    scenario: &Scenario,
    run: &Run,
    report: impl FnOnce(&Path) -> String,
) -> io::Result<(PathBuf, String)> {
    fs::create_dir_all(&check.artifacts)?;
    let stem = check.artifacts.join(format!("{}-{what}", check.test.word()));
    let path = stem.with_extension("toml");
    let report = report(&path);
    fs::write(&path, scenario.to_string())?;
    run.trace().write(io::BufWriter::new(fs::File::create(stem.with_extension("jsonl"))?))?;
    fs::write(stem.with_extension("txt"), &report)?;
    Ok((path, report))
}
