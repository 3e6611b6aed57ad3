use proptest::prelude::*;

use super::*;
use crate::contract::Mode;

fn parse(text: &str) -> Scenario {
    Scenario::parse("t.toml", text).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

/// `LINE:COLUMN marked bytes: message (help)` of a wrong scenario.
fn wrong(text: impl AsRef<[u8]>) -> String {
    let error = Scenario::parse("t.toml", text).expect_err("it should be refused");
    let marked = error.source.as_ref().map_or_else(String::new, |excerpt| excerpt.text[excerpt.mark.clone()].to_owned());
    format!("{}:{} {marked}: {} ({})", error.line, error.column, error.message, error.help.as_deref().unwrap_or("-"))
}

const WHOLE: &str = r#"
title = "The server answers \"after\" the half close"
contract = { client = "posix", server = "modern,eof_on_reset=forbid" }
target = "pipe"
seed = 0xFFFFFFFFFFFFFFFF
guards = ["eof-complete", 'half-close-keeps-reading']

[pipe]
capacity = "4KiB"
delay = "20ms"

[limits]
events = 5000
time = "10min"

[[fault]]
reset = { end = "server", at = "2s", flow = "side" }

[client]
steps = ["write 4KiB", "shutdown write", "read to eof -> 64KiB"]

[server]
tasks = [["read to eof -> 4KiB", "signal go"], ["wait go", "write 64KiB", "close -> done"]]

[[flow]]
name = "side"
client.steps = ["write 1"]
server = { steps = ["read 1 once | cancel after 5ms -> cancelled"] }
"#;

#[test]
fn a_whole_file_is_understood() {
    let scenario = parse(WHOLE);
    assert_eq!(scenario.title, "The server answers \"after\" the half close");
    let contract = scenario.contract.expect("given");
    assert_eq!((contract.client.base, contract.server.to_string().as_str()), ("posix", "modern,eof_on_reset=forbid"));
    assert_eq!(scenario.seed, Some(u64::MAX));
    assert_eq!(scenario.guards.iter().map(|guard| guard.rule.name()).collect::<Vec<_>>(), ["eof-complete", "half-close-keeps-reading"]);
    assert_eq!(scenario.pipe, Pipe { capacity: 4096, delay: Duration::from_millis(20) });
    assert_eq!(scenario.limits, Limits { events: 5000, time: Duration::from_secs(600) });
    assert_eq!(
        scenario.faults,
        [Fault { abort: Abort::Reset, flow: 1, end: End::Server, at: Duration::from_secs(2), spot: Spot::default() }]
    );
    assert_eq!((scenario.flows.len(), scenario.flows[0].tasks.client.len(), scenario.flows[0].tasks.server.len()), (2, 1, 2));
    assert_eq!(scenario.flows[0].tasks.client[0][1].action, Action::Shutdown(Mode::Write));
    assert_eq!(scenario.flows[1].name.as_deref(), Some("side"));
}

#[test]
fn what_is_written_parses_back_to_the_same() {
    let scenario = parse(WHOLE);
    let text = scenario.to_string();
    assert_eq!(parse(&text), scenario, "{text}");
    assert_eq!(parse(&text).to_string(), text);
    assert_eq!(parse("client.steps = [\"close\"]").to_string(), "\n[client]\nsteps = [\"close\"]\n");
}

#[test]
fn bom_and_line_ends_of_any_system_are_accepted() {
    let windows = format!("\u{feff}{}", WHOLE.replace('\n', "\r\n"));
    assert_eq!(parse(&windows), parse(WHOLE));
    assert!(wrong("\u{feff}tilte = \"x\"\r\nclient.steps=[\"close\"]\r\n").starts_with("1:1 tilte: unknown key `tilte`"));
}

#[test]
fn mistakes_of_the_file_are_marked() {
    let cases = [
        ("", "1:1 : the scenario has no steps (give"),
        ("title = \"x\"\n[client]\n", "2:1 [client]: `[client]` has no steps"),
        ("tilte = 1", "1:1 tilte: unknown key `tilte` in a scenario (did you mean `title`?)"),
        ("title = 5", "1:9 5: `title` must be a string, not an integer"),
        ("title = \"a\ntarget", "1:11 "),
        ("seed = -1", "1:8 -1: `seed` is out of range"),
        ("seed = 1.5", "1:8 1.5: `seed` must be an integer, not a float"),
        ("seed = 99999999999999999999999", "1:8 99999999999999999999999: `seed` is out of range"),
        ("seed = 1\nseed = 2", "2:1 seed: duplicate key"),
        ("target = \"pip\"", "1:11 pip: unknown target `pip` (did you mean `pipe`?)"),
        ("contract = \"modren\"", "1:13 modren: unknown contract `modren` (did you mean `modern`?)"),
        (
            "contract = \"modern, eof_on_rest=allow\"",
            "1:21 eof_on_rest=allow: unknown parameter `eof_on_rest` (did you mean `eof_on_reset`?)",
        ),
        ("contract = { client = \"v1\" }", "1:12 { client = \"v1\" }: `server` is missing in `contract`"),
        ("contract = 3", "1:12 3: `contract` must be a string, not an integer"),
        ("guards = [\"eof-final\"]", "1:12 eof-final: unknown rule `eof-final` (did you mean `eof-is-final`?)"),
        ("guards = [\"zzz\"]", "1:12 zzz: unknown rule `zzz` (`flowsim rules` lists them all)"),
        ("guards = \"x\"", "1:10 \"x\": `guards` must be an array, not a string"),
        ("[pipe]\ncapacity = 0", "2:12 0: a pipe can't hold 0 bytes (from 1 to 1GiB)"),
        ("[pipe]\ncapacity = \"2GiB\"", "2:12 \"2GiB\": a pipe can't hold 2147483648 bytes"),
        ("[pipe]\ncapacity = \"4kib\"", "2:13 4kib: `kib` is no unit of size"),
        ("[pipe]\ndelay = 20", "2:9 20: `delay` must be a string, not an integer (with its unit, as `\"20ms\"`)"),
        ("[pipe]\ndelay = \"20\"", "2:10 20: `20` has no unit"),
        ("[pipe]\nloss = \"1%\"", "2:1 loss: unknown key `loss` in `[pipe]` (one of: capacity, delay)"),
        ("[link]\nloss = \"1%\"", "1:2 link: the target `pipe` has no link (what a pipe has"),
        ("tcp.client.mss = 1", "1:1 tcp: the target `pipe` has no TCP stack"),
        ("[limits]\nevent = 1", "2:1 event: unknown key `event` in `[limits]` (did you mean `events`?)"),
        ("client = 1", "1:10 1: `client` must be a table, not an integer"),
        ("[client]\nsteps = \"close\"", "2:9 \"close\": `steps` must be an array, not a string"),
        ("[client]\nsteps = []", "2:9 []: the list of steps is empty"),
        ("[client]\ntasks = []", "1:1 [client]: `[client]` has no steps"),
        ("[client]\ntasks = [[]]", "2:10 []: the list of steps is empty"),
        ("[client]\nsteps = [1]", "2:10 1: `steps` must be a string, not an integer"),
        ("[client]\nsteps = [\"close\"]\ntasks = [[\"close\"]]", "3:9 [[\"close\"]]: `[client]` has `steps` and `tasks`"),
        ("[client]\nsteps = [\n  \"read 5\",\n  \"read  5kib\",\n]", "4:10 5kib: `kib`"),
        ("[client]\nsteps = [\"raed\"]", "2:11 raed: unknown step `raed` (did you mean `read`?)"),
        ("[client]\nsteps = [\"\\u0072aed\"]", "2:10 \"\\u0072aed\": unknown step `raed`"),
        ("[client]\nsteps = [\"wait go\"]", "2:10 \"wait go\": nobody signals `go` (let another task say `signal go`)"),
        (
            "[client]\nsteps = [\"wait go\"]\n[server]\nsteps=[\"signal og\", \"signal gone\"]",
            "2:10 \"wait go\": nobody signals `go` (one of: gone, og)",
        ),
        ("[client]\nsteps = [\"wait go\", \"signal go\"]", "2:10 \"wait go\": `go` is signalled only by a step that waits"),
        (
            "[client]\nsteps = [\"wait a\", \"signal b\"]\n[server]\nsteps=[\"wait b\", \"signal a\"]",
            "2:10 \"wait a\": `a` is signalled only by",
        ),
        (
            "[client]\nsteps = [\"read -> blocks\", \"close\"]",
            "2:28 \"close\": this step is never reached: `read -> blocks` comes before it",
        ),
        ("guards = [\"eof\"]", "1:12 eof: unknown rule `eof` (near it are eof-complete, "),
        ("guards = [\"lower-closed-once\"]", "1:12 lower-closed-once: the rule `lower-closed-once` is not judged in this version ("),
        (
            "[client]\nsteps = [\"at 1s\", \"close\", \"at 500ms\"]",
            "2:28 \"at 500ms\": this time has passed: the task gets here at 1s or later (times count",
        ),
        ("[client]\nsteps = [\"at 1s\", \"sleep 2s\", \"at 2999ms\"]", "2:31 \"at 2999ms\": this time has passed"),
        ("[[flow]]\nname = \"a\"", "1:1 [[flow]]: the flow has no steps"),
        ("[[flow]]\nto = \"server:80\"\nclient.steps=[\"close\"]", "2:1 to: no target has hosts and ports"),
        ("flow = { }", "1:8 { }: `flow` must be an array, not a table"),
        (
            "[[flow]]\nname=\"a\"\nclient.steps=[\"close\"]\n[[flow]]\nname=\"a\"\nclient.steps=[\"close\"]",
            "4:1 [[flow]]: there are two flows `a`",
        ),
    ];
    for (text, expected) in cases {
        let found = wrong(text);
        assert!(found.starts_with(expected), "{text}\n found {found}\n expected {expected}");
    }
}

#[test]
fn mistakes_of_faults_are_marked() {
    let steps = "client.steps = [\"close\"]\n";
    let cases = [
        ("[[fault]]\n", "2:1 [[fault]]: the fault is empty (as `reset"),
        ("[[fault]]\ndrop = { from = \"client\" }", "3:1 drop: the target `pipe` has no link that could drop"),
        ("[[fault]]\nrest = {}", "3:1 rest: unknown key `rest` in `[[fault]]` (did you mean `reset`?)"),
        ("[[fault]]\nreset = { at = \"1s\" }", "3:9 { at = \"1s\" }: `end` is missing in a fault"),
        ("[[fault]]\nreset = { end = \"clint\", at = \"1s\" }", "3:18 clint: unknown end `clint` (did you mean `client`?)"),
        ("[[fault]]\nreset = { end = \"client\", at = 1 }", "3:32 1: `at` must be a string"),
        ("[[fault]]\nreset = { end = \"client\", at = \"1s\", flow = 1 }", "3:45 1: there is no flow 1 (the flows are 0 to 0)"),
        ("[[fault]]\nreset = { end = \"client\", at = \"1s\", flow = \"x\" }", "3:46 x: there is no flow `x`"),
        (
            "[[fault]]\nreset = { end = \"client\", at = \"1s\" }\ntimeout = { end = \"client\", at = \"1s\" }",
            "4:11 { end = \"client\", at = \"1s\" }: a fault is one thing",
        ),
    ];
    for (text, expected) in cases {
        let found = wrong(format!("{steps}{text}"));
        assert!(found.starts_with(expected), "{text}\n found {found}\n expected {expected}");
    }
}

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(wrong(b"title = \"\xff\"\n"), "1:10 \u{fffd}: this is no UTF-8 (save the file as UTF-8)");
    assert!(wrong(b"title = \"\xe2\x82").starts_with("1:10 "));
    assert!(wrong(b"\xff\xfet\0i\0").starts_with("1:1 "));
    assert!(wrong([0_u8; 64]).starts_with("1:1 \0"));
    assert!(wrong(vec![b' '; (1 << 20) + 1]).contains("too large"));
    assert!(wrong(vec![b' '; 1 << 20]).contains("no steps"));
    assert!(wrong("x = ".to_owned() + &"[".repeat(100_000)).contains("recursion"));
    assert!(Scenario::load("no/such/file.toml").expect_err("missing").to_string().starts_with("no/such/file.toml: "));
    assert!(Scenario::load(".").is_err());
}

