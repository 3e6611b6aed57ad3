use proptest::prelude::*;

use super::*;
use crate::contract::Mode;
use crate::trace::Abort;

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
    let reset = FaultKind::Abort { abort: Abort::Reset, flow: 1, end: End::Server, at: Duration::from_secs(2) };
    assert_eq!(scenario.faults, [reset.into()]);
    assert_eq!((scenario.flows.len(), scenario.flows[0].tasks.client.len(), scenario.flows[0].tasks.server.len()), (2, 1, 2));
    assert_eq!(scenario.flows[0].tasks.client[0][1].action, Action::Shutdown(Mode::Write));
    assert_eq!(scenario.flows[1].name.as_deref(), Some("side"));
}

const NETWORK: &str = r#"
[link]
delay = "20ms"
jitter = "2ms"
loss = "1%"
rate = "10Mbit/s"
queue = 100
mtu = 1500

[link.to-client]
loss = "0.5"
duplicate = "0.1%"
reorder = "2%"
corrupt = "0.25%"
mtu = 576

[tcp]
send-buffer = "16KiB"
nagle = false
delayed-ack = "0s"
isn = 0xFFFF_FF00

[tcp.server]
isn = 7
window-scale = false
receive-buffer = 1

[[fault]]
drop = { from = "client", kind = "fin" }

[[fault]]
delay = { from = "server", kind = "SYN-ACK", nth = 2, by = "300ms", flow = 1 }

[[fault]]
duplicate = { from = "server", offset = "4KiB", transmission = 2 }

[[fault]]
duplicate = { from = "server", offset = 0, by = "1ms" }

[[fault]]
jitter = { from = "server", kind = "SYN/ACK", nth = 1, by = "1us", flow = 1 }

[[fault]]
reorder = { from = "client", kind = "data", nth = 3 }

[[fault]]
corrupt = { from = "client", kind = "data", offset = 5 }

[[fault]]
partition = { at = "1s", for = "5s" }

[[fault]]
partition = { at = "7s", from = "server" }

[[fault]]
crash = { end = "client", at = "20s", for = "1s" }

[client]
steps = ["connect -> ok", "write 4KiB"]

[server]
steps = ["listen 80", "accept -> ok", "unlisten 80", "disconnect"]

[[flow]]
to = "server:8080"
client.steps = ["write 1"]
"#;

#[test]
fn a_network_is_understood() {
    let scenario = parse(NETWORK);
    let (there, back) = (&scenario.link.client, &scenario.link.server);
    assert_eq!((there.delay, back.delay, back.jitter), (Duration::from_millis(20), Duration::from_millis(20), Duration::from_millis(2)));
    assert_eq!((there.rate, there.queue), (Some(10_000_000), Some(100)));
    assert_eq!((there.loss.0, back.loss.0, there.corrupt.0), (42_949_673, 1 << 31, 0));
    let (client, server) = (&scenario.tcp.client, &scenario.tcp.server);
    assert_eq!((client.mss, server.mss, client.send_buffer, server.receive_buffer), (1460, 536, 16 << 10, 1));
    assert_eq!((client.isn, server.isn, client.window_scale, server.window_scale), (Some(0xFFFF_FF00), Some(7), true, false));
    assert!(!server.nagle && server.delayed_ack.is_zero());
    let seconds = Duration::from_secs;
    let nth = |kind, nth| link::Which::Nth { kind, nth };
    let segment = |from, flow, which, action| FaultKind::Segment { from, flow, which, action };
    let carrying = |offset, transmission| link::Which::Carries { offset, transmission };
    let expected = [
        segment(End::Client, 0, nth(link::Kind::Fin, 1), link::Action::Drop),
        segment(End::Server, 1, nth(link::Kind::SynAck, 2), link::Action::Delay(Duration::from_millis(300))),
        segment(End::Server, 0, carrying(4096, 2), link::Action::Duplicate(Duration::ZERO)),
        segment(End::Server, 0, carrying(0, 1), link::Action::Duplicate(Duration::from_millis(1))),
        segment(End::Server, 1, nth(link::Kind::SynAck, 1), link::Action::Jitter(Duration::from_micros(1))),
        segment(End::Client, 0, nth(link::Kind::Data, 3), link::Action::Reorder),
        segment(End::Client, 0, carrying(5, 1), link::Action::Corrupt),
        FaultKind::Partition { from: None, at: seconds(1), lasts: Some(seconds(5)) },
        FaultKind::Partition { from: Some(End::Server), at: seconds(7), lasts: None },
        FaultKind::Crash { end: End::Client, at: seconds(20), lasts: Some(seconds(1)) },
    ];
    assert_eq!(scenario.faults, expected.map(Fault::from));
    assert_eq!(scenario.flows.iter().map(|flow| flow.port).collect::<Vec<_>>(), [80, 8080]);
    let text = scenario.to_string();
    assert_eq!(parse(&text), scenario, "{text}");
    assert_eq!(parse(&text).to_string(), text);
}

