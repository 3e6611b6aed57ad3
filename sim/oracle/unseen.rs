//! Says what stands beside a verdict: what was tolerated, in numbers, and which rules were not judged for want of evidence. A run that
//! held says little as long as it does not say what it did not look at.

use super::flows::Flows;
use super::state::Flow;
use super::stream::{ByteStream, Status};
use super::verdict::{Exercised, NotJudged, Tolerated};
use crate::contract::{AcceptedMeans, Both, Contract, End};
use crate::rules::{Level, Rule, Section};
use crate::trace::{Header, Records};

/// What the contract let pass in these flows, each kind with its number.
pub(super) fn tolerated(flows: &Flows, truncations: u64) -> Vec<Tolerated> {
    let (mut skipped, mut dropped) = (0, 0);
    for (flow, reader) in flows.iter().flat_map(|flow| End::BOTH.map(|reader| (flow, reader))) {
        skipped += skipped_by_cancelled_reads(flow, reader);
        dropped += dropped_at_abort(flow, reader);
    }
    let kinds = [
        Tolerated { what: "EOFs that hid that bytes were lost", count: truncations, by: "an EOF may follow an abort" },
        Tolerated { what: "bytes skipped after a cancelled read", count: skipped, by: "cancel_read=lossy" },
        Tolerated { what: "bytes dropped at an abort", count: dropped, by: "an abort may lose what was not read" },
    ];
    kinds.into_iter().filter(|tolerated| tolerated.count > 0).collect()
}

/// Bytes behind which the stream has gone on though no read returned them.
fn skipped_by_cancelled_reads(flow: &Flow, reader: End) -> u64 {
    let (stream, reading) = (&flow.streams[reader.peer()], &flow.ends[reader].reading);
    if !reading.is_lossy() || stream.lost {
        return 0;
    }
    let to_come = if reading.clean_eof().is_some() { unread_of_others(stream) } else { stream.unread() as u64 };
    stream.bytes_called.saturating_sub(stream.bytes_read).saturating_sub(to_come)
}

/// What is unread of writes that need not arrive.
fn unread_of_others(stream: &ByteStream) -> u64 {
    let others = stream.writes.iter().enumerate().filter(|(_, write)| write.status != Status::Ok);
    others.map(|(index, write)| (write.len - stream.taken_at_most(index)) as u64).sum()
}

/// Accepted bytes that the reader can't get any more, since the flow was aborted.
fn dropped_at_abort(flow: &Flow, reader: End) -> u64 {
    let (me, peer) = (&flow.ends[reader], &flow.ends[reader.peer()]);
    let is_cut_off = me.life.aborted().is_some() || peer.life.aborted().is_some();
    let is_over = me.reading.error().is_some() || me.reading.eof().is_some() && me.reading.clean_eof().is_none();
    let flushed = peer.contract.accepted_means == AcceptedMeans::Flushed;
    if is_cut_off && is_over { flow.streams[reader.peer()].owed(flushed, 0) } else { 0 }
}

/// The rules of a run's contracts that nothing could put to the test, since the recording does not hold what that takes, or that this
/// version does not judge though it does.
pub fn not_judged(header: &Header, exercised: &Exercised) -> Vec<NotJudged> {
    let untested = Rule::ALL.iter().filter(|rule| exercised.count(**rule) == 0 && belongs(**rule, &header.contract));
    untested.filter_map(|&rule| needs(rule, header).map(|needs| NotJudged { rule, needs })).collect()
}

fn belongs(rule: Rule, contract: &Both<Contract>) -> bool {
    End::BOTH.iter().any(|&end| super::belongs(rule, &contract[end]))
}

/// What keeps the rule from being judged here.
fn needs(rule: Rule, header: &Header) -> Option<&'static str> {
    let about = rule.about();
    let has_subject = match about.section {
        Section::Layers => !header.layers.is_empty() || !header.proxies.is_empty(),
        _ => true,
    };
    if has_subject { missing(about.level, header.records) } else { None }
}