#[test]
fn bounds_hold_from_both_sides() {
    let steps = |count: usize, step: &str| format!("client.steps = [{}]", format!("\"{step}\",").repeat(count));
    assert!(Scenario::parse("t", steps(10_000, "flush")).is_ok() && wrong(steps(10_001, "flush")).contains("10001 steps"));
    assert!(Scenario::parse("t", steps(16, "write 64MiB")).is_ok() && wrong(steps(17, "write 64MiB")).contains("at most 1GiB"));
    let tasks = |count: usize| format!("client.tasks = [{}]", "[\"close\"],".repeat(count));
    assert!(Scenario::parse("t", tasks(1000)).is_ok() && wrong(tasks(1001)).contains("1001 tasks"));
    assert!(Scenario::parse("t", "client.steps = [\"at 1s\", \"sleep 2s\", \"at 3s\", \"at 3s\"]").is_ok());
    let faults = |count: usize| steps(1, "close") + &"\n[[fault]]\nreset={end=\"client\",at=\"1s\"}".repeat(count);
    assert!(Scenario::parse("t", faults(1000)).is_ok() && wrong(faults(1001)).contains("1001 faults"));
}

#[test]
fn of_runs_with_many_seeds_the_first_that_does_not_hold_comes_back() {
    let pipe = target::named("pipe").expect("known");
    let seeds = |scenario: &Scenario, seeds: std::ops::Range<u64>| scenario.run_seeds(pipe, seeds).expect("it runs");
    let steady = parse("client.steps = [\"write 1 -> ok\", \"close\"]");
    assert_eq!((seeds(&steady, 3..9).seed(), seeds(&steady, 0..0).seed()), (Some(8), None));
    // Only one order lets the write come before the close.
    let racing = parse("client.tasks = [[\"write 1 -> ok\"], [\"close\"]]");
    let broken = |seed: u64| seeds(&racing, seed..seed + 1).judgement() == Judgement::Violated;
    let first = (0..50).find(|seed| broken(*seed)).expect("an order in which the close comes first");
    assert!(first < 49 && !broken((0..50).find(|seed| !broken(*seed)).expect("an order in which the write does")));
    let found = seeds(&racing, 0..50);
    assert_eq!((found.seed(), found.judgement()), (Some(first), Judgement::Violated));
}

