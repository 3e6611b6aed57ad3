//! The command line as other programs see it: exit codes, JSON, diagnostics, streams.
#![cfg(feature = "cli")]

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
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").stdin(Stdio::null());
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

#[test]
fn malformed_samples_are_refused_where_their_notes_say() {
    let mut seen = 0;
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces/bad")).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "expect") {
            continue;
        }
        let expect: Value = serde_json::from_slice(&std::fs::read(&path).expect("a note")).expect("JSON");
        let ran = run(&["judge", words(&path.with_extension("jsonl"))]);
        assert_eq!(i64::from(ran.code), expect["exit"].as_i64().expect("a code"), "{path:?}: {}{}", ran.out, ran.err);
        let contains = expect["contains"].as_str().expect("a text");
        assert!(format!("{}{}", ran.out, ran.err).contains(contains), "{path:?}: {}{}", ran.out, ran.err);
        if ran.code == 2 {
            assert_eq!(ran.out, "", "no verdict on bad input");
        }
        seen += 1;
    }
    assert!(seen >= 8, "{seen} notes");
}

#[test]
fn the_worst_of_several_files_counts() {
    let cases: [(&[&str], i32); 7] = [
        (&[HELD], 0),
        (&[HELD, INCONCLUSIVE], 4),
        (&[INCONCLUSIVE, VIOLATED, HELD], 1),
        (&[VIOLATED, INCONCLUSIVE], 1),
        (&[BAD, VIOLATED, INCONCLUSIVE, HELD], 2),
        (&[HELD, BAD], 2),
        (&[HELD, HELD], 0),
    ];
    for (files, code) in cases {
        let ran = run(&[&["judge"], files].concat());
        assert_eq!(ran.code, code, "{files:?}: {}{}", ran.out, ran.err);
        let ran = run(&[&["check", "--format", "json"], files].concat());
        assert_eq!((ran.code, ran.objects().len()), (code, files.len()), "one object for each of {files:?}");
    }
}

#[test]
fn a_violated_trace_has_the_pinned_object() {
    let object = run(&["judge", "--format", "json", VIOLATED]).object();
    assert_eq!(object["file"], VIOLATED);
    assert_eq!(object["verdict"], "violated");
    assert_eq!(object["contract"], "posix");
    assert_eq!(object["truncations"], 0);
    assert!(object["client_faults"].is_array() && object["why"].is_string());
    assert!(object["exercised"]["eof-is-final"].as_u64().expect("a count") > 0);
    let first = &object["violations"][0];
    assert_eq!((&first["rule"], &first["line"], &first["t"]), (&"eof-complete".into(), &10.into(), &7_899_505.into()));
    assert_eq!((&first["flow"], &first["end"]), (&0.into(), &"server".into()));
    assert!(first["also"].is_array() && first["message"].is_string());
}

#[test]
fn bad_input_gives_an_error_object_and_the_diagnostic() {
    let ran = run(&["judge", "--format", "json", BAD]);
    let object = ran.object();
    assert_eq!((ran.code, &object["verdict"], &object["line"]), (2, &"error".into(), &4.into()));
    assert!(object["why"].as_str().expect("a text").contains(&format!("{BAD}:4:")));
    assert!(ran.err.contains(&format!("{BAD}:4:58: ")), "{}", ran.err);
    assert!(ran.err.contains("^"), "the place is underlined: {}", ran.err);
}

#[test]
fn whatever_can_not_be_read_is_named() {
    let binary: Vec<u8> = (0..=255).cycle().take(4096).collect();
    let wide: Vec<u8> = "{\"flowsim_trace\":1}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases = [
        scratch("binary.jsonl", &binary),
        scratch("wide.jsonl", &[&[0xFF, 0xFE], wide.as_slice()].concat()),
        scratch("zeros.jsonl", &[0; 4096]),
        scratch("no-header.jsonl", b"{\"event\":\"env\",\"t\":1,\"what\":\"quiet\"}\n"),
        scratch("cut-header.jsonl", b"{\"flowsim_trace\":1,\"contr"),
        scratch("empty.jsonl", b""),
        PathBuf::from("tests/no-such-file.jsonl"),
        PathBuf::from("Cargo.toml/below-a-file"),
        PathBuf::from("tests"),
        PathBuf::from(""),
    ];
    for path in cases {
        let ran = run(&["judge", words(&path)]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{path:?}: {}", ran.err);
        assert!(ran.err.contains(words(&path)), "{path:?}: {}", ran.err);
    }
}