#[test]
fn a_network_is_written_as_short_as_it_can_be_said() {
    let steps = "\n[client]\nsteps = [\"close\"]\n";
    for (text, short) in [
        ("[link]\ndelay = \"0s\"\nloss = \"0\"\n[tcp]\nmss = 1460\n", ""),
        ("[link]\nmtu = 1000\n", "\n[tcp]\nmss = 960\n"),
        ("[link]\nmtu = 1000\n[tcp]\nmss = 1460\n", ""),
        ("[link.to-client]\nloss = \"0.01\"\n[link.to-server]\nloss = \"1.0%\"\n", "\n[link]\nloss = \"1%\"\n"),
        ("[tcp]\nisn = 5\n[tcp.client]\nisn = 6\n", "\n[tcp.client]\nisn = 6\n\n[tcp.server]\nisn = 5\n"),
        ("[link]\nloss = \"1%\"\n[link.to-client]\nloss = \"0\"\n", "\n[link.to-server]\nloss = \"1%\"\n"),
    ] {
        assert_eq!(parse(&format!("{text}{steps}")).to_string(), format!("{short}{steps}"));
    }
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
        ("guards = [\"input-is-total\"]", "1:12 input-is-total: the rule `input-is-total` is not judged in this version ("),
        (
            "[client]\nsteps = [\"at 1s\", \"close\", \"at 500ms\"]",
            "2:28 \"at 500ms\": this time has passed: the task gets here at 1s or later (times count",
        ),
        ("[client]\nsteps = [\"at 1s\", \"sleep 2s\", \"at 2999ms\"]", "2:31 \"at 2999ms\": this time has passed"),
        ("link = 1", "1:8 1: `link` must be a table, not an integer"),
        ("[link]\nlos = \"1%\"", "2:1 los: unknown key `los` in `[link]` (did you mean `loss`?)"),
        ("[link.to-sever]\nloss = \"1%\"", "1:7 to-sever: unknown key `to-sever` in `[link]` (did you mean `to-server`?)"),
        ("[link.to-client]\nlos = \"1%\"", "2:1 los: unknown key `los` in `[link.to-client]` (did you mean `loss`?)"),
        ("[link]\nloss = 0.01", "2:8 0.01: `loss` must be a string, not a float (a share between"),
        ("[link]\nloss = \"101%\"", "2:9 101%: `101%` is more than certain"),
        ("[link]\ndelay = \"25h\"", "2:9 \"25h\": `delay` can't be 90000s (from 0s to 24h)"),
        ("[link]\nrate = \"10Mb\"", "2:9 10Mb: `Mb` is no unit of rate (one of: bit/s,"),
        ("[link]\nqueue = -1", "2:9 -1: `queue` is out of range"),
        ("[link]\nqueue = 1048577", "2:9 1048577: `queue` can't be 1048577 (from 0 to 1048576)"),
        ("[link]\nmtu = 40", "2:7 40: `mtu` can't be 40 (from 41 to 65535)"),
        ("[tcp]\nmss = 0", "2:7 0: `mss` can't be 0 (from 1 to 65495)"),
        ("[tcp]\nmss = 65496", "2:7 65496: `mss` can't be 65496"),
        ("[tcp]\nsend_buffer = 0", "2:1 send_buffer: unknown key `send_buffer` in `[tcp]` (did you mean `send-buffer`?)"),
        ("[tcp]\nsend-buffer = 0", "2:15 0: a buffer can't hold 0 bytes (from 1 to 1GiB)"),
        ("[tcp]\nreceive-buffer = \"2GiB\"", "2:18 \"2GiB\": a buffer can't hold 2147483648 bytes"),
        ("[tcp]\nnagle = 1", "2:9 1: `nagle` must be a boolean, not an integer (`true` or `false`)"),
        ("[tcp]\ndelayed-ack = \"500ms\"", "2:15 \"500ms\": `delayed-ack` can't be 500ms (below 500ms"),
        ("[tcp]\nrto-min = \"0s\"", "2:11 \"0s\": `rto-min` can't be 0s (from 1us to 24h)"),
        ("[tcp.client]\nrto-min = \"2min\"", "1:1 [tcp.client]: `rto-min` of 120s is above `rto-max` of 60s (without these"),
        ("[tcp]\nrto-max = \"500ms\"", "1:1 [tcp]: `rto-min` of 1s is above `rto-max` of 500ms"),
        ("[tcp]\nisn = 4294967296", "2:7 4294967296: `isn` can't be 4294967296 (from 0 to 4294967295)"),
        ("[[flow]]\nfrom = \"server\"\nclient.steps=[\"close\"]", "2:9 server: a flow goes from the client to the server, and not from"),
        ("[[flow]]\nto = \"client:80\"\nclient.steps=[\"close\"]", "2:7 client: a flow goes from the client to the server, and not to"),
        ("[[flow]]\nto = \"sever:80\"\nclient.steps=[\"close\"]", "2:7 sever: unknown host `sever` (as `\"server:80\"`)"),
        ("[[flow]]\nto = \"server:0\"\nclient.steps=[\"close\"]", "2:14 0: `0` is no port (a number from 1 to 65535)"),
        ("[[flow]]\nto = \"server:\"\nclient.steps=[\"close\"]", "2:14 : `` is no port"),
        ("[[flow]]\nfrom = \"client:80\"\nclient.steps=[\"close\"]", "2:9 client:80: unknown host `client:80` (`\"client\"`)"),
        ("client.steps = [\"accept\"]", "1:17 \"accept\": `accept` is not for the client's end of a flow (the client's end connects"),
        ("client.steps = [\"listen 80\"]", "1:17 \"listen 80\": `listen` is not for the client's end"),
        ("client.steps = [\"unlisten 80\"]", "1:17 \"unlisten 80\": `unlisten` is not for"),
        ("server.steps = [\"connect\"]", "1:17 \"connect\": `connect` is not for the server's end"),
        ("[[flow]]\nname = \"a\"", "1:1 [[flow]]: the flow has no steps"),
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
        ("[[fault]]\ndrop = { from = \"client\" }", "3:8 { from = \"client\" }: `kind` is missing in a fault"),
        ("[[fault]]\ndrop = { kind = \"FIN\" }", "3:8 { kind = \"FIN\" }: `from` is missing in a fault"),
        ("[[fault]]\ndrop = { from = \"client\", kind = \"FIM\" }", "3:35 FIM: unknown kind of segment `FIM` (did you mean `FIN`?)"),
        ("[[fault]]\ndrop = { from = \"client\", kind = \"FIN\", nth = 0 }", "3:47 0: `nth` can't be 0 (from 1 to 4294967295)"),
        ("[[fault]]\ndrop = { from = \"client\", kind = \"FIN\", by = \"1s\" }", "3:41 by: unknown key `by` in a fault"),
        ("[[fault]]\ndelay = { from = \"client\", kind = \"FIN\" }", "3:9 { from = \"client\", kind = \"FIN\" }: `by` is missing"),
        ("[[fault]]\ndrop = { from = \"client\", kind = \"FIN\", offset = 4 }", "3:34 \"FIN\": only data has an `offset`"),
        ("[[fault]]\ndrop = { from = \"client\", nth = 2, offset = 4 }", "3:33 2: a segment is told by its `nth` or by its `offset`"),
        ("[[fault]]\ndrop = { from = \"client\", kind = \"data\", transmission = 2 }", "3:57 2: `transmission` counts how often"),
        (
            "[[fault]]\ndrop = { from = \"server\", kind = \"SYN\" }",
            "3:8 { from = \"server\", kind = \"SYN\" }: the server never sends such",
        ),
        ("[[fault]]\ndrop = { from = \"client\", kind = \"synack\" }", "3:8 { from = \"client\", kind = \"synack\" }: the client never"),
        ("[[fault]]\npartition = { for = \"1s\" }", "3:13 { for = \"1s\" }: `at` is missing in a partition"),
        ("[[fault]]\nheal = { at = \"1s\" }", "3:1 heal: unknown key `heal` in `[[fault]]` ("),
        ("[[fault]]\ncrash = { at = \"1s\", end = \"x\" }", "3:29 x: unknown end `x`"),
        ("[[fault]]\n", "2:1 [[fault]]: the fault is empty (as `reset"),
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
    networked(page);
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

/// What the page says of networks: its example, each of its faults, and all keys with what holds without them.
fn networked(page: &str) {
    let example = page.split("```toml\n").nth(2).and_then(|rest| rest.split("```").next()).expect("an example");
    assert_eq!(parse(&example.replace("target = \"tcp\"\n", "")).faults.len(), 4);
    let rows = page.lines().filter(|line| line.starts_with("| `") && line.contains("` | "));
    let faults: Vec<&str> = rows.clone().filter_map(|line| line.split('`').nth(1)).filter(|text| text.contains(" = {")).collect();
    assert_eq!(faults.len(), fault::KINDS.len());
    for (fault, (kind, _)) in faults.iter().zip(fault::KINDS.iter()) {
        parse(&format!("client.steps = [\"close\"]\n[[fault]]\n{fault}"));
        assert!(faults.iter().any(|fault| fault.split(' ').next() == Some(kind)), "{kind}");
    }
    let keys: Vec<&str> = rows.flat_map(|line| line.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2)).collect();
    network::keys().for_each(|key| assert!(keys.contains(&key), "{key}"));
}

