//! The command line as other programs see it: exit codes, JSON, diagnostics, streams.
#![cfg(feature = "cli")]

mod catalogue;
mod explore;
mod fuzz;
mod judge;
mod mutants;
mod run;
mod shrink;
mod streams;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What one run of the program left.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        let ran = Ran { code: output.status.code().expect("an exit code"), out: text(&output.stdout), err: text(&output.stderr) };
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }
}

impl Ran {
    /// The only JSON object that was printed.
    fn object(&self) -> Value {
        let objects: Vec<Value> = self.objects();
        assert_eq!(objects.len(), 1, "{}", self.out);
        objects[0].clone()
    }

    fn objects(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}

fn flowsim() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowsim"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    let apart = ["NO_COLOR", "CLICOLOR_FORCE", "FLOWSIM_CASES", "FLOWSIM_SEED", "FLOWSIM_ARTIFACTS"];
    apart.iter().for_each(|name| _ = command.env_remove(name));
    command
}

fn run(args: &[&str]) -> Ran {
    flowsim().args(args).output().expect("the program starts").into()
}

/// Runs with `input` on standard input; that the program may not read all of it is no error.
fn run_with(args: &[&str], input: &[u8]) -> Ran {
    let mut command = flowsim();
    let mut child = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    std::thread::scope(|scope| {
        scope.spawn(move || drop(pipe.write_all(input)));
        child.wait_with_output().expect("ends").into()
    })
}

const HELD: &str = "tests/traces/duplex-300k.jsonl";

const VIOLATED: &str = "tests/traces/edited-data-after-eof.jsonl";

const INCONCLUSIVE: &str = "tests/traces/mirage-recording-ends-too-early.jsonl";

const BAD: &str = "tests/traces/bad/bad-json.jsonl";

/// A file of this test binary's own.
fn scratch(name: &str, contents: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, contents).expect("the file is written");
    path
}

fn words(path: &Path) -> &str {
    path.to_str().expect("a path of words")
}

/// A scenario of which everything holds.
const GOOD: &str = r#"
title = "Good"
contract = "modern"
target = "pipe"
[client]
steps = ["write 10", "shutdown write", "read to eof -> 4"]
[server]
steps = ["read to eof -> 10", "write 4", "close"]
"#;

/// Its expectations are not met.
const UNMET: &str = r#"
title = "Unmet"
[client]
steps = ["write 10", "read to eof -> 4"]
"#;

const ANSWER: &str = "scenarios/half-close/client-half-closes-then-server-answers.toml";

/// A folder of this test's own, with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder is made");
    for (file, text) in files {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        std::fs::write(path, text).expect("the file is written");
    }
    folder
}

const WAITS: &str = "title = \"t\"\n[client]\nsteps = [\"write 1\", \"close\"]\n[server]\nsteps = [\"read to eof\", \"close\"]\n";
