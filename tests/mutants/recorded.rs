//! Rows of the catalogue that can't be mutants of the simulator's own flows yet, each as the shortest recording of what such a
//! flow would do: it breaks the rule of the row first, and keeps the contract where that allows it.

use std::collections::BTreeSet;

use flowsim::Contract;
use flowsim::oracle::{Judgement, Oracle};
use flowsim::rules::{Rule, history};
use flowsim::target::{MUTANTS, WAITING};

/// The recording of a row.
struct Recorded {
    number: u32,
    contract: &'static str,
    history: &'static str,
    /// A contract that allows it, if one does.
    allowed_by: Option<&'static str>,
}

const fn recorded(number: u32, contract: &'static str, history: &'static str) -> Recorded {
    Recorded { number, contract, history, allowed_by: None }
}

const RECORDED: &[Recorded] = &[
    recorded(
        45,
        "classic",
        r#"
            keepalive 4s 1s 2
            client call 1 read
            1s env crash server by fault
            60s quiet"#,
    ),
    recorded(
        46,
        "modern",
        r#"
            keepalive 4s 1s 2
            records network segments
            client segment passes S seq 99 win 9
            server segment passes SA seq 499 ack 100 win 9
            client segment passes A seq 100 ack 500 win 9
            client call 1 read
            4s client segment sent A seq 99 ack 500 win 9
            4s client segment dropped A seq 99 ack 500 win 9
            4500ms client segment sent A seq 99 ack 500 win 9
            4500ms client segment dropped A seq 99 ack 500 win 9
            5s env keepalive_death client by stack
            5s client return 1 error timed_out"#,
    ),
    recorded(
        47,
        "posix",
        r#"
            keepalive 4s 1s 2
            client call 1 write "a"
            client call 2 read
            1s env partition
            7s env keepalive_death client by stack
            7s client return 2 error timed_out
            8s quiet"#,
    ),
    recorded(
        58,
        "modern",
        r#"
            records network buffers
            client write "ab" -> ok
            server read 1 -> "a"
            server read 1 -> "b"
            env buffer server 1 "b""#,
    ),
    recorded(
        71,
        "modern",
        r#"
            records network segments
            client segment passes S seq 99 win 900
            server segment passes SA seq 299 ack 100 win 900
            client segment passes A seq 100 ack 300 win 900
            client write "abcd" -> ok
            client segment sent PA seq 100 ack 300 win 900 data "ab" id 1
            client segment dropped PA seq 100 ack 300 win 900 data "ab" id 1
            client segment passes PA seq 102 ack 300 win 900 data "cd"
            server segment passes A seq 300 ack 100 win 900
            client segment passes PA seq 100 ack 300 win 900 data "ab"
            server segment passes A seq 300 ack 102 win 900
            server read -> "ab"
            server call 2 read
            400s quiet"#,
    ),
    recorded(
        94,
        "posix",
        r#"
            records network buffers
            client write "abcd" -> ok
            server read 2 -> "ab"
            server read 2 -> "cd"
            env buffer server 1 "xb"
            env buffer server 2 "xd""#,
    ),
    recorded(
        97,
        "modern",
        r#"
            proxies 0 1
            client/0 shutdown write -> done
            server/0 read -> eof
            quiet"#,
    ),
    recorded(
        110,
        "modern",
        r#"
            server destination -> ok peer 10.0.0.1:5000
            server destination -> ok peer 10.0.0.1:0"#,
    ),
    recorded(
        112,
        "modern",
        r#"
            records network segments
            client segment injected S seq 7 win 9
            server call 1 read
            server return 1 panic"#,
    ),
    recorded(113, "modern", "server listen 65616 -> ok"),
    recorded(
        124,
        "modern",
        r#"
            simulated
            records network segments resources
            keepalive 4s 1s 2
            client close -> done
            server close -> done
            4000s env resources client connections 1 timers 1
            4000s quiet"#,
    ),
    Recorded {
        number: 140,
        contract: "relay,eof_on_peer_abort=forbid",
        history: r#"
            client write "ab" -> ok
            env reset client by fault
            server read -> "ab"
            server read -> eof"#,
        allowed_by: Some("relay"),
    },
    recorded(
        141,
        "relay",
        r#"
            client shutdown write -> done
            client read -> eof
            server read -> eof
            server write "answer" -> error reset"#,
    ),
    recorded(
        142,
        "relay",
        r#"
            client shutdown write -> done
            server read -> eof
            500ms client read -> error reset"#,
    ),
    recorded(
        145,
        "modern",
        r#"
            records network segments
            client segment passes S seq 99 win 0
            server segment passes SA seq 299 ack 100 win 0
            client segment passes A seq 100 ack 300 win 0
            client segment passes PA seq 100 ack 300 win 0 data "a"
            server segment passes A seq 300 ack 110 win 9"#,
    ),
];

