//! `explore`: how many schedules there are, what fails, what is saved, how the command ends.

use super::*;

fn exchange(quirk: &str) -> String {
    format!(
        r#"
title = "A plain exchange"
target = "tcp"
{quirk}
link.delay = "10ms"
guards = ["delivery"]
client.steps = ["write 4KiB -> ok", "shutdown write -> done", "read to eof -> 2KiB", "close -> done"]
server.steps = ["read to eof -> 4KiB", "write 2KiB -> ok", "close -> done"]
"#
    )
}

#[test]
fn right_tcp_holds_and_the_bound_is_told() {
    let folder = folder("explore-held", &[("exchange.toml", &exchange(""))]);
    let (file, kept) = (folder.join("exchange.toml"), folder.join("kept"));
    let ran = run(&["explore", words(&file), "--faults", "1", "--artifacts", words(&kept)]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(
        ran.out.contains("  0 decisions           1 schedule\n") && ran.out.contains("No schedule with at most 1 decision fails."),
        "{}",
        ran.out
    );
    assert!(!kept.exists());
    let object = run(&["explore", words(&file), "--faults", "2", "--only", "drop,crash", "--format", "json"]).object();
    assert_eq!((&object["verdict"], &object["completed"]), (&"held".into(), &2.into()), "{object}");
    let levels = object["levels"].as_array().expect("levels");
    assert!(levels.len() == 3 && levels[2]["schedules"].as_u64() > levels[1]["schedules"].as_u64(), "{object}");
}

#[test]
fn what_fails_first_has_the_fewest_faults_and_is_saved() {
    let folder = folder("explore-broken", &[("exchange.toml", &exchange("tcp.quirk = \"close-wait-forgets\""))]);
    let (file, kept) = (folder.join("exchange.toml"), folder.join("kept"));
    let arguments = ["explore", words(&file), "--only", "drop", "--artifacts", words(&kept), "--format", "json"];
    let ran = run(&arguments);
    let object = ran.object();
    assert_eq!((ran.code, &object["verdict"]), (1, &"violated".into()));
    let failure = &object["failures"][0];
    assert_eq!((&failure["rule"], &failure["decisions"]), (&"eof-arrives".into(), &2.into()), "{object}");
    let saved = failure["saved"].as_str().expect("a file");
    let replayed = run(&["replay", saved]);
    assert!(replayed.code == 1 && replayed.out.contains("eof-arrives"), "{}", replayed.out);
    assert_eq!(run(&["judge", &saved.replace(".toml", ".jsonl")]).code, 1);
    let alone = run(&[&arguments[..], &["--jobs", "1"]].concat());
    assert_eq!(alone.out, ran.out, "the number of threads makes no difference");
}

#[test]
fn files_that_cannot_be_explored_are_told() {
    let folder = folder("explore-wrong", &[("wrong.toml", "client.steps = [\"clse\"]"), ("pipe.toml", "client.steps = [\"connect 80\"]")]);
    let wrong = run(&["explore", words(&folder.join("wrong.toml"))]);
    assert!(wrong.code == 2 && wrong.err.contains("wrong.toml:1:18"), "{}", wrong.err);
    assert_eq!(run(&["explore", words(&folder.join("pipe.toml"))]).code, 2, "a pipe has no connections");
    let kind = run(&["explore", words(&folder.join("pipe.toml")), "--only", "dorp"]);
    assert!(kind.code == 2 && kind.err.contains("did you mean `drop`?"), "{}", kind.err);
}