/// Tasks of an end, which says of connections what its end says.
fn tasks(end: End) -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = grammar::tests::steps().prop_map(move |step| match (end, &step.action) {
        (End::Server, Action::Connect(port)) => Step { action: Action::Accept(*port), ..step },
        (End::Client, Action::Listen(port) | Action::Unlisten(port)) => Step { action: Action::Connect(Some(*port)), ..step },
        (End::Client, Action::Accept(port)) => Step { action: Action::Connect(*port), ..step },
        _ => step,
    });
    proptest::collection::vec(proptest::collection::vec(step, 1..5), 0..3)
}

fn flows() -> impl Strategy<Value = Vec<FlowSteps>> {
    let port = prop_oneof![Just(80), 1..=u16::MAX];
    let flow = (proptest::option::of("[a-z\"\\\\\\n]{1,3}"), port, tasks(End::Client), tasks(End::Server));
    let flow = flow.prop_map(|(name, port, client, server)| FlowSteps { name, port, tasks: Both { client, server } });
    let flow = flow.prop_filter("a flow does something", |flow: &FlowSteps| !flow.is_empty());
    proptest::collection::vec(flow, 1..4)
}

/// Up to a day.
fn span() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(0), 0..2_000_000_000_u64, Just(86_400_000_000_000)].prop_map(Duration::from_nanos)
}