/// The page about the format is true: its example holds in any order, and each action that it lists is one.
#[test]
fn the_page_about_the_format_is_true() {
    let page = include_str!("format.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let scenario = parse(example);
    let run = scenario.run_seeds(scenario.named_target().expect("known"), 0..50).expect("it runs");
    assert_eq!(run.judgement(), Judgement::Held, "{}", run.why());
    let table = |heading: &str| page.split(heading).nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section").to_owned();
    let listed = |table: &str| -> Vec<String> {
        let rows = table.lines().filter(|line| line.starts_with("| `") || line.starts_with("| a size"));
        rows.flat_map(|row| row.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2)).map(str::to_owned).collect()
    };
    let stand_ins = [("A B …", "1 2"), ("PORT", "80"), ("N", "5"), ("M", "2"), ("D", "5ms"), ("T", "1s"), ("X", "go")];
    let actions: Vec<String> = listed(&table("## Steps")).into_iter().filter(|text| !text.starts_with("STEP")).collect();
    for action in &actions {
        let text = stand_ins.iter().fold(action.clone(), |text, (name, value)| text.replace(name, value));
        assert!(grammar::step(&text).is_ok(), "`{action}` is no action");
    }
    let is_listed = |verb: &str| actions.iter().any(|action| action.split(' ').next() == Some(verb));
    assert!(grammar::FORMS.iter().all(|(verb, _)| is_listed(verb)), "{actions:?}");
    let results = listed(&table("## Results"));
    assert!(grammar::known().all(|expect| results.contains(&expect.to_string())), "{results:?}");
}