#[test]
fn standard_input_is_a_trace_too() {
    let trace = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(VIOLATED)).expect("the trace");
    let ran = run_with(&["judge", "-", "--format", "json"], &trace);
    assert_eq!((ran.code, &ran.object()["file"]), (1, &"-".into()));
    assert_eq!(run_with(&["judge", "-"], b"{\"flowsim_trace\":1}").code, 0, "a header alone");
    assert_eq!(run_with(&["judge", "-"], b"").code, 2);
    assert!(run_with(&["judge", "-"], b"nonsense\n").err.contains("-:1:1: "));
}

#[test]
fn the_contract_of_the_command_line_wins() {
    let file = "tests/traces/mirage-second-read-after-eof.jsonl";
    let judge = |contract: &str| run(&["judge", file, "--format", "json", "--contract", contract]);
    assert_eq!(run(&["judge", file]).code, 0);
    assert_eq!(judge("modern").code, 1);
    let changed = judge("modern,read_after_eof=may_block");
    assert_eq!((changed.code, &changed.object()["contract"]), (0, &"modern,read_after_eof=may_block".into()));
    let wrong = judge("moder");
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean `modern`?"), "{}", wrong.err);
    assert_eq!(judge("modern,read_after_eof=perhaps").code, 2);
    assert_eq!(judge("").code, 2);
}

/// The order in which a person asks, and a replay line that shows the same again.
#[test]
fn a_report_has_its_parts_in_order() {
    let ran = run(&["judge", VIOLATED]);
    let parts = [
        "violated  ",
        "violation 1 of 2: eof-complete at the server, line 10",
        "  rule  ",
        "  source  ",
        "  happened  ",
        "  because  ",
        "  allowed  ",
        "  parameters  ",
        "  the smallest run that shows it",
        "▲ eof-complete",
        "violation 2 of 2: eof-is-final",
        "  in the whole run",
        "  replay  ",
        "  exercised  ",
        "  never  ",
    ];
    let mut rest = ran.out.as_str();
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("`{part}` is missing or too early in\n{}", ran.out));
        rest = &rest[at + part.len()..];
    }
    let replay = ran.out.lines().find_map(|line| line.strip_prefix("  replay      flowsim ")).expect("a replay line");
    let again = run(&replay.split(' ').collect::<Vec<_>>());
    assert_eq!((again.code, again.out), (ran.code, ran.out));
}

/// The verdict's lines are the file's, whatever blank and foreign lines lie between.
#[test]
fn reports_count_lines_as_the_file_does() {
    let trace = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(VIOLATED)).expect("the trace");
    let spread: String = trace.lines().map(|line| format!("{line}\n\n{{\"event\":\"x-note\"}}\n")).collect();
    let path = scratch("spread.jsonl", spread.as_bytes());
    let ran = run(&["judge", words(&path)]);
    assert!(ran.out.contains("violation 1 of 2: eof-complete at the server, line 28,"), "{}", ran.out);
    assert!(ran.out.contains("server's read #2 → eof"), "{}", ran.out);
    assert_eq!(ran.out.matches("▲ eof-complete").count(), 2, "in the smallest run and once in the whole one: {}", ran.out);
}

/// A recording that is too long to be kept is read again; standard input can't be.
#[test]
fn a_long_recording_shows_what_lies_around() {
    let mut trace = String::from("{\"flowsim_trace\":1,\"clock\":\"shared\",\"records\":[]}\n");
    let line = |event: &str, op: u32, rest: &str| format!("{{\"event\":\"{event}\",\"t\":0,\"end\":\"client\",\"op\":{op},{rest}}}\n");
    for op in 1..=50_000 {
        trace.push_str(&line("call", op, "\"call\":\"flush\""));
        trace.push_str(&line("return", op, "\"result\":\"ok\""));
    }
    for (op, call, result) in [(50_001, "\"shutdown\",\"mode\":\"write\"", "done"), (50_002, "\"write\",\"len\":9", "ok")] {
        trace.push_str(&line("call", op, &format!("\"call\":{call}")));
        trace.push_str(&line("return", op, &format!("\"result\":\"{result}\"")));
    }
    let path = scratch("a long one.jsonl", trace.as_bytes());
    let ran = run(&["judge", words(&path)]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("  rule  ") && ran.out.contains("because     the client's shutdown write #50001"), "{}", ran.out);
    assert!(ran.out.contains("lines 99995 to 100005 of the recording") && ran.out.contains("▲ closed-after-shutdown"), "{}", ran.out);
    assert!(ran.out.contains(&format!("replay      flowsim judge '{}'", words(&path))), "{}", ran.out);
    let piped = run_with(&["judge", "-"], trace.as_bytes());
    assert!(piped.code == 1 && piped.out.contains("left out    the recording is too long to be kept"), "{}", piped.out);
}

