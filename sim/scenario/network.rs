//! Reads and writes `[link]` and `[tcp]`: the path between the two hosts, and how their stacks are set.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::document::{Item, TomlTable};
use super::keys::{KeyFormat, SettingsTable};
use super::mistake::Mistake;
use super::units::{self, Size, Span};
use crate::contract::{Both, End, suggestion};
use crate::link::{LinkSettings, NoProbability, Probability};
use crate::tcp;
use crate::tcp::Quirk;
use crate::trace::Diagnostic;

/// The longest span of time that a link or a stack can be set to.
const MAX_SPAN: Duration = Duration::from_secs(24 * 60 * 60);
/// Acknowledgements are not delayed as long as this (RFC 9293 §3.8.6.3).
const ACK_LIMIT: Duration = Duration::from_millis(500);
/// Most packets that wait for a slow link.
const MAX_QUEUE: u64 = 1 << 20;
/// Largest buffer of a connection.
const MAX_BUFFER: u64 = 1 << 30;
/// Smallest packet: the headers of IP and TCP without options, and one octet.
const MIN_MTU: u64 = 41;

/// What a scenario says of its network, by the end that sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) link: Both<LinkSettings>,
    pub(super) tcp: Both<tcp::Settings>,
}

const LINK: SettingsTable<LinkSettings> = SettingsTable {
    name: "link",
    what: "`[link]`",
    ends: Both { client: ("to-server", "`[link.to-server]`"), server: ("to-client", "`[link.to-client]`") },
    keys: &LINK_KEYS,
    clash: |_| None,
};

const TCP: SettingsTable<tcp::Settings> = SettingsTable {
    name: "tcp",
    what: "`[tcp]`",
    ends: Both { client: ("client", "`[tcp.client]`"), server: ("server", "`[tcp.server]`") },
    keys: &TCP_KEYS,
    clash: timeouts,
};

impl Network {
    /// Takes what a file says of it.
    pub(super) fn read(file: &mut TomlTable<'_>) -> Result<Self, Diagnostic> {
        let link = file.get("link", |item| LINK.read(item, Both::default()))?.unwrap_or_default();
        let usual = usual_stacks(&link);
        let tcp = match file.take("tcp") {
            Some(item) => TCP.read(&item, usual)?,
            None => usual,
        };
        Ok(Network { link, tcp })
    }
}

/// The stacks on these links, where a file does not say how they are set: their segments fit.
pub(super) fn usual_stacks(link: &Both<LinkSettings>) -> Both<tcp::Settings> {
    let usual = |end: End| tcp::Settings { mss: tcp::Settings::mss_for(link[end].mtu), ..tcp::Settings::default() };
    Both { client: usual(End::Client), server: usual(End::Server) }
}

/// Every key, for the page about them.
#[cfg(test)]
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    LINK_KEYS.iter().map(|key| key.name).chain(TCP_KEYS.iter().map(|key| key.name))
}

/// Writes the tables of a network, where they say something.
pub(super) fn write(f: &mut fmt::Formatter<'_>, link: &Both<LinkSettings>, tcp: &Both<tcp::Settings>) -> fmt::Result {
    LINK.write(f, link, &Both::default())?;
    TCP.write(f, tcp, &usual_stacks(link))
}

/// The bounds of a stack's retransmission timeout leave room for it.
fn timeouts(tcp: &tcp::Settings) -> Option<(String, &'static str)> {
    let least = [("rto-min", tcp.rto_min), ("rto-initial", tcp.rto_initial)];
    let (name, least) = least.into_iter().find(|(_, least)| *least > tcp.rto_max)?;
    let message = format!("`{name}` of {} is above `rto-max` of {}", Span(least), Span(tcp.rto_max));
    Some((message, "without these keys: `rto-min` 1s, `rto-initial` 1s, `rto-max` 60s"))
}

const LINK_KEYS: [KeyFormat<LinkSettings>; 9] = [
    KeyFormat {
        name: "delay",
        read: |link, item| put(&mut link.delay, within(item, Duration::ZERO..=MAX_SPAN)),
        show: |link| time(link.delay),
    },
    KeyFormat {
        name: "jitter",
        read: |link, item| put(&mut link.jitter, within(item, Duration::ZERO..=MAX_SPAN)),
        show: |link| time(link.jitter),
    },
    KeyFormat { name: "loss", read: |link, item| put(&mut link.loss, likelihood(item)), show: |link| odds(link.loss) },
    KeyFormat { name: "duplicate", read: |link, item| put(&mut link.duplicate, likelihood(item)), show: |link| odds(link.duplicate) },
    KeyFormat { name: "reorder", read: |link, item| put(&mut link.reorder, likelihood(item)), show: |link| odds(link.reorder) },
    KeyFormat { name: "corrupt", read: |link, item| put(&mut link.corrupt, likelihood(item)), show: |link| odds(link.corrupt) },
    KeyFormat {
        name: "rate",
        read: |link, item| put(&mut link.rate, item.parsed("as `\"10Mbit/s\"`", units::rate).map(Some)),
        show: |link| link.rate.map_or_else(String::new, |rate| format!("\"{}\"", units::Rate(rate))),
    },
    KeyFormat {
        name: "queue",
        read: |link, item| put(&mut link.queue, item.number(0..=MAX_QUEUE).map(Some)),
        show: |link| link.queue.map_or_else(String::new, |packets| packets.to_string()),
    },
    KeyFormat {
        name: "mtu",
        read: |link, item| put(&mut link.mtu, item.number(MIN_MTU..=u64::from(u16::MAX))),
        show: |link| link.mtu.to_string(),
    },
];

