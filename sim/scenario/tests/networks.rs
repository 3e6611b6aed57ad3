//! The network of a scenario: what a file says of it, and what of it is written back.

use super::*;
use crate::link::{Impairment, PacketName, SegmentKind};

pub(super) const NETWORK: &str = r#"
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
delayed-ack = 0
ports = 3
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
    assert_eq!((client.ports, server.ports), (3, 3));
    let seconds = Duration::from_secs;
    let nth = |kind, nth| PacketName::Nth { kind, nth };
    let segment = |from, flow, which, action| FaultKind::Segment { from, flow, which, action };
    let carrying = |offset, transmission| PacketName::Carries { offset, transmission };
    let expected = [
        segment(End::Client, 0, nth(SegmentKind::Fin, 1), Impairment::Drop),
        segment(End::Server, 1, nth(SegmentKind::SynAck, 2), Impairment::Delay(Duration::from_millis(300))),
        segment(End::Server, 0, carrying(4096, 2), Impairment::Duplicate(Duration::ZERO)),
        segment(End::Server, 0, carrying(0, 1), Impairment::Duplicate(Duration::from_millis(1))),
        segment(End::Server, 1, nth(SegmentKind::SynAck, 1), Impairment::Jitter(Duration::from_micros(1))),
        segment(End::Client, 0, nth(SegmentKind::Data, 3), Impairment::Reorder),
        segment(End::Client, 0, carrying(5, 1), Impairment::Corrupt),
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
        ("[link]\nmtu = 1000\n[tcp]\nmss = 960\n", "\n[link]\nmtu = 1000\n"),
        ("[link]\nmtu = 1000\n[tcp]\nmss = 1460\n", "\n[link]\nmtu = 1000\n\n[tcp]\nmss = 1460\n"),
        ("[link.to-server]\nmtu = 1000\n[tcp]\nmss = 960\n", "\n[link.to-server]\nmtu = 1000\n\n[tcp]\nmss = 960\n"),
        ("[link.to-client]\nloss = \"0.01\"\n[link.to-server]\nloss = \"1.0%\"\n", "\n[link]\nloss = \"1%\"\n"),
        ("[tcp]\nisn = 5\n[tcp.client]\nisn = 6\n", "\n[tcp.client]\nisn = 6\n\n[tcp.server]\nisn = 5\n"),
        ("[link]\nloss = \"1%\"\n[link.to-client]\nloss = \"0\"\n", "\n[link.to-server]\nloss = \"1%\"\n"),
    ] {
        assert_eq!(parse(&format!("{text}{steps}")).to_string(), format!("{short}{steps}"));
    }
}