fn link() -> impl Strategy<Value = link::Settings> {
    let odds = proptest::array::uniform4(prop_oneof![Just(0), any::<u32>()]).prop_map(|odds| odds.map(link::Probability));
    let rate = proptest::option::of(1..=1_000_000_000_000_u64);
    (span(), span(), odds, rate, proptest::option::of(0..=1_u32 << 20)).prop_map(|(delay, jitter, odds, rate, queue)| {
        let [loss, duplicate, reorder, corrupt] = odds;
        link::Settings { delay, jitter, loss, duplicate, reorder, corrupt, rate, queue }
    })
}

fn tcp() -> impl Strategy<Value = tcp::Settings> {
    let long = || span().prop_map(|span| span.max(Duration::from_micros(1)));
    let sizes = (1..=65_495_u16, 1..=1_usize << 30, 1..=1_usize << 30, any::<Option<u32>>());
    let times = (0..500_000_000_u64, proptest::array::uniform3(long()), long(), long(), span(), span());
    (sizes, any::<[bool; 2]>(), times).prop_map(|((mss, send_buffer, receive_buffer, isn), [window_scale, nagle], times)| {
        let (ack, mut rto, syn_give_up, give_up, msl, fin_wait_2) = times;
        rto.sort();
        let [rto_min, rto_initial, rto_max] = rto;
        let delayed_ack = Duration::from_nanos(ack);
        let (sizes, usual) = ((mss, send_buffer, receive_buffer), tcp::Settings::default());
        let (mss, send_buffer, receive_buffer) = sizes;
        let usual = tcp::Settings { mss, send_buffer, receive_buffer, isn, window_scale, nagle, delayed_ack, ..usual };
        tcp::Settings { rto_min, rto_initial, rto_max, syn_give_up, give_up, msl, fin_wait_2, ..usual }
    })
}