/// The catalogue's last row.
const ROWS: u32 = 147;

/// Rows that are neither a mutant nor wait to be one, and why.
const ELSEWHERE: &[(u32, &str)] = &[
    (59, "to keep a caller's buffer is what `written_buffer=transfer` allows: a control below"),
    (81, "the defect of row 63; what a pipe does there is right"),
    (121, "the defect of row 55, in other words"),
    (144, "it makes a transfer slow, and breaks no rule"),
];

/// The rules that a history breaks, the first one first.
fn broken(history: &str, contract: &str) -> Vec<Rule> {
    let contract: Contract = contract.parse().unwrap_or_else(|error| panic!("{error}"));
    let trace = history::parse(history, contract).unwrap_or_else(|error| panic!("{error}\n{history}"));
    let verdict = Oracle::with(trace.header.clone()).judge(&trace);
    let expected = if verdict.violations.is_empty() { Judgement::Held } else { Judgement::Violated };
    assert_eq!(verdict.judgement, expected, "{history}");
    verdict.violations.iter().map(|violation| violation.rule).collect()
}

#[test]
fn each_recording_breaks_the_rule_of_its_row_first() {
    let mut wrong = Vec::new();
    for Recorded { number, contract, history, .. } in RECORDED {
        let row = WAITING.iter().find(|row| row.number == *number).unwrap_or_else(|| panic!("no row {number}"));
        let broken = broken(history, contract);
        if broken.first().map(|rule| rule.name()) != Some(row.rule) {
            wrong.push(format!("{number} wants {}, not {broken:?}", row.rule));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_contract_that_allows_what_happened_is_kept_by_it() {
    let allowed = RECORDED.iter().filter_map(|row| Some((row, row.allowed_by?)));
    for (row, contract) in allowed {
        assert_eq!(broken(row.history, contract), [], "{}", row.number);
    }
    // Row 59: to keep a caller's buffer is what `written_buffer=transfer` means, and a fault of the flow under `copy`.
    let keeps = r#"
        records network buffers
        client call 1 write "ab"
        client return 1 ok
        env buffer client 1 "xx"
        server read -> "xx""#;
    assert_eq!(broken(keeps, "posix"), [Rule::StreamPrefix]);
}

#[test]
fn each_row_that_waits_for_something_has_its_recording() {
    let recorded: Vec<u32> = RECORDED.iter().map(|row| row.number).collect();
    let waiting: Vec<u32> = WAITING.iter().map(|row| row.number).collect();
    assert_eq!(recorded, waiting);
    assert!(WAITING.iter().all(|row| Rule::from_name(row.rule).is_some()));
}

#[test]
fn no_row_of_the_catalogue_is_forgotten_and_none_is_counted_twice() {
    let mutants = MUTANTS.iter().filter_map(|mutant| Some(mutant.defect?.number()));
    let (waiting, elsewhere) = (WAITING.iter().map(|row| row.number), ELSEWHERE.iter().map(|(number, _)| *number));
    // A row may be broken in a pipe and in TCP, or in TCP in two ways.
    let mutants: BTreeSet<u32> = mutants.collect();
    let mut rows: Vec<u32> = mutants.into_iter().chain(waiting).chain(elsewhere).collect();
    rows.sort_unstable();
    assert_eq!(rows, (1..=ROWS).collect::<Vec<_>>());
}