/// What must be recorded for such a rule, and is not.
fn missing(level: Level, records: Records) -> Option<&'static str> {
    let (is_recorded, words) = match level {
        Level::OneEnd | Level::BothEnds => return None,
        Level::Network => (records.network, "records: network"),
        Level::Segments => (records.segments, "records: segments"),
        Level::Transmitted => (records.transmitted, "records: transmitted"),
        Level::Resources => (records.resources, "records: resources"),
        Level::Buffers => (records.buffers, "records: buffers"),
        Level::Lower => (records.lower, "records: lower"),
    };
    (!is_recorded).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::Oracle;
    use crate::rules::history;
    use crate::trace::{Proxy, Trace};

    fn trace(contract: &str, lines: &str) -> Trace {
        history::parse(lines, contract.parse().expect("a contract")).expect("a history")
    }

    fn tolerated(contract: &str, lines: &str) -> Vec<(&'static str, u64)> {
        let trace = trace(contract, lines);
        let verdict = Oracle::with(trace.header.clone()).judge(&trace);
        assert!(verdict.violations.is_empty(), "{verdict:?}");
        verdict.tolerated.iter().map(|tolerated| (tolerated.by, tolerated.count)).collect()
    }

    #[test]
    fn bytes_that_a_cancelled_read_took_are_counted() {
        let lossy = ("cancel_read=lossy", 3);
        let begun = "client write \"abcdefgh\" -> ok\nserver call 1 read\nserver cancel 1\nserver read -> \"defg\"\n";
        let ends = "client shutdown write -> done\n";
        assert_eq!(tolerated("v1", begun), [lossy]);
        assert_eq!(tolerated("v1", &format!("{begun}server read -> \"h\"\n{ends}server read -> eof\n")), [lossy]);
        assert_eq!(
            tolerated(
                "v1",
                &format!("{begun}client call 2 write \"zz\"\nclient cancel 2\nserver read -> \"h\"\n{ends}server read -> eof\n")
            ),
            [lossy]
        );
        assert_eq!(tolerated("v1", "client write \"abc\" -> ok\nserver call 1 read\nserver cancel 1\nserver read -> \"abc\"\n"), []);
    }

    #[test]
    fn bytes_that_an_abort_dropped_are_counted_where_the_reader_was_told() {
        let dropped = ("an abort may lose what was not read", 5);
        let begun = "client write 5 -> ok\nenv reset server by fault\n";
        assert_eq!(tolerated("modern", begun), []);
        assert_eq!(tolerated("modern", &format!("{begun}server read -> error reset\n")), [dropped]);
        let hidden = [("an EOF may follow an abort", 1), dropped];
        assert_eq!(tolerated("modern", &format!("{begun}server read -> eof\n")), hidden);
    }

    #[test]
    fn what_was_not_judged_is_named_with_what_that_takes() {
        let of = |header: &Header| not_judged(header, &Exercised::default());
        let needs = |header: &Header, rule| of(header).into_iter().find(|lacking| lacking.rule == rule).map(|lacking| lacking.needs);
        let mut header = Header { records: Records { network: true, ..Records::default() }, ..Header::default() };
        assert_eq!(needs(&header, Rule::EofComplete), None);
        assert_eq!(needs(&header, Rule::AbortIsTold), None);
        assert_eq!(needs(&header, Rule::OneFin), Some("records: segments"));
        assert_eq!(needs(&header, Rule::ResourcesFreed), Some("records: resources"));
        assert_eq!(needs(&header, Rule::ProxyPassesHalfClose), None, "nothing here is a proxy");
        header.proxies = vec![Proxy { left: 0, right: 1, outer: None }];
        assert_eq!(needs(&header, Rule::ProxyPassesHalfClose), None);
        header.records.network = false;
        assert_eq!(needs(&header, Rule::AbortIsTold), Some("records: network"));
    }
}