const TCP_KEYS: [KeyFormat<tcp::Settings>; 16] = [
    KeyFormat {
        name: "mss",
        read: |tcp, item| put(&mut tcp.mss, item.number(1..=u64::from(tcp::Settings::mss_for(u16::MAX)))),
        show: |tcp| tcp.mss.to_string(),
    },
    KeyFormat { name: "send-buffer", read: |tcp, item| put(&mut tcp.send_buffer, buffer(item)), show: |tcp| bytes(tcp.send_buffer) },
    KeyFormat {
        name: "receive-buffer",
        read: |tcp, item| put(&mut tcp.receive_buffer, buffer(item)),
        show: |tcp| bytes(tcp.receive_buffer),
    },
    KeyFormat {
        name: "window-scale",
        read: |tcp, item| put(&mut tcp.window_scale, item.boolean()),
        show: |tcp| tcp.window_scale.to_string(),
    },
    KeyFormat { name: "nagle", read: |tcp, item| put(&mut tcp.nagle, item.boolean()), show: |tcp| tcp.nagle.to_string() },
    KeyFormat {
        name: "delayed-ack",
        read: |tcp, item| put(&mut tcp.delayed_ack, within(item, Duration::ZERO..=ACK_LIMIT - TICK)),
        show: |tcp| time(tcp.delayed_ack),
    },
    KeyFormat { name: "rto-initial", read: |tcp, item| put(&mut tcp.rto_initial, some_time(item)), show: |tcp| time(tcp.rto_initial) },
    KeyFormat { name: "rto-min", read: |tcp, item| put(&mut tcp.rto_min, some_time(item)), show: |tcp| time(tcp.rto_min) },
    KeyFormat { name: "rto-max", read: |tcp, item| put(&mut tcp.rto_max, some_time(item)), show: |tcp| time(tcp.rto_max) },
    KeyFormat { name: "syn-give-up", read: |tcp, item| put(&mut tcp.syn_give_up, some_time(item)), show: |tcp| time(tcp.syn_give_up) },
    KeyFormat { name: "give-up", read: |tcp, item| put(&mut tcp.give_up, some_time(item)), show: |tcp| time(tcp.give_up) },
    KeyFormat { name: "msl", read: |tcp, item| put(&mut tcp.msl, within(item, Duration::ZERO..=MAX_SPAN)), show: |tcp| time(tcp.msl) },
    KeyFormat {
        name: "fin-wait-2",
        read: |tcp, item| put(&mut tcp.fin_wait_2, within(item, Duration::ZERO..=MAX_SPAN)),
        show: |tcp| time(tcp.fin_wait_2),
    },
    KeyFormat {
        name: "ports",
        read: |tcp, item| put(&mut tcp.ports, item.number(1..=u64::from(tcp::Settings::PORTS_MAX))),
        show: |tcp| tcp.ports.to_string(),
    },
    KeyFormat {
        name: "isn",
        read: |tcp, item| put(&mut tcp.isn, item.number(0..=u64::from(u32::MAX)).map(Some)),
        show: |tcp| tcp.isn.map_or_else(String::new, |isn| isn.to_string()),
    },
    KeyFormat {
        name: "quirk",
        read: |tcp, item| put(&mut tcp.quirk, quirk(item).map(Some)),
        show: |tcp| tcp.quirk.map_or_else(String::new, |quirk| format!("\"{}\"", quirk.name())),
    },
];

/// The shortest span of virtual time.
const TICK: Duration = Duration::from_nanos(1);

fn put<T>(place: &mut T, value: Result<T, Diagnostic>) -> Result<(), Diagnostic> {
    value.map(|value| *place = value)
}

/// A span of time that is allowed here.
fn within(item: &Item<'_>, allowed: RangeInclusive<Duration>) -> Result<Duration, Diagnostic> {
    let span = item.span_of_time()?;
    let help = || match *allowed.end() {
        MAX_SPAN => format!("from {} to 24h", Span(*allowed.start())),
        _ => "below 500ms (RFC 9293 §3.8.6.3)".to_owned(),
    };
    allowed.contains(&span).then_some(span).ok_or_else(|| item.wrong(format!("`{}` can't be {}", item.key(), Span(span)), help()))
}

/// A span of time that is more than none: a timer of no time would never let another thing happen.
fn some_time(item: &Item<'_>) -> Result<Duration, Diagnostic> {
    within(item, Duration::from_micros(1)..=MAX_SPAN)
}

fn buffer(item: &Item<'_>) -> Result<usize, Diagnostic> {
    let bytes = item.size()?;
    let fits = (1..=MAX_BUFFER).contains(&bytes).then_some(bytes).and_then(|bytes| usize::try_from(bytes).ok());
    fits.ok_or_else(|| item.wrong(format!("a buffer can't hold {bytes} bytes"), "from 1 to 1GiB"))
}

fn quirk(item: &Item<'_>) -> Result<Quirk, Diagnostic> {
    item.parsed("the name of a defect, as `\"fin-not-retransmitted\"`", |text| {
        let names = || Quirk::ALL.iter().map(|quirk| quirk.name());
        let found = Quirk::ALL.iter().copied().find(|quirk| quirk.name() == text);
        found.ok_or_else(|| Mistake::new(0..text.len(), format!("unknown defect `{text}`"), suggestion(text, names())))
    })
}

fn likelihood(item: &Item<'_>) -> Result<Probability, Diagnostic> {
    item.parsed(NoProbability::HELP, |text| {
        text.parse().map_err(|error: NoProbability| Mistake::new(0..text.len(), format!("`{text}` {error}"), NoProbability::HELP))
    })
}

fn time(span: Duration) -> String {
    format!("\"{}\"", Span(span))
}

fn odds(probability: Probability) -> String {
    format!("\"{probability}\"")
}

fn bytes(bytes: usize) -> String {
    format!("\"{}\"", Size(bytes as u64))
}