/// What every command says of the rules it never came to: their number, once, and their names on demand.
#[test]
fn rules_that_were_never_exercised_are_counted_once_and_named_on_demand() {
    let broken = folder("never", &[("a.toml", UNMET), ("b.toml", UNMET)]);
    let commands: [&[&str]; 5] =
        [&["judge", VIOLATED], &["judge", HELD, VIOLATED], &["run", words(&broken)], &["run", "scenarios/eof"], &["replay", ANSWER]];
    for args in commands {
        let ran = run(args);
        let never: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("  never")).collect();
        assert!(never.len() == 1 && never[0].ends_with(" rules (--rules names them)"), "{args:?}: {}", ran.out);
        assert_eq!(ran.out.matches("  exercised  ").count(), 1, "{args:?}: {}", ran.out);
        assert!(!ran.out.contains("\n\n\n") && !ran.out.ends_with("\n\n"), "{args:?}: two blank lines in\n{}", ran.out);
        let shown = ran.out.matches("  replay      flowsim ").count();
        assert_eq!(shown, ran.out.lines().filter(|line| line.starts_with("violated ")).count(), "{args:?}: {}", ran.out);
        let named = run(&[args, &["--rules"]].concat());
        assert!(named.code == ran.code && named.out.contains("  never       "), "{args:?}: {}", named.out);
        assert!(named.out.contains("writev-is-concat") && !named.out.contains("--rules"), "{args:?}: {}", named.out);
    }
}

/// A recording that just stops is told how to say that it is whole; one that is cut or says so already is not.
#[test]
fn a_recording_without_its_end_is_told_how_to_say_it() {
    let stops = run(&["judge", INCONCLUSIVE]);
    assert!(stops.out.contains("  hint        ") && stops.out.contains("\"what\":\"quiet\""), "{}", stops.out);
    let cut = run_with(&["judge", "-"], b"{\"flowsim_trace\":1,\"clock\":\"shared\"}\n{\"event\":");
    assert!(cut.code == 4 && !cut.out.contains("  hint  "), "{}", cut.out);
    assert!(!run(&["judge", HELD]).out.contains("  hint  "));
}

/// Standard input has no name to paste.
#[test]
fn what_came_from_standard_input_says_so() {
    let trace = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(VIOLATED)).expect("the trace");
    let ran = run_with(&["judge", "-"], &trace);
    assert!(ran.out.contains("  replay      judge the same recording again:"), "{}", ran.out);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    for (args, code) in [(&["rules"][..], 0), (&["judge", HELD], 0), (&["judge", VIOLATED, HELD], 1), (&["contracts"], 0), (&["run"], 0)] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = flowsim().args(args).stdout(writer).stderr(Stdio::piped()).output().expect("the program starts");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(code), &[][..]), "{args:?}");
    }
}

/// A full disk is no closed pipe: results are lost that somebody wanted.
#[test]
#[cfg(target_os = "linux")]
fn results_that_can_not_be_written_are_an_error() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("the device");
    let output = flowsim().args(["judge", HELD]).stdout(full).stderr(Stdio::piped()).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard output can't be written"));
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let escape = '\u{1b}';
    assert!(!run(&["judge", VIOLATED]).out.contains(escape));
    assert!(run(&["judge", VIOLATED, "--color", "always"]).out.contains(escape));
    assert!(!run(&["judge", VIOLATED, "--color", "never"]).out.contains(escape));
    assert!(run(&["judge", BAD, "--color", "always"]).err.contains(escape));
    assert!(!run(&["judge", BAD]).err.contains(escape));
    let ran: Ran = flowsim().args(["judge", VIOLATED]).env("NO_COLOR", "1").output().expect("starts").into();
    assert!(!ran.out.contains(escape));
    let plain = run(&["judge", VIOLATED]).out;
    let coloured = run(&["judge", VIOLATED, "--color", "always"]).out;
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

