//! The page about the format is true: its examples are one trace, and it names every word that the format has.

use super::decode::{CALLS, ENVS, MODES, RESULTS, SORTS};
use super::fields::Field;
use super::*;

const PAGE: &str = include_str!("format.md");

/// The lines of all examples.
fn examples() -> impl Iterator<Item = &'static str> {
    let blocks = PAGE.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    blocks.flat_map(str::lines)
}

fn is_header(line: &&str) -> bool {
    line.starts_with("{\"flowsim_trace\"")
}

fn read(text: &str) -> Trace {
    Trace::read(text.as_bytes()).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

#[test]
fn the_examples_are_one_trace() {
    let header = examples().find(is_header).expect("a header");
    let events: Vec<&str> = examples().filter(|line| !is_header(line)).collect();
    let trace = read(&format!("{header}\n{}\n", events.join("\n")));
    assert_eq!(trace.events.len() + 1, events.len(), "all but the note of someone else");
    let headers: Vec<Header> = examples().filter(is_header).map(|line| read(line).header).collect();
    assert!(headers.len() > 5 && headers.iter().all(|header| headers.iter().filter(|other| *other == header).count() == 1));
}

/// Every word stands on the page in backquotes, and in an example if it is a call, a result or something that became known.
#[test]
fn every_word_is_explained() {
    let explained = |word: &str| assert!(PAGE.contains(&format!("`{word}`")), "`{word}` is not explained");
    let shown = |field: &str, word: &str| {
        let text = format!("\"{field}\":\"{word}\"");
        assert!(examples().any(|line| line.contains(&text)), "{text} has no example");
    };
    Field::ALL.iter().for_each(|key| explained(key.name()));
    let words = [
        ("event", SORTS.iter().map(|(word, _)| *word).collect::<Vec<_>>()),
        ("call", CALLS.iter().map(|(word, _)| *word).collect()),
        ("result", RESULTS.iter().map(|(word, _)| *word).collect()),
        ("what", ENVS.iter().map(|(word, _)| *word).collect()),
    ];
    for (field, word) in words.iter().flat_map(|(field, words)| words.iter().map(move |word| (field, word))) {
        shown(field, word);
        assert!(PAGE.contains(&format!("`{word}`")) || *field == "event", "`{word}` is not explained");
    }
    let plain = [
        MODES.iter().map(|(word, _)| *word).collect::<Vec<_>>(),
        Clock::WORDS.iter().map(|(word, _)| *word).collect(),
        Fate::WORDS.iter().map(|(word, _)| *word).collect(),
        By::WORDS.iter().map(|(word, _)| *word).collect(),
        Records::WORDS.iter().map(|(word, _)| *word).collect(),
    ];
    plain.iter().flatten().for_each(|word| explained(word));
    let errors = [
        Error::Closed,
        Error::Eof,
        Error::Reset,
        Error::TimedOut,
        Error::Refused,
        Error::NotReady,
        Error::NotConnected,
        Error::BrokenPipe,
        Error::ConnectionAborted,
    ];
    errors.iter().for_each(|error| explained(error.word()));
}
