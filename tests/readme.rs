//! The README is true: its commands print what it shows, its snippets are files that are compiled and run here, its recording is
//! held.
#![cfg(feature = "cli")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

#[path = "readme/check.rs"]
mod check;

#[path = "readme/random.rs"]
mod random;

#[path = "readme/stream.rs"]
mod stream;

mod careless {
    use flowsim::scenario::Scenario;
    use flowsim::{Io, SetupError, Sim};

    include!("readme/flow.rs");

    /// What the test of a careless flow panics with.
    pub fn failure() -> String {
        let run = || {
            let scenario = Scenario::load("tests/readme/answer.toml").unwrap();
            let ends = async |_: &Sim| -> Result<_, SetupError> {
                let (client, server) = tokio::io::duplex(64);
                Ok((Careless(Io::tokio(client)), Io::tokio(server)))
            };
            scenario.run_seeds(&ends, 0..100).unwrap().assert_held();
        };
        let panic = std::panic::catch_unwind(run).expect_err("a careless flow is found out");
        *panic.downcast::<String>().expect("a report")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

/// The blocks of that language in the README.
fn blocks(language: &str) -> Vec<String> {
    let readme = text("README.md");
    let fence = format!("```{language}\n");
    let blocks: Vec<String> = readme.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect();
    assert!(!blocks.is_empty(), "no block of {language}");
    blocks
}

fn flowsim(args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowsim"));
    command.current_dir(root()).args(args.split_whitespace()).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Does the output have the expected lines in order? `…` stands for any number of lines.
#[track_caller]
fn assert_shown(output: &str, expected: &str) {
    let mut rest = output.lines();
    let mut gap = false;
    for line in expected.lines() {
        if line == "…" {
            gap = true;
            continue;
        }
        let found = if gap { rest.any(|other| other == line) } else { rest.next() == Some(line) };
        assert!(found, "the README shows `{line}`, the program prints\n{output}");
        gap = false;
    }
    assert!(gap || rest.next().is_none(), "the README leaves out the end of\n{output}");
}

#[test]
fn its_commands_print_what_it_shows() {
    for block in blocks("console") {
        let (command, expected) = block.split_once('\n').expect("a command and what it prints");
        let args = command.strip_prefix("$ flowsim ").expect("a command of flowsim");
        let output = flowsim(args).stdin(Stdio::null()).output().expect("the program starts");
        assert_shown(&String::from_utf8(output.stdout).expect("text"), expected);
    }
}

/// The two commands; of the first, what it does once it is built. The second runs this.
#[test]
fn its_two_commands_work() {
    assert_eq!(blocks("sh")[0], "cargo run --release -- run scenarios\ncargo test\n");
    let output = flowsim("run scenarios").stdin(Stdio::null()).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn its_recording_is_held() {
    for block in blocks("jsonl") {
        let mut child = flowsim("judge -").spawn().expect("the program starts");
        child.stdin.take().expect("a pipe").write_all(block.as_bytes()).expect("all is read");
        let output = child.wait_with_output().expect("the program ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Each snippet is a file beside this one.
#[test]
fn its_snippets_are_compiled() {
    let snippet = |name: &str| text(&format!("tests/readme/{name}"));
    let scenario = text("scenarios/half-close/fin-lost-then-resent.toml");
    assert_eq!(blocks("rust"), ["check.rs", "stream.rs", "flow.rs", "random.rs"].map(snippet));
    assert_eq!(blocks("toml"), [snippet("dependencies.toml"), snippet("answer.toml"), scenario]);
}

#[test]
fn its_failure_is_what_is_printed() {
    assert_shown(&careless::failure(), &blocks("text")[0]);
}
