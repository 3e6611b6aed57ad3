//! Windows: closed ones, small ones, lost updates.

use super::*;

fn narrow(receive_buffer: usize) -> Pair {
    Pair::with(Settings { receive_buffer, ..settings(Contract::modern()) }).connect()
}

fn times(lines: &[String], what: &str) -> Vec<u64> {
    let times = lines.iter().filter(|line| line.contains(what)).filter_map(|line| line.split(' ').next()?.parse().ok());
    times.collect()
}

#[test]
fn a_closed_window_is_asked_after_ever_more_rarely_and_for_ever() {
    let mut pair = narrow(1000);
    assert_eq!(pair.now(CLIENT, Call::Write(many(3000))), Outcome::Ok);
    pair.drive_for(seconds(40));
    let asked = times(&pair.travelled(), "client Data 1001+1 ");
    let gaps: Vec<u64> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps[..4], [2000, 4000, 8000, 16_000]);
    pair.drive_for(seconds(24 * 3600));
    assert_eq!(pair.states(), ["ESTABLISHED", "ESTABLISHED"]);
    let asked = times(&pair.travelled(), "client Data");
    assert!(asked.windows(2).all(|pair| pair[1] - pair[0] <= 60_000) && asked.len() < 1500, "at least every minute");
    assert_eq!(pair.read_all(SERVER), 1000);
    pair.drive_for(millis(100));
    assert_eq!(pair.read_all(SERVER), 1000, "the update is sent when the reader drains");
}

#[test]
fn a_lost_window_update_is_made_good() {
    let mut pair = narrow(1000);
    assert_eq!(pair.now(CLIENT, Call::Write(many(2000))), Outcome::Ok);
    pair.drive_for(millis(500));
    pair.lose(SERVER, Sort::Ack);
    assert_eq!(pair.read_all(SERVER), 1000);
    pair.drive_for(millis(200));
    assert_eq!(pair.read_all(SERVER), 0);
    pair.drive_for(seconds(3));
    assert_eq!(pair.read_all(SERVER), 1000);
}

#[test]
fn a_reader_of_single_bytes_makes_no_small_windows() {
    let mut pair = narrow(4000);
    assert_eq!(pair.now(CLIENT, Call::Write(many(8000))), Outcome::Ok);
    pair.drive_for(millis(500));
    pair.travelled();
    for _ in 0..1400 {
        pair.now(SERVER, Call::Read { max: 1 });
    }
    assert_eq!(pair.travelled(), [] as [&str; 0]);
    for _ in 0..1400 {
        pair.now(SERVER, Call::Read { max: 1 });
    }
    pair.drive_for(millis(500));
    let sizes: Vec<String> = pair.travelled().iter().filter(|line| line.contains("Data")).cloned().collect();
    assert!(sizes.iter().all(|line| line.contains("+1460") || line.contains("+1080")), "{sizes:?}");
}

#[test]
fn a_window_that_is_left_too_small_is_used_at_last() {
    let mut pair = narrow(1500);
    assert_eq!(pair.now(CLIENT, Call::Write(many(3000))), Outcome::Ok);
    pair.drive_for(millis(900));
    assert_eq!(times(&pair.travelled(), "client Data").len(), 1, "a full segment; 40 octets are not worth one");
    pair.drive_for(seconds(2));
    assert!(pair.travelled().iter().any(|line| line.contains("client Data 1461+40")));
}

#[test]
fn a_fin_that_does_not_fit_comes_later() {
    let mut pair = narrow(10);
    assert_eq!(pair.now(CLIENT, Call::Write(many(10))), Outcome::Ok);
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive_for(seconds(20));
    assert_eq!(pair.states(), ["FIN-WAIT-1", "ESTABLISHED"]);
    assert_eq!((pair.read_all(SERVER), pair.states.server), (10, "ESTABLISHED"));
    pair.drive_for(millis(100));
    assert_eq!((pair.states.server, pair.read(SERVER)), ("CLOSE-WAIT", Outcome::Eof));
}

#[test]
fn a_reset_counts_at_a_closed_window() {
    let mut pair = narrow(10);
    assert_eq!(pair.now(CLIENT, Call::Write(many(10))), Outcome::Ok);
    pair.drive();
    pair.inject(SERVER, Flags::RST, 11, 0, "");
    assert_eq!(pair.aborts.server, [Abort::Reset]);
}

#[test]
fn acknowledgements_count_at_a_closed_window() {
    let mut pair = narrow(10);
    assert_eq!(pair.now(CLIENT, Call::Write(many(20))), Outcome::Ok);
    pair.write(SERVER, "answer");
    pair.drive();
    assert_eq!(pair.stacks.server.held(pair.socket(SERVER)).buffered, 10, "what was not read, and nothing unacknowledged");
}

#[test]
fn a_shrinking_window_loses_nothing() {
    let mut pair = Pair::connected(Contract::modern());
    pair.is_cut = true;
    assert_eq!(pair.now(CLIENT, Call::Write(many(5000))), Outcome::Ok);
    let shrunk = Segment { source: PORT, target: EPHEMERAL, seq: Seq(1), ack: Seq(1), flags: Flags::ACK, ..Segment::default() };
    pair.arrive(CLIENT, Segment { window: 0, ..shrunk.clone() });
    pair.travelled();
    pair.drive_for(seconds(10));
    assert!(pair.travelled().iter().all(|line| line.contains("client Data 1+1 ")), "only probes");
    pair.is_cut = false;
    pair.arrive(CLIENT, Segment { window: 5000, ..shrunk });
    pair.drive_for(seconds(10));
    assert_eq!(pair.read_all(SERVER), 5000);
}

#[test]
fn probes_that_cross_while_both_windows_open_end_in_no_war_of_acknowledgements() {
    let mut pair = narrow(1000);
    for end in End::BOTH {
        assert_eq!(pair.now(end, Call::Write(many(3000))), Outcome::Ok);
    }
    while !End::BOTH.iter().all(|end| pair.log.iter().any(|line| line.contains(&format!("{end} Data 1001+1 ")))) {
        pair.step();
    }
    for end in End::BOTH {
        assert_eq!(pair.read_all(end), 1000, "both updates are behind the probes");
    }
    pair.travelled();
    pair.drive_for(millis(500));
    assert_eq!(End::BOTH.map(|end| pair.read_all(end)), [1000, 1000]);
    assert!(pair.travelled().len() < 20, "a few acknowledgements, not as many as the time allows");
}

#[test]
fn probes_that_were_taken_unheard_end_in_no_war_of_acknowledgements() {
    let mut pair = narrow(1000);
    for end in End::BOTH {
        assert_eq!(pair.now(end, Call::Write(many(3000))), Outcome::Ok);
    }
    pair.drive_for(millis(500));
    for end in End::BOTH {
        pair.fate(end, Sort::Ack, Treatment::Lose);
        assert_eq!(pair.read_all(end), 1000);
    }
    (0..2).for_each(|_| End::BOTH.iter().for_each(|end| pair.lose(*end, Sort::Ack)));
    pair.drive_for(seconds(10));
    assert_eq!(End::BOTH.map(|end| pair.read_all(end)), [1000, 1000]);
    assert!(pair.travelled().len() < 40, "a few acknowledgements, not as many as the time allows");
}
