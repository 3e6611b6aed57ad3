//! A rule is one room: its file has its name, and the statement, the premise and the decision stand in it; the tables ask the rooms in
//! the order of the flow contract.

use std::fs;
use std::path::{Path, PathBuf};

use flowsim::rules::Rule;

/// For each table of `order.rs` the rules that may name such an event, the first of which does (the flow contract, "one broken
/// event, one violation").
const ORDER: &[(&str, &str)] = &[
    (
        "read_data",
        "cancelled-close error-after-close eof-after-shutdown-read pending-at-shutdown eof-is-final zero-length-is-invisible \
         data-nonempty stream-causal one-reader-per-byte cancelled-read failed-write-is-prefix writev-is-concat write-order \
         writes-not-interleaved ok-means-whole stream-prefix",
    ),
    (
        "wrong_bytes",
        "stream-causal one-reader-per-byte cancelled-read failed-write-is-prefix writev-is-concat write-order writes-not-interleaved \
         ok-means-whole stream-prefix",
    ),
    (
        "read_eof",
        "cancelled-close error-after-close zero-length-is-invisible eof-after-reset data-before-abort half-close-keeps-reading \
         flows-are-isolated eof-complete eof-has-cause",
    ),
    (
        "failed_read",
        "cancelled-close data-before-abort eof-after-shutdown-read half-close-keeps-reading close-keeps-reading eof-is-final \
         keepalive-ends-dead-flow flows-are-isolated read-error-has-cause",
    ),
    (
        "write_ok",
        "cancelled-close error-after-close pending-at-shutdown closed-after-shutdown write-error-is-final abort-is-told ok-means-whole \
         nodelay-is-sent",
    ),
    (
        "failed_write",
        "cancelled-close pending-at-shutdown shutdown-read-keeps-writing eof-keeps-writing half-close-keeps-reading flows-are-isolated \
         failed-write-is-prefix closed-after-shutdown closed-has-cause",
    ),
    ("returned_shutdown", "close-is-idempotent shutdown-error-has-cause"),
    ("returned_close", "close-is-idempotent shutdown-error-has-cause close-waits"),
    ("failed_connect", "handshake-completes connect-once"),
    ("accepted", "unlisten-stops-new accept-once"),
    ("aborted", "abort-has-cause keepalive-only-when-idle keepalive-ends-dead-flow"),
    (
        "stuck",
        "abort-is-told keepalive-ends-dead-flow handshake-completes connect-once unlisten-stops-new close-returns shutdown-returns \
         no-stuck-call peer-shut-read window-reopens eof-arrives delivery write-resolves",
    ),
];

fn oracle() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sim/oracle")
}

fn source(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The file of a rule: its name with underscores.
fn room(rule: Rule) -> String {
    source(&oracle().join("rooms").join(rule.name().replace('-', "_")).with_extension("rs"))
}

/// `EofIsFinal` as `eof-is-final`.
fn kebab(name: &str) -> String {
    let words = name.char_indices().map(|(at, letter)| match letter.is_uppercase() {
        true if at > 0 => format!("-{}", letter.to_lowercase()),
        _ => letter.to_lowercase().to_string(),
    });
    words.collect()
}

/// The rules that a table of `order.rs` asks about, in its order; those of a call that is stuck stand in two places.
fn table(order: &str, name: &str) -> Vec<String> {
    let body = match name {
        "stuck" => order.split_once("\nstuck_table! {").expect("the table of stuck calls").1,
        name => order.split_once(&format!("    {name}(")).unwrap_or_else(|| panic!("no table `{name}`")).1,
    };
    let lines = body.lines().skip(1).take_while(|line| *line != "}");
    let rules = lines.filter_map(|line| line.trim().split_once(": ")).map(|(rule, _)| kebab(rule));
    rules.filter(|rule| Rule::from_name(rule).is_some()).collect()
}

#[test]
fn the_room_of_every_rule_holds_its_statement_and_its_decision() {
    for &rule in Rule::ALL {
        let (name, text) = (rule.name(), room(rule));
        assert!(text.lines().next().is_some_and(|head| head.contains(&format!("`{name}`"))), "{name}: the head names the rule");
        assert!(text.contains("pub(super) const ABOUT: About = About {\n    statement: "), "{name}: the statement stands in its room");
        let decides = text.lines().filter(|line| line.starts_with("pub(in crate::oracle) fn ")).count();
        assert!(decides > 0, "{name}: nothing is decided in its room");
        assert!(!text.contains("pub use") && !text.contains("pub(in crate::oracle) use"), "{name}: its room passes others' code on");
        assert_eq!(
            text.contains("const EXAMPLES: &[Example]"),
            !rule.about().examples.is_empty(),
            "{name}: its histories stand in its room"
        );
    }
}

#[test]
fn every_file_among_the_rooms_is_a_rules() {
    for entry in fs::read_dir(oracle().join("rooms")).expect("the rooms") {
        let stem = entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().replace('_', "-");
        assert!(matches!(&*stem, "mod" | "scope") || Rule::from_name(&stem).is_some(), "{stem} is no rule");
    }
}

#[test]
fn tables_ask_in_the_order_of_the_contract() {
    let order = source(&oracle().join("order.rs"));
    for (name, listed) in ORDER {
        let listed: Vec<&str> = listed.split_whitespace().collect();
        assert!(listed.iter().all(|rule| Rule::from_name(rule).is_some()), "{name} names what is no rule");
        let asked = table(&order, name);
        let mut places: Vec<usize> = asked.iter().filter_map(|rule| listed.iter().position(|known| known == rule)).collect();
        assert!(!places.is_empty(), "{name} asks about none of its rules");
        places.dedup();
        assert!(places.is_sorted(), "{name} asks in another order: {}", asked.join(", "));
    }
}

#[test]
fn names_are_spelled_as_the_tables_read_them() {
    assert_eq!(Rule::ALL.iter().filter(|rule| kebab(&format!("{rule:?}")) != rule.name()).count(), 0);
}