fn fault() -> impl Strategy<Value = FaultKind> {
    let end = || proptest::sample::select(&End::BOTH[..]);
    let time = || any::<u64>().prop_map(Duration::from_nanos);
    let lasts = || proptest::option::of(time());
    let kind = proptest::sample::select(&link::Kind::ALL[..]);
    let count = || prop_oneof![Just(1), 1..=u64::from(u32::MAX)];
    let which = prop_oneof![
        (kind, count()).prop_map(|(kind, nth)| link::Which::Nth { kind, nth }),
        (0..=1_u64 << 40, count()).prop_map(|(offset, transmission)| link::Which::Carries { offset, transmission }),
    ];
    let actions = [link::Action::Delay, link::Action::Jitter, link::Action::Duplicate];
    let action = prop_oneof![
        proptest::sample::select(vec![link::Action::Drop, link::Action::Reorder, link::Action::Corrupt]),
        (proptest::sample::select(actions.to_vec()), prop_oneof![Just(Duration::ZERO), time()]).prop_map(|(action, by)| action(by)),
    ];
    let abort = proptest::sample::select(vec![Abort::Reset, Abort::Timeout, Abort::KeepaliveDeath]);
    prop_oneof![
        (abort, end(), time()).prop_map(|(abort, end, at)| FaultKind::Abort { abort, flow: 0, end, at }),
        (end(), which, action).prop_map(|(from, which, action)| FaultKind::Segment { from, flow: 0, which, action }),
        (proptest::option::of(end()), time(), lasts()).prop_map(|(from, at, lasts)| FaultKind::Partition { from, at, lasts }),
        (end(), time(), lasts()).prop_map(|(end, at, lasts)| FaultKind::Crash { end, at, lasts }),
    ]
}

fn both<T: std::fmt::Debug + Clone>(one: impl Strategy<Value = T>, usual: T) -> impl Strategy<Value = Both<T>> {
    (one, any::<[bool; 2]>()).prop_map(move |(one, odd)| {
        let of = |odd: bool| if odd { one.clone() } else { usual.clone() };
        Both { client: of(odd[0]), server: of(odd[1]) }
    })
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    let contract = (0..Contract::PRESETS.len(), 0..Contract::PRESETS.len());
    let contract = contract.prop_map(|(client, server)| Both { client: Contract::PRESETS[client], server: Contract::PRESETS[server] });
    let head = ("\\PC{0,9}", proptest::option::of(contract), any::<Option<u64>>(), proptest::sample::subsequence(Rule::ALL.to_vec(), 0..3));
    let pipe = (1..100_000_usize, any::<u64>()).prop_map(|(capacity, delay)| Pipe { capacity, delay: Duration::from_nanos(delay) });
    let network = (both(link(), link::Settings::default()), both(tcp(), tcp::Settings::default()));
    let faults = proptest::collection::vec(fault(), 0..4);
    (head, pipe, network, faults, flows()).prop_map(|((title, contract, seed, guards), pipe, (link, tcp), faults, flows)| {
        let guards = guards.into_iter().map(|rule| Guard { rule, spot: Spot::default() }).collect();
        let last = flows.len() as u32 - 1;
        let faults = faults.into_iter().map(|fault| match fault {
            FaultKind::Abort { abort, end, at, .. } => FaultKind::Abort { abort, end, at, flow: last }.into(),
            FaultKind::Segment { from, which, action, .. } => FaultKind::Segment { from, which, action, flow: last }.into(),
            fault => fault.into(),
        });
        let faults = faults.collect();
        Scenario { title, contract, seed, guards, pipe, link, tcp, faults, flows, ..Scenario::default() }
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
    ["signal", "never reached", "two flows", "writes too much", "time has passed", "is not judged", "never sends such"]
        .iter()
        .any(|why| message.contains(why))
}
