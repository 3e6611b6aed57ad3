//! `mutants`: who finds which defect, and how one is looked at.

use super::*;

#[test]
fn a_mutant_that_dies_by_its_rule_is_a_row() {
    let ran = run(&["mutants", "eof-then-blocks", "--scenarios", "scenarios/eof", "--cases", "0"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let row = ran.out.lines().nth(1).expect("a row");
    assert!(row.contains("14  eof-then-blocks") && row.contains("no-stuck-call") && row.contains("scenarios/eof/"), "{row}");
    assert!(ran.out.contains("1 of 1 mutant killed, 1 by the rule that is listed"), "{}", ran.out);
}

#[test]
fn a_mutant_that_lives_or_dies_by_another_rule_is_a_failure() {
    let lives = run(&["mutants", "writer-forgotten", "--scenarios", "scenarios/eof", "--cases", "0"]);
    assert!(lives.code == 1 && lives.out.contains("survives"), "{}", lives.out);
    let misnamed = run(&["mutants", "write-after-error-ok", "--scenarios", "scenarios/reset", "--cases", "0"]);
    assert!(misnamed.code == 1 && misnamed.out.contains("abort-is-told, not write-error-is-final"), "{}", misnamed.out);
}

#[test]
fn the_rows_are_objects_too_and_do_not_depend_on_the_number_of_jobs() {
    let command = ["mutants", "eof-then-blocks", "syn-not-retried", "--cases", "20", "--format", "json", "--jobs"];
    let run = |jobs: &str| run(&[&command[..], &[jobs]].concat());
    let objects = run("1").objects();
    assert_eq!((objects.len(), run("1").out), (2, run("3").out));
    assert_eq!(objects[1]["mutant"], "syn-not-retried");
    assert_eq!((&objects[1]["of"], &objects[1]["number"]), (&"tcp".into(), &82.into()));
    assert_eq!((&objects[1]["wanted"], &objects[1]["killed_by"]), (&"handshake-completes".into(), &"handshake-completes".into()));
}

#[test]
fn a_mutant_is_a_target() {
    let ran = run(&["replay", "scenarios/eof/eof-thrice.toml", "--target", "eof-then-blocks"]);
    assert!(ran.code == 1 && ran.out.contains("no-stuck-call"), "{}", ran.out);
    assert!(ran.out.contains("flowsim replay scenarios/eof/eof-thrice.toml --target eof-then-blocks"), "{}", ran.out);
}

#[test]
fn what_there_is_not_is_bad_usage() {
    let wrong = run(&["mutants", "eof-then-block"]);
    assert!(wrong.code == 2 && wrong.err.contains("did you mean `eof-then-blocks`?"), "{}", wrong.err);
    assert_eq!(run(&["mutants", "pipe"]).code, 2, "what is right is no mutant");
    assert_eq!(run(&["mutants", "eof-then-blocks", "--scenarios", "no-such-folder"]).code, 2);
}