fn tasks() -> impl Strategy<Value = Vec<Vec<Step>>> {
    proptest::collection::vec(proptest::collection::vec(grammar::tests::steps(), 1..5), 0..3)
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    let contract = (0..Contract::PRESETS.len(), 0..Contract::PRESETS.len());
    let contract = contract.prop_map(|(client, server)| Both { client: Contract::PRESETS[client], server: Contract::PRESETS[server] });
    let flow = (proptest::option::of("[a-z\"\\\\\\n]{1,3}"), tasks(), tasks());
    let flow = flow.prop_map(|(name, client, server)| FlowSteps { name, tasks: Both { client, server } });
    let head = ("\\PC{0,9}", proptest::option::of(contract), any::<Option<u64>>(), proptest::sample::subsequence(Rule::ALL.to_vec(), 0..3));
    let pipe = (1..100_000_usize, any::<u64>()).prop_map(|(capacity, delay)| Pipe { capacity, delay: Duration::from_nanos(delay) });
    let flow = flow.prop_filter("a flow does something", |flow: &FlowSteps| !flow.is_empty());
    (head, pipe, any::<u64>(), proptest::collection::vec(flow, 1..4)).prop_map(|((title, contract, seed, guards), pipe, at, flows)| {
        let guards = guards.into_iter().map(|rule| Guard { rule, spot: Spot::default() }).collect();
        let fault = Fault {
            abort: Abort::Timeout,
            flow: flows.len() as u32 - 1,
            end: End::Server,
            at: Duration::from_nanos(at),
            spot: Spot::default(),
        };
        Scenario { title, contract, seed, guards, pipe, faults: vec![fault], flows, ..Scenario::default() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever makes sense is read back as it was written.
    #[test]
    fn scenarios_round_trip(scenario in scenarios()) {
        let text = scenario.to_string();
        match Scenario::parse("t.toml", &text) {
            Ok(read) => prop_assert_eq!(&read, &scenario, "{}", text),
            Err(error) => prop_assert!(refusable(&error.message), "{}", error.render(false)),
        }
    }

    #[test]
    fn mutated_files_never_panic(cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = WHOLE.as_bytes().to_vec();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            if byte == 0 { bytes.truncate(at.max(1)) } else { bytes[at] = byte }
        }
        if let Err(error) = Scenario::parse("t.toml", &bytes) {
            prop_assert!(error.line >= 1 && error.column >= 1);
            prop_assert!(error.render(false).contains("t.toml:"));
        }
    }
}

/// Random scenarios may make no sense; but they are never misread.
fn refusable(message: &str) -> bool {
    ["signal", "never reached", "two flows", "writes too much", "time has passed", "is not judged"].iter().any(|why| message.contains(why))
}