#[test]
fn usage_errors_are_bad_input() {
    for args in [&[][..], &["judge"], &["nonsense"], &["judge", "--format", "xml", HELD], &["explain"], &["judge", HELD, "--bogus"]] {
        let ran = run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.contains("Usage") || ran.err.contains("--help"), "{args:?}: {}", ran.err);
    }
    assert_eq!(run(&["--version"]).code, 0);
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    for later in ["fuzz", "explore", "shrink", "mutants", "schema"] {
        assert!(!help.out.contains(later), "`{later}` is promised");
        assert_eq!(run(&[later]).code, 2);
    }
}

#[test]
fn the_catalogue_is_listed_and_explained() {
    let (text, json) = (run(&["rules"]).out, run(&["rules", "--format", "json"]).objects());
    assert_eq!(json.len(), flowsim::rules::Rule::COUNT);
    for (object, rule) in json.iter().zip(flowsim::rules::Rule::ALL) {
        assert_eq!(object["rule"], rule.name());
        assert!(text.lines().any(|line| line == rule.name()), "{rule} is listed");
        let ran = run(&["explain", rule.name()]);
        assert_eq!(ran.code, 0);
        assert_eq!(ran.out.contains("  broken\n"), !rule.about().examples.is_empty(), "{rule}: {}", ran.out);
    }
    let wrong = run(&["explain", "eof-is-finale"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean `eof-is-final`?"), "{}", wrong.err);
}

/// The traces that `explain` prints are traces: the bad one is violated by its rule.
#[test]
fn an_explained_rule_can_be_judged() {
    let object = run(&["explain", "eof-complete", "--format", "json"]).object();
    let example = &object["examples"][0];
    let judge = |which: &str| {
        let lines: Vec<&str> = example[which]["trace"].as_array().expect("lines").iter().filter_map(Value::as_str).collect();
        run_with(&["judge", "-", "--format", "json"], lines.join("\n").as_bytes())
    };
    assert_eq!(judge("good").code, 0);
    let bad = judge("bad");
    assert_eq!((bad.code, &bad.object()["violations"][0]["rule"]), (1, &"eof-complete".into()));
}

#[test]
fn presets_are_listed_with_every_parameter() {
    let (text, json) = (run(&["contracts"]).out, run(&["contracts", "--format", "json"]).objects());
    assert_eq!(json.len(), flowsim::Contract::PRESETS.len());
    for parameter in flowsim::Contract::PARAMETERS {
        assert!(text.lines().any(|line| line == parameter.name), "{} is explained", parameter.name);
        assert!(json.iter().all(|preset| preset["parameters"][parameter.name].is_string()));
    }
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

#[test]
fn a_run_prints_one_line_a_scenario_and_a_summary() {
    let folder = folder("good", &[("b.toml", GOOD), ("a/c.toml", GOOD), ("a/d.toml", GOOD), ("notes.txt", "no scenario")]);
    let ran = run(&["run", words(&folder)]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let held: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("held ")).collect();
    assert_eq!(held.len(), 3, "{}", ran.out);
    for (line, name) in held.iter().zip(["a/c.toml", "a/d.toml", "b.toml"]) {
        assert!(line.contains(name), "in order: {line}");
    }
    assert!(ran.out.contains("\n3 scenarios: 3 held\n") && ran.out.contains("  exercised  "), "{}", ran.out);
}

#[test]
fn a_run_does_not_depend_on_the_number_of_jobs() {
    let one = run(&["run", "scenarios", "--jobs", "1", "--format", "json"]);
    assert_eq!(one.code, 0, "{}{}", one.out, one.err);
    for jobs in ["2", "7", "1000"] {
        assert_eq!(run(&["run", "scenarios", "--jobs", jobs, "--format", "json"]).out, one.out);
    }
    assert_eq!(run(&["run", "--jobs", "0"]).code, 2);
}

#[test]
fn a_run_has_the_pinned_object() {
    let path = folder("object", &[("good.toml", GOOD)]).join("good.toml");
    let object = run(&["run", "--format", "json", words(&path)]).object();
    assert_eq!((&object["file"], &object["verdict"]), (&words(&path).into(), &"held".into()));
    assert_eq!((&object["contract"], &object["target"], &object["seed"]), (&"modern".into(), &"pipe".into(), &Value::Null));
    assert_eq!(object["digest"].as_str().expect("a digest").len(), 32);
    let stats = &object["stats"];
    assert_eq!((&stats["bytes_to_server"], &stats["bytes_to_client"]), (&10.into(), &4.into()));
    for count in ["virtual_ns", "segments_sent", "segments_dropped", "retransmits", "timeouts"] {
        assert!(stats[count].is_u64(), "{count}");
    }
    assert!(object["exercised"]["eof-complete"].is_u64());
    let seeded = run(&["replay", "--format", "json", "--seed", "0xff", words(&path)]).object();
    assert_eq!(seeded["seed"], 255);
}

#[test]
fn what_is_not_as_expected_is_broken() {
    let unmet = GOOD.replace("read to eof -> 10", "read to eof -> 11");
    let files =
        [("good.toml", GOOD), ("unmet.toml", &unmet), ("guard.toml", &GOOD.replace("[client]", "guards = [\"one-fin\"]\n[client]"))];
    let folder = folder("unmet", &files);
    let ran = run(&["run", words(&folder)]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("3 scenarios: 1 held, 2 violated"), "{}", ran.out);
    assert!(ran.out.contains("unmet.toml:8:"), "the place of the expectation: {}", ran.out);
    assert!(ran.out.contains("client · modern"), "the ladder: {}", ran.out);
    let objects = run(&["run", "--format", "json", words(&folder)]).objects();
    assert_eq!(objects.iter().map(|object| object["verdict"].clone()).collect::<Vec<_>>(), ["held", "violated", "violated"]);
    assert_eq!(objects[2]["unmet"][0]["line"], 8);
}

#[test]
fn bad_scenarios_are_refused_with_their_place() {
    let wrong = GOOD.replace("write 10", "wrote 10");
    let folder = folder("wrong", &[("good.toml", GOOD), ("wrong.toml", &wrong)]);
    let ran = run(&["run", words(&folder)]);
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("2 scenarios: 1 held, 1 error"), "{}", ran.out);
    assert!(ran.err.contains("wrong.toml:6:") && ran.err.contains('^'), "{}", ran.err);
    let objects = run(&["run", "--format", "json", words(&folder)]).objects();
    assert_eq!((&objects[1]["verdict"], &objects[1]["line"]), (&"error".into(), &6.into()));
    let binary = scratch("binary.toml", &[0xFF, 0, 0xFE, 1]);
    for path in [binary.as_path(), Path::new("no-such-folder"), Path::new("Cargo.toml"), &folder.join("none.toml")] {
        let ran = run(&["run", words(path)]);
        assert_eq!((ran.code, ran.out.contains("held")), (2, false), "{path:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(words(path)), "{path:?}: {}", ran.err);
    }
}

#[test]
fn an_empty_folder_is_no_success() {
    let folder = folder("empty", &[("notes.txt", "no scenario")]);
    let ran = run(&["run", words(&folder)]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("no scenario file"), "{}", ran.err);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let ran = run(&["run", "scenarios", "--check-determinism", "--seed", "7"]);
    assert!(matches!(ran.code, 0 | 1), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("two runs differ"), "{}", ran.out);
    for seed in ["-1", "0x", "0x+1", "18446744073709551616", "seven", ""] {
        assert_eq!(run(&["run", "scenarios", "--seed", seed]).code, 2, "{seed}");
    }
    assert_eq!(run(&["replay", "scenarios/eof/eof-thrice.toml", "--seed", "0xffffffffffffffff"]).code, 0);
}

/// A run's trace, judged, gives the run's verdict; and its digest is that of the bytes.
#[test]
fn a_written_trace_is_judged_alike() {
    let folder = folder("written", &[("good.toml", GOOD)]);
    let (scenario, trace) = (folder.join("good.toml"), folder.join("good.jsonl"));
    let object = run(&["run", words(&scenario), "--trace", words(&trace), "--format", "json"]).object();
    let judged = run(&["judge", words(&trace), "--format", "json"]).object();
    assert_eq!((&judged["verdict"], &judged["exercised"]), (&object["verdict"], &object["exercised"]));
    let bytes = std::fs::read(&trace).expect("the trace");
    assert_eq!(flowsim::trace::Digest::of(&bytes).to_string(), object["digest"].as_str().expect("a digest"));
    let shown = [run(&["show", words(&scenario)]), run(&["show", "--ladder", words(&trace)])];
    assert_eq!((shown[0].code, &shown[0].out), (0, &shown[1].out));
    assert_eq!(run(&["run", words(&folder), "--trace", "/nowhere/at/all"]).code, 2);
    assert_eq!(run(&["run", "scenarios", "--trace", words(&trace)]).code, 2, "one trace of many runs");
}

#[test]
fn replay_shows_the_run() {
    let path = folder("replay", &[("good.toml", GOOD)]).join("good.toml");
    let ran = run(&["replay", words(&path)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("client · modern") && ran.out.contains("  exercised  "), "{}", ran.out);
    assert_eq!(run(&["replay", "tests"]).code, 2);
    assert_eq!(run(&["show", VIOLATED]).code, 0);
    assert!(run(&["show", VIOLATED]).out.contains("▲ eof-complete"));
    assert_eq!(run(&["show", BAD]).code, 2);
}

/// `show` takes the options that `run` takes, and says what it draws.
#[test]
fn show_takes_the_common_options() {
    let folder = folder("show", &[("good.toml", GOOD)]);
    let (scenario, trace) = (folder.join("good.toml"), folder.join("good.jsonl"));
    let object =
        run(&["show", "--target", "pipe", "--format", "json", "--check-determinism", "--trace", words(&trace), words(&scenario)]).object();
    assert_eq!((&object["verdict"], &object["target"]), (&"held".into(), &"pipe".into()));
    let drawn = run(&["show", words(&trace)]);
    assert_eq!((drawn.code, object["ladder"].as_str()), (0, Some(drawn.out.as_str())), "the trace is the run's");
    let object = run(&["show", "--format", "json", "--contract", "posix", words(&trace)]).object();
    assert_eq!(
        (&object["contract"], object["ladder"].as_str().map(|ladder| ladder.contains("client · posix"))),
        (&"posix".into(), Some(true))
    );
    for options in [["--target", "pipe"], ["--trace", "never"]] {
        let ran = run(&[&["show", "--format", "json", words(&trace)], options.as_slice()].concat());
        assert_eq!((ran.code, &ran.object()["verdict"]), (2, &"error".into()), "{options:?}");
    }
}

/// The output of `judge` has the order of its arguments, whatever is asked for beside them.
#[test]
fn judge_takes_the_common_options() {
    let files = [VIOLATED, BAD, VIOLATED];
    let judge = |options: &[&str]| {
        let ran = run(&[&["judge"], options, &files].concat());
        (ran.code, ran.out, ran.err)
    };
    let plain = judge(&[]);
    assert_eq!(plain.0, 2);
    for options in [["--jobs", "1"].as_slice(), &["--jobs", "7"], &["--seed", "0x7"], &["--check-determinism"]] {
        assert_eq!(judge(options), plain, "{options:?}");
    }
    assert_eq!(run(&["judge", "--jobs", "0", VIOLATED]).code, 2);
}

/// Where an interface has no `shutdown`, the reader is told what was judged instead; only where one was called.
#[test]
fn shutdowns_of_an_interface_without_them_are_noted() {
    let path = folder("notes", &[("good.toml", GOOD)]).join("good.toml");
    for (contract, noted) in [("classic", true), ("modern", false)] {
        let object = run(&["run", "--format", "json", "--contract", contract, words(&path)]).object();
        assert_eq!(object["notes"].is_array(), noted, "{contract}: {object}");
        let shown = run(&["replay", "--contract", contract, words(&path)]).out;
        assert_eq!(shown.contains("  note        `classic` has no `shutdown`"), noted, "{contract}: {shown}");
        assert!(!run(&["run", "--contract", contract, words(&path)]).out.contains("  note  "), "one line for what held");
    }
}

#[test]
fn targets_are_listed_and_found() {
    let objects = run(&["targets", "--format", "json"]).objects();
    assert_eq!(objects.len(), flowsim::target::ALL.len());
    assert!(run(&["targets"]).out.lines().any(|line| line == "pipe"));
    let wrong = run(&["run", "--target", "pip"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean `pipe`?"), "{}", wrong.err);
}

/// Memory does not grow with the file: 128 MiB go through a process that may not have 100 MiB of addresses.
#[test]
#[cfg(target_os = "linux")]
fn long_traces_are_streamed() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 100000; exec \"$0\" judge -", env!("CARGO_BIN_EXE_flowsim")]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let pipe = child.stdin.take().expect("a pipe");
    let ran: Ran = std::thread::scope(|scope| {
        scope.spawn(move || long_trace(pipe).expect("the program reads all"));
        child.wait_with_output().expect("ends").into()
    });
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("held "), "{}", ran.out);
}

/// Writes of 64 KiB that are read at once, 128 MiB of file.
#[cfg(target_os = "linux")]
fn long_trace(pipe: impl Write) -> std::io::Result<()> {
    let mut pipe = std::io::BufWriter::with_capacity(1 << 20, pipe);
    let data = "QUJD".repeat(16 << 10);
    writeln!(pipe, "{{\"flowsim_trace\":1,\"contract\":\"pipe\"}}")?;
    for op in 0..1024 {
        writeln!(pipe, r#"{{"event":"call","t":{op},"end":"client","op":{op},"call":"write","data":"{data}"}}"#)?;
        writeln!(pipe, r#"{{"event":"return","t":{op},"end":"client","op":{op},"result":"ok"}}"#)?;
        writeln!(pipe, r#"{{"event":"call","t":{op},"end":"server","op":{op},"call":"read"}}"#)?;
        writeln!(pipe, r#"{{"event":"return","t":{op},"end":"server","op":{op},"result":"data","data":"{data}"}}"#)?;
    }
    pipe.flush()
}

/// Names are bytes: what is no text is a file all the same.
#[test]
#[cfg(unix)]
fn any_name_is_a_file() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let trace = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(HELD)).expect("the trace");
    let folder = folder("any-name", &[]);
    for name in [&b"b\xffd.jsonl"[..], b"two\nlines.jsonl", b"\x1b[31m.jsonl", b" -.jsonl"] {
        let path = folder.join(OsStr::from_bytes(name));
        if std::fs::write(&path, &trace).is_err() {
            continue; // not every file system takes every name
        }
        for verb in [&["judge", "--format", "json"][..], &["judge"], &["show"]] {
            let ran: Ran = flowsim().args(verb).arg(&path).output().expect("the program starts").into();
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{verb:?} {path:?}");
            assert!(!ran.out.contains('\u{1b}'), "{verb:?} {path:?}");
        }
        let missing: Ran = flowsim().arg("judge").arg(path.with_extension("not")).output().expect("the program starts").into();
        assert_eq!((missing.code, missing.err.lines().count()), (2, 1), "{}", missing.err);
    }
}

#[test]
fn standard_input_is_read_once() {
    let ran = run_with(&["judge", "-", HELD, "-"], b"{\"flowsim_trace\":1}\n");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("only once"), "{}", ran.err);
}

/// What can't be read is told, and hides nothing of what can.
#[test]
fn one_bad_path_does_not_hide_the_others() {
    let folder = folder("one-bad-path", &[("a.toml", "no"), ("b.toml", WAITS)]);
    let missing = folder.join("missing");
    let ran = run(&["run", "--format", "json", words(&missing), words(&folder)]);
    let verdicts: Vec<Value> = ran.objects().iter().map(|object| object["verdict"].clone()).collect();
    assert_eq!((ran.code, verdicts), (2, ["error", "error", "held"].map(Value::from).to_vec()), "{}", ran.out);
}

const WAITS: &str = "title = \"t\"\n[client]\nsteps = [\"write 1\", \"close\"]\n[server]\nsteps = [\"read to eof\", \"close\"]\n";

/// A pipe that lies in a folder is not waited for, and a link that leads nowhere is told.
#[test]
#[cfg(unix)]
fn a_folder_holds_more_than_files() {
    use std::os::unix::fs::symlink;
    let folder = folder("more-than-files", &[("held.toml", WAITS)]);
    let of = |name: &str| folder.join(name);
    let made = Command::new("mkfifo").arg(of("pipe.toml")).status();
    let links = [symlink("nowhere", of("nowhere.toml")), symlink("loop.toml", of("loop.toml")), symlink("..", of("up"))];
    links.into_iter().for_each(|link| link.expect("a link"));
    let ran = run(&["run", words(&folder)]);
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("1 held") && ran.err.contains("nowhere.toml: can't be read"), "{}{}", ran.out, ran.err);
    if made.is_ok_and(|status| status.success()) {
        assert!(ran.err.contains("pipe.toml: is no file that could be a scenario"), "{}", ran.err);
    }
}

#[test]
fn a_trace_does_not_replace_its_scenario() {
    let folder = folder("replaced", &[("a.toml", WAITS)]);
    let path = folder.join("a.toml");
    for verb in ["run", "replay"] {
        let ran = run(&[verb, "--trace", words(&folder.join("../replaced/a.toml")), words(&path)]);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains("is the scenario itself"), "{}", ran.err);
        assert_eq!(std::fs::read_to_string(&path).expect("still there"), WAITS);
    }
}

/// An expectation that a very long run did not meet is shown with as much of the run as a person reads.
#[test]
fn a_long_run_is_drawn_in_part_unless_asked_for() {
    let long = "title = \"t\"\n[client]\nsteps = [\"write 5000 by 1\", \"close\"]\n[server]\nsteps = [\"read to eof -> 1\"]\n";
    let folder = folder("long-run", &[("a.toml", long)]);
    let (brief, whole) = (run(&["run", words(&folder)]), run(&["replay", words(&folder.join("a.toml"))]));
    assert_eq!((brief.code, whole.code), (1, 1));
    assert!(brief.out.lines().count() < 150 && brief.out.contains("rows left out"), "{}", brief.out);
    assert!(whole.out.lines().count() > 5000 && !whole.out.contains("left out"));
}

#[test]
fn help_and_usage_keep_to_the_colour_that_is_asked_for() {
    for args in [&["--help"][..], &["judge", "--help"], &["run", "--bogus"], &["explain", "nothing"]] {
        for (color, wanted) in
            [(&["--color", "always"][..], true), (&["--color=always"], true), (&["--color", "never"], false), (&[], false)]
        {
            for args in [[args, color].concat(), [color, args].concat()] {
                let ran = run(&args);
                assert_eq!((ran.out + &ran.err).contains('\u{1b}'), wanted, "{args:?}");
            }
        }
    }
}

/// A report asks the oracle many times: what it costs has a bound in what was broken, too.
#[test]
fn a_run_with_very_many_violations_is_reported() {
    let calls = |count: u64| {
        let call = |flow: u64| format!("{{\"event\":\"call\",\"t\":0,\"flow\":{flow},\"end\":\"server\",\"op\":1,\"call\":\"close\"}}\n");
        (0..count).map(call).collect::<String>()
    };
    let trace = "{\"flowsim_trace\":1}\n".to_owned() + &calls(1500) + "{\"event\":\"env\",\"t\":1,\"what\":\"quiet\"}\n";
    let path = scratch("many-violations.jsonl", trace.as_bytes());
    let ran = run(&["judge", words(&path)]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("violation 1 of 1500") && ran.out.contains("1 of 1500 operations"), "{}", ran.out);
    assert_eq!(run(&["show", words(&path)]).code, 0);
}

#[test]
fn a_mistake_is_told_what_would_have_been_right() {
    let unknown = run(&["explain", "eof"]);
    assert!(unknown.err.contains("no such rule; near it are eof-complete, "), "{}", unknown.err);
    assert!(run(&["run", "--jobs", "0"]).err.contains("from 1 to 65535 at a time"));
    let scenario = "scenarios/eof/eof-thrice.toml";
    let judged = run(&["judge", scenario]);
    assert_eq!(judged.code, 2);
    assert!(judged.err.contains(&format!("a scenario is run: `flowsim run {scenario}`")), "{}", judged.err);
    let ran = run(&["run", HELD]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(&format!("a trace is judged: `flowsim judge {HELD}`")), "{}", ran.err);
    assert!(!run(&["judge", "no/such.toml"]).err.contains("flowsim run"), "what can't be opened is read by no verb");
}
