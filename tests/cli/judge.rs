//! `judge`: traces in, verdicts and reports out.

use super::*;

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
    assert_eq!(object["tolerated"], serde_json::json!([]));
    let needs = |lacking: &Value| (lacking["rule"] == "one-fin").then(|| lacking["needs"].clone());
    assert_eq!(object["not_judged"].as_array().expect("a list").iter().find_map(needs), Some("records: segments".into()));
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
