//! Every mistake is marked where it stands, and every bound holds from both sides.

use super::*;

/// `LINE:COLUMN marked bytes: message (help)` of a wrong scenario.
fn wrong(text: impl AsRef<[u8]>) -> String {
    let error = Scenario::parse("t.toml", text).expect_err("it should be refused");
    let marked = error.source.as_ref().map_or_else(String::new, |excerpt| excerpt.text[excerpt.mark.clone()].to_owned());
    format!("{}:{} {marked}: {} ({})", error.line, error.column, error.message, error.help.as_deref().unwrap_or("-"))
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
            "2:10 \"wait go\": nobody signals `go` (did you mean `og`?)",
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
        ("[tcp]\nports = 0", "2:9 0: `ports` can't be 0 (from 1 to 64512)"),
        ("[tcp]\nports = 64513", "2:9 64513: `ports` can't be 64513 (from 1 to 64512)"),
        ("[tcp]\ndelayed-ack = 1", "2:15 1: `delayed-ack` must be a string, not an integer (with its unit, as `\"20ms\"`)"),
        ("[tcp]\nrto-min = 0", "2:11 0: `rto-min` can't be 0s (from 1us to 24h)"),
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
    assert!(Scenario::parse("t", faults(10_000)).is_ok() && wrong(faults(10_001)).contains("10001 faults"));
}
