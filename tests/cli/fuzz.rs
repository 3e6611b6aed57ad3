//! `fuzz`: what it finds, saves and says, whatever the number of threads.

use super::*;

/// A plain exchange over a TCP that counts a FIN although data before it is missing.
const DEFECT: &str = r#"
title = "A plain exchange"
target = "tcp"
tcp.quirk = "fin-above-hole"
client.steps = ["write 4KiB", "shutdown write", "read to eof -> 2KiB", "close"]
server.steps = ["read to eof -> 4KiB", "write 2KiB", "close"]
"#;

/// The files of a folder, with what they hold.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read(path).expect("a file")))
        .collect();
    files.sort();
    files
}

/// The command after this word of an output.
fn command(out: &str, word: &str) -> Vec<String> {
    let line = out.lines().find_map(|line| line.trim().strip_prefix(word)).unwrap_or_else(|| panic!("no `{word}` in {out}"));
    line.split_whitespace().skip(1).map(str::to_owned).collect()
}

fn again(words: &[String]) -> Ran {
    run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_failure_is_saved_shrunk_and_both_lines_to_paste_show_it_again() {
    let folder = folder("fuzz-saved", &[("exchange.toml", DEFECT)]);
    let (file, kept) = (folder.join("exchange.toml"), folder.join("kept"));
    let ran = run(&["fuzz", words(&file), "--artifacts", words(&kept), "--cases", "2000"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    let names: Vec<String> = files(&kept).into_iter().map(|(name, _)| name).collect();
    assert!(names.len() == 3 && names[1].starts_with("ack-is-received-case-") && names[1].ends_with(".toml"), "{names:?}");
    let replayed = again(&command(&ran.out, "replay"));
    assert!(replayed.code == 1 && replayed.out.contains("violation 1 of 1: ack-is-received"), "{}", replayed.out);
    assert_eq!(std::fs::read_to_string(kept.join(&names[2])).expect("a report"), replayed.out);
    assert_eq!(run(&["judge", words(&kept.join(&names[0]))]).code, 1, "its trace is judged alike");
    let before = files(&kept);
    std::fs::remove_dir_all(&kept).expect("it is removed");
    let mut found = command(&ran.out, "found by");
    found.extend(["--artifacts".to_owned(), words(&kept).to_owned()]);
    assert_eq!(again(&found).code, 1);
    assert_eq!(files(&kept), before);
}

#[test]
fn the_same_is_found_whatever_the_number_of_threads() {
    let folder = folder("fuzz-jobs", &[("exchange.toml", DEFECT)]);
    let file = folder.join("exchange.toml");
    let search = |jobs: &str| {
        let kept = folder.join(jobs);
        let arguments =
            ["fuzz", words(&file), "--keep-going", "--cases", "700", "--seed", "9", "--jobs", jobs, "--artifacts", words(&kept)];
        let ran = run(&arguments);
        assert_eq!(ran.code, 1);
        (ran.out.replace(words(&kept), "kept"), files(&kept).into_iter().map(|(name, _)| name).collect::<Vec<_>>())
    };
    let (one, three) = (search("1"), search("3"));
    assert_eq!(one, three);
    assert!(one.0.contains("failure 2: ") && one.0.contains("may hide others"), "{}", one.0);
    assert!(one.1.iter().all(|name| name.contains("-seed-9-case-")), "{:?}", one.1);
}

#[test]
fn where_nothing_fails_it_says_what_was_searched_and_what_follows() {
    for target in ["pipe", "tcp"] {
        let ran = run(&["fuzz", "--target", target, "--cases", "600"]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
        assert!(ran.out.starts_with(&format!("600 cases of seed 0 on {target}: no failure\n")), "{}", ran.out);
        for part in ["no faults", "aborts", "modern", "mixed", "  exercised   stream-prefix", "  never       ", "less than one in 200 "] {
            assert!(ran.out.contains(part), "{part} in {}", ran.out);
        }
    }
    let own = run(&["fuzz", "--contract", "strict", "--cases", "64"]);
    assert!(own.code == 0 && own.out.contains("strict") && !own.out.contains("mixed"), "{}", own.out);
}

#[test]
fn json_has_an_object_for_each_failure_and_one_for_the_search() {
    let folder = folder("fuzz-json", &[("exchange.toml", DEFECT)]);
    let (file, kept) = (folder.join("exchange.toml"), folder.join("kept"));
    let arguments = ["fuzz", words(&file), "--artifacts", words(&kept), "--cases", "300", "--keep-going", "--format", "json"];
    let objects = run(&arguments).objects();
    let (search, failures) = objects.split_last().expect("an object");
    assert!(!failures.is_empty());
    for failure in failures {
        assert_eq!((&failure["verdict"], &failure["minimal"]), (&Value::from("violated"), &Value::from(true)));
        assert!(failure["case"].is_u64() && Path::new(failure["file"].as_str().expect("a name")).exists(), "{failure}");
    }
    assert_eq!((&search["searched"], &search["target"], &search["seed"]), (&Value::from(300), &Value::from("tcp"), &Value::from(0)));
    let strata = search["strata"].as_array().expect("a list").iter().map(|stratum| stratum["cases"].as_u64().expect("a count"));
    assert_eq!(strata.sum::<u64>(), 300);
}

#[test]
fn the_environment_says_what_options_do_not() {
    let kept = folder("fuzz-environment", &[]);
    let with = |arguments: &[&str], variables: &[(&str, &str)]| -> Ran {
        let mut command = flowsim();
        command.arg("fuzz").args(arguments).envs(variables.iter().copied()).output().expect("it starts").into()
    };
    let ran = with(&["--target", "pipe"], &[("FLOWSIM_CASES", "70"), ("FLOWSIM_SEED", "0x10")]);
    assert!(ran.code == 0 && ran.out.starts_with("70 cases of seed 16 on pipe: "), "{}", ran.out);
    let ran = with(&["--target", "pipe", "--cases", "71"], &[("FLOWSIM_CASES", "70")]);
    assert!(ran.out.starts_with("71 cases of seed 0 "), "{}", ran.out);
    let wrong = with(&[], &[("FLOWSIM_CASES", "many")]);
    assert!(wrong.code == 2 && wrong.out.is_empty() && wrong.err.contains("many"), "{}", wrong.err);
    let file = kept.join("exchange.toml");
    std::fs::write(&file, DEFECT).expect("it is written");
    let ran = with(&[words(&file), "--cases", "300"], &[("FLOWSIM_ARTIFACTS", words(&kept.join("there")))]);
    assert!(ran.code == 1 && files(&kept.join("there")).len() == 3, "{}", ran.err);
}

#[test]
fn a_search_ends_when_its_time_is_over() {
    let ran = run(&["fuzz", "--target", "pipe", "--for", "50ms"]);
    let cases: u64 = ran.out.split(' ').next().and_then(|word| word.parse().ok()).expect("a number");
    assert!(ran.code == 0 && cases > 0 && cases.is_multiple_of(64), "{}", ran.out);
    assert!(run(&["fuzz", "--target", "pipe", "--for", "1h", "--cases", "64"]).out.starts_with("64 cases "));
    let wrong = run(&["fuzz", "--for", "60"]);
    assert!(wrong.code == 2 && wrong.err.contains("`60` has no unit"), "{}", wrong.err);
}

#[test]
fn what_can_not_be_searched_is_bad_input() {
    let folder = folder("fuzz-bad", &[("no.toml", "client.steps = [\"clse\"]"), ("ports.toml", "client.steps = [\"connect 80\"]")]);
    let (no, ports) = (folder.join("no.toml"), folder.join("ports.toml"));
    for (arguments, said) in [
        (&["fuzz", words(&no)][..], "no.toml:1:18: "),
        (&["fuzz", words(&ports)], "ports.toml:1:17: "),
        (&["fuzz", "missing.toml"], "missing.toml: "),
        (&["fuzz", "--target", "tpc"], "did you mean `tcp`?"),
        (&["fuzz", "--cases", "0"], "--cases"),
    ] {
        let ran = run(arguments);
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
    std::fs::write(folder.join("exchange.toml"), DEFECT).expect("it is written");
    let unsaved = run(&["fuzz", words(&folder.join("exchange.toml")), "--artifacts", words(&no.join("below"))]);
    assert!(unsaved.code == 2 && unsaved.err.contains("can't be written"), "{}", unsaved.err);
}

#[test]
fn cases_that_show_nothing_are_told() {
    let text = "[limits]\nevents = 3\n[client]\nsteps = [\"write 10\", \"close\"]\n[server]\nsteps = [\"read to eof\", \"close\"]\n";
    let file = scratch("fuzz-limited.toml", text.as_bytes());
    let ran = run(&["fuzz", words(&file), "--cases", "64"]);
    assert!(ran.code == 4 && ran.out.contains("64 of them reached a limit"), "{}", ran.out);
}
