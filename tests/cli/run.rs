//! `run`, `replay`, `show`, `targets`: scenarios.

use super::*;

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

/// What a check of a user's saved needs that test: it is told how to run it, and skipped in a folder.
#[test]
fn a_failure_of_a_users_test_is_not_run_here() {
    let text = "title = \"A failure\"\ntest = \"tests/my.rs:12 my_stream\"\nclient.steps = [\"close\"]\n";
    let folder = folder("of-a-test", &[("failure.toml", text), ("other.toml", "client.steps = [\"close\"]")]);
    let named = run(&["run", words(&folder.join("failure.toml"))]);
    assert!(named.code == 2 && named.err.contains("failure.toml cargo test my_stream`"), "{}", named.err);
    let all = run(&["run", words(&folder)]);
    assert!(all.code == 0 && all.out.contains("1 held, 1 skipped"), "{}", all.out);
}
