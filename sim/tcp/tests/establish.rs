//! Handshakes.

use super::*;

#[test]
fn three_segments_and_both_ends_are_established() {
    let mut pair = Pair::new(Contract::modern());
    pair.begin();
    pair.blocks(CLIENT, CONNECT);
    pair.drive();
    assert_eq!(pair.travelled(), ["0 client Syn 0+0", "10 server SynAck 0+0 ack 1", "20 client Ack 1+0 ack 1"]);
    assert_eq!(pair.states(), ["ESTABLISHED", "ESTABLISHED"]);
    assert_eq!(pair.now(CLIENT, CONNECT), Outcome::Ok);
    assert_eq!(pair.accepted, 1);
    assert_eq!(pair.next_time(), None, "an idle connection never wakes its host");
}

#[test]
fn a_lost_syn_is_sent_again_after_a_second() {
    let mut pair = Pair::new(Contract::modern());
    pair.lose(CLIENT, Sort::Syn);
    pair.begin();
    pair.drive_for(seconds(2));
    assert_eq!(pair.travelled()[..2], ["0 client Syn 0+0 lost", "1000 client Syn 0+0"]);
    assert_eq!(pair.states(), ["ESTABLISHED", "ESTABLISHED"]);
}

#[test]
fn after_a_lost_syn_data_waits_three_seconds() {
    let mut pair = Pair::new(Contract::modern());
    pair.lose(CLIENT, Sort::Syn);
    pair.begin();
    pair.drive_for(seconds(2));
    pair.lose(CLIENT, Sort::Data);
    pair.write(CLIENT, "x");
    pair.travelled();
    pair.drive_for(seconds(4));
    assert_eq!(pair.travelled()[0], "5000 client Data 1+1 ack 1");
}

/// RFC 6298 §5.7 raises a timeout below 3 s, and lowers none.
#[test]
fn a_timeout_that_lost_syns_have_backed_off_further_stays() {
    for (lost, rto) in [(1, 3000), (2, 4000), (3, 8000)] {
        let mut pair = Pair::new(Contract::modern());
        (0..lost).for_each(|_| pair.lose(CLIENT, Sort::Syn));
        pair.begin();
        pair.drive_for(seconds(20));
        pair.lose(CLIENT, Sort::Data);
        pair.write(CLIENT, "x");
        pair.travelled();
        pair.drive_for(seconds(10));
        assert_eq!(pair.travelled()[0], format!("{} client Data 1+1 ack 1", 20_000 + rto), "after {lost} lost SYNs");
    }
}

#[test]
fn nobody_answers_and_connect_gives_up_after_three_minutes() {
    let mut pair = Pair::new(Contract::modern());
    pair.is_cut = true;
    pair.begin();
    pair.drive_for(seconds(180) - millis(1));
    let times: Vec<String> = pair.travelled().iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(times, ["0", "1000", "3000", "7000", "15000", "31000", "63000", "123000"]);
    pair.blocks(CLIENT, CONNECT);
    pair.drive_for(millis(1));
    assert_eq!(pair.now(CLIENT, CONNECT), Outcome::Error(Error::TimedOut));
    assert_eq!(pair.states.client, "CLOSED");
    pair.assert_nothing_left();
}

#[test]
fn nobody_listens_and_connect_is_refused() {
    let mut pair = Pair::new(Contract::modern());
    pair.open(CLIENT, PORT);
    pair.drive();
    assert_eq!(pair.travelled(), ["0 client Syn 0+0", "10 server Rst 0+0 ack 1"]);
    assert_eq!(pair.now(CLIENT, CONNECT), Outcome::Error(Error::Refused));
    assert_eq!(pair.read(CLIENT), Outcome::Error(Error::NotConnected));
    assert_eq!(pair.now(CLIENT, write("x")), Outcome::Error(Error::NotConnected));
    assert_eq!(pair.aborts.client, [], "nothing was there to abort");
    pair.assert_nothing_left();
}

#[test]
fn a_lost_answer_is_sent_again() {
    let mut pair = Pair::new(Contract::modern());
    pair.lose(SERVER, Sort::SynAck);
    pair.begin();
    pair.drive_for(seconds(3));
    assert_eq!(pair.states(), ["ESTABLISHED", "ESTABLISHED"]);
    assert_eq!(pair.accepted, 1);
}

#[test]
fn a_lost_third_segment_is_made_good_by_the_answer_sent_again() {
    let mut pair = Pair::new(Contract::modern());
    pair.lose(CLIENT, Sort::Ack);
    pair.begin();
    pair.drive_for(millis(500));
    assert_eq!(pair.states(), ["ESTABLISHED", "SYN-RECEIVED"]);
    pair.drive_for(seconds(2));
    assert_eq!(pair.states(), ["ESTABLISHED", "ESTABLISHED"]);
}

#[test]
fn a_lost_third_segment_is_made_good_by_data() {
    let mut pair = Pair::new(Contract::modern());
    pair.lose(CLIENT, Sort::Ack);
    pair.begin();
    pair.drive_for(millis(100));
    pair.write(CLIENT, "data");
    pair.drive_for(millis(100));
    assert_eq!(pair.states(), ["ESTABLISHED", "ESTABLISHED"]);
    assert_eq!(pair.read(SERVER), data("data"));
}

#[test]
fn a_fin_in_syn_received_ends_the_stream() {
    let mut pair = Pair::new(Contract::modern());
    pair.lose(CLIENT, Sort::Ack);
    pair.begin();
    pair.drive_for(millis(100));
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive_for(millis(100));
    assert_eq!(pair.states(), ["FIN-WAIT-2", "CLOSE-WAIT"]);
    assert_eq!((pair.accepted, pair.read(SERVER)), (1, Outcome::Eof));
}

#[test]
fn what_is_written_before_the_handshake_is_over_follows_it() {
    let mut pair = Pair::new(Contract::modern());
    pair.begin();
    pair.write(CLIENT, "early");
    pair.blocks(CLIENT, READ);
    assert_eq!(pair.now(CLIENT, SHUT_WRITE), Outcome::Done);
    pair.drive();
    assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("early"), Outcome::Eof]);
    assert_eq!(pair.states(), ["FIN-WAIT-2", "CLOSE-WAIT"]);
}

#[test]
fn a_syn_that_comes_twice_is_one_connection() {
    let mut pair = Pair::new(Contract::modern());
    pair.fate(CLIENT, Sort::Syn, Treatment::Duplicate);
    pair.begin();
    pair.drive();
    assert_eq!((pair.accepted, pair.states()), (1, ["ESTABLISHED", "ESTABLISHED"]));
}

/// Both ends open from and to the same pair of ports.
fn crossing() -> Pair {
    let mut pair = Pair::new(Contract::modern());
    pair.states.server = "CLOSED";
    pair.open(CLIENT, EPHEMERAL);
    pair.open(SERVER, EPHEMERAL);
    pair
}

#[test]
fn both_open_at_once_and_both_are_established() {
    let mut pair = crossing();
    pair.drive_for(millis(15));
    assert_eq!(pair.states(), ["SYN-RECEIVED", "SYN-RECEIVED"]);
    pair.drive();
    assert_eq!(pair.states(), ["ESTABLISHED", "ESTABLISHED"]);
    assert_eq!([pair.now(CLIENT, CONNECT), pair.now(SERVER, CONNECT)], [Outcome::Ok, Outcome::Ok]);
    pair.write(CLIENT, "hi");
    pair.drive();
    assert_eq!((pair.read(SERVER), pair.accepted), (data("hi"), 0));
}

#[test]
fn a_reset_while_both_open_refuses() {
    let mut pair = crossing();
    pair.drive_for(millis(15));
    let segment = Segment { source: EPHEMERAL, target: EPHEMERAL, seq: Seq(1), flags: Flags::RST, ..Segment::default() };
    pair.arrive(CLIENT, segment);
    assert_eq!(pair.now(CLIENT, CONNECT), Outcome::Error(Error::Refused));
}

#[test]
fn a_reset_in_syn_received_leaves_the_listener_as_it_was() {
    let mut pair = Pair::new(Contract::modern());
    pair.begin();
    pair.drive_for(millis(15));
    assert_eq!(pair.states.server, "SYN-RECEIVED");
    pair.inject(SERVER, Flags::RST, 1, 0, "");
    assert_eq!((pair.states.server, pair.accepted, pair.aborts.server.len()), ("LISTEN", 0, 0));
    assert_eq!(pair.held(SERVER), Resources::default());
    pair.inject(SERVER, Flags::SYN, 500, 0, "");
    assert_eq!(pair.states.server, "SYN-RECEIVED");
}

#[test]
fn a_handshake_that_nobody_completes_is_given_up() {
    let mut pair = Pair::new(Contract::modern());
    pair.listen();
    pair.is_cut = true;
    pair.inject(SERVER, Flags::SYN, 7, 0, "");
    pair.drive_for(seconds(180) - millis(1));
    assert_eq!(pair.states.server, "SYN-RECEIVED");
    pair.drive_for(millis(1));
    assert_eq!((pair.states.server, pair.held(SERVER)), ("CLOSED", Resources::default()));
}

#[test]
fn data_in_a_syn_is_read_once_the_handshake_is_over() {
    let mut pair = Pair::new(Contract::modern());
    pair.listen();
    pair.inject(SERVER, Flags::SYN, 0, 0, "early");
    pair.inject(SERVER, Flags::ACK, 6, 1, "");
    assert_eq!((pair.states.server, pair.read(SERVER)), ("ESTABLISHED", data("early")));
}

#[test]
fn an_answer_to_something_else_is_reset() {
    let mut pair = Pair::new(Contract::modern());
    pair.open(CLIENT, PORT);
    pair.travelled();
    pair.inject(CLIENT, Flags::SYN | Flags::ACK, 9, 77, "");
    assert_eq!(pair.travelled(), ["0 client Rst 77+0"]);
    pair.inject(CLIENT, Flags::FIN, 9, 0, "");
    pair.inject(CLIENT, Flags::RST, 9, 0, "");
    pair.inject(CLIENT, Flags::RST | Flags::ACK, 9, 77, "");
    assert_eq!((pair.travelled(), pair.states.client), (vec![], "SYN-SENT"));
}

#[test]
fn a_listener_answers_an_acknowledgement_with_a_reset_and_nothing_else() {
    let mut pair = Pair::new(Contract::modern());
    pair.listen();
    pair.inject(SERVER, Flags::ACK, 5, 9, "data");
    pair.inject(SERVER, Flags::RST, 5, 9, "");
    pair.inject(SERVER, Flags::FIN, 5, 9, "");
    assert_eq!(pair.travelled(), ["0 server Rst 9+0"]);
}

#[test]
fn unlisten_turns_away_who_is_not_in_yet() {
    let mut pair = Pair::new(Contract::modern());
    pair.begin();
    pair.drive_for(millis(15));
    pair.stacks.server.unlisten(pair.now, PORT);
    pair.flush(SERVER);
    pair.drive();
    assert_eq!(pair.states(), ["CLOSED", "CLOSED"]);
    assert_eq!(pair.accepted, 0);
    pair.open(CLIENT, PORT);
    pair.drive();
    assert_eq!(pair.now(CLIENT, CONNECT), Outcome::Error(Error::Refused));
    pair.assert_nothing_left();
}

#[test]
fn unlisten_leaves_alone_who_is_in() {
    let mut pair = Pair::connected(Contract::modern());
    pair.stacks.server.unlisten(pair.now, PORT);
    pair.write(CLIENT, "still");
    pair.drive();
    assert_eq!(pair.read(SERVER), data("still"));
}

#[test]
fn ports_are_checked() {
    let word = |word: &str| Err(Error::Other(word.into()));
    let now = Instant::ZERO;
    let remote = |port| SocketAddr::new(address(SERVER), port);
    let mut strict = Tcp::new(settings(Contract::strict()));
    assert_eq!(strict.listen(now, 0), word("port_out_of_range"));
    assert_eq!((strict.listen(now, 80), strict.listen(now, 80)), (Ok(()), word("in_use")));
    assert_eq!(strict.connect(now, remote(0)), Err(Error::Other("port_out_of_range".into())));
    let mut classic = Tcp::new(settings(Contract::classic()));
    assert_eq!((classic.listen(now, 80), classic.listen(now, 80)), (Ok(()), Ok(())));
}

#[test]
fn ports_are_taken_in_order_until_none_is_left() {
    let mut stack = Tcp::new(settings(Contract::strict()));
    stack.listen(Instant::ZERO, EPHEMERAL + 1).expect("free");
    let remote = SocketAddr::new(address(SERVER), 80);
    let mut ports = Vec::new();
    while stack.connect(Instant::ZERO, remote).is_ok() {
        let Some((_, Packet::Segment(syn))) = stack.output() else { panic!("a SYN") };
        ports.push(syn.source);
    }
    assert_eq!((ports[..2].to_vec(), ports.len()), (vec![EPHEMERAL, EPHEMERAL + 2], 64_511));
    assert_eq!([ports[16_382], ports[16_383], ports[64_510]], [u16::MAX, 1_024, EPHEMERAL - 1]);
    let (_, port) = stack.connect(Instant::ZERO, SocketAddr::new(address(SERVER), 81)).expect("another remote end");
    assert_eq!(port, EPHEMERAL);
}

/// The local port of a connection to this remote one; 0 where none is free.
fn begin(tcp: &mut Tcp, remote: u16) -> u16 {
    tcp.connect(Instant::ZERO, SocketAddr::new(address(SERVER), remote)).map_or(0, |(_, local)| local)
}

#[test]
fn a_port_is_taken_for_one_remote_end_only() {
    let mut tcp = Tcp::new(Settings { ports: 3, ..settings(Contract::modern()) });
    let ports = [80, 81, 80, 80, 81, 82, 80, 81, 80, 81].map(|remote| begin(&mut tcp, remote));
    assert_eq!(ports.map(|port| port.saturating_sub(EPHEMERAL - 1)), [1, 2, 3, 2, 3, 1, 0, 1, 0, 0]);
}

#[test]
fn the_only_port_that_is_free_is_found() {
    let mut tcp = Tcp::new(Settings { ports: 1_000, ..settings(Contract::modern()) });
    let begun: Vec<_> = (0..1_000).map(|_| tcp.connect(Instant::ZERO, SocketAddr::new(address(SERVER), 80)).expect("free")).collect();
    for (socket, port) in begun.iter().rev().step_by(77) {
        assert_eq!(begin(&mut tcp, 80), 0);
        tcp.abort(Instant::ZERO, *socket, Abort::Reset);
        assert_eq!(begin(&mut tcp, 80), *port);
    }
}

#[test]
fn listening_ports_and_those_of_others_are_passed_over() {
    let mut tcp = Tcp::new(Settings { ports: 4, ..settings(Contract::modern()) });
    let ports: Vec<_> = (0..4).map(|_| begin(&mut tcp, 80)).collect();
    assert_eq!(ports, [0, 1, 2, 3].map(|place| EPHEMERAL + place));
    tcp.listen(Instant::ZERO, EPHEMERAL + 1).expect("it listens");
    assert_eq!([begin(&mut tcp, 81), begin(&mut tcp, 81)], [EPHEMERAL, EPHEMERAL + 2], "it listens at the second");
    let segment = Segment { source: 81, target: EPHEMERAL + 1, ..Segment::default() };
    for (flags, number) in [(Flags::SYN, Seq(0)), (Flags::ACK, Seq(1))] {
        tcp.arrive(Instant::ZERO, address(SERVER), &mut Segment { flags, seq: number, ack: number, ..segment.clone() });
    }
    tcp.unlisten(Instant::ZERO, EPHEMERAL + 1);
    assert_eq!([begin(&mut tcp, 81), begin(&mut tcp, 81)], [EPHEMERAL + 3, 0], "the connection that came from there has it");
    assert_eq!(begin(&mut tcp, 82), EPHEMERAL);
    assert_eq!(begin(&mut tcp, 82), EPHEMERAL + 1);
}

#[test]
fn a_stack_that_has_left_takes_and_makes_no_connections() {
    let mut pair = Pair::connected(Contract::modern());
    pair.stacks.server.disconnect(pair.now);
    pair.flush(SERVER);
    pair.drive();
    assert_eq!((pair.states(), pair.read(CLIENT)), (["CLOSE-WAIT", "FIN-WAIT-2"], Outcome::Eof));
    assert_eq!(pair.stacks.server.listen(pair.now, 90), Err(Error::Closed));
    assert_eq!(pair.stacks.server.connect(pair.now, SocketAddr::new(address(CLIENT), 1)), Err(Error::Closed));
    pair.states.client = "CLOSED";
    pair.open(CLIENT, PORT);
    pair.drive();
    assert_eq!(pair.now(CLIENT, CONNECT), Outcome::Error(Error::Refused));
}

#[test]
fn leaving_ends_an_attempt_to_connect() {
    let mut pair = Pair::new(Contract::modern());
    pair.open(CLIENT, PORT);
    pair.stacks.client.disconnect(pair.now);
    assert_eq!(pair.now(CLIENT, CONNECT), Outcome::Error(Error::Closed));
    pair.assert_nothing_left();
}

#[test]
fn segments_are_no_larger_than_either_end_takes() {
    let small = Settings { mss: 700, ..settings(Contract::modern()) };
    let mut pair = Pair::each(settings(Contract::modern()), small).connect();
    assert_eq!(pair.now(CLIENT, Call::Write(many(1000))), Outcome::Ok);
    assert_eq!(pair.travelled()[0], "0 client Data 1+700 ack 1");
}

#[test]
fn who_names_no_maximum_gets_536_octets() {
    let mut pair = Pair::new(Contract::modern());
    pair.listen();
    pair.inject(SERVER, Flags::SYN, 0, 0, "");
    pair.inject(SERVER, Flags::ACK, 1, 1, "");
    pair.travelled();
    assert_eq!(pair.now(SERVER, Call::Write(many(600))), Outcome::Ok);
    assert_eq!(pair.travelled(), ["0 server Data 1+536 ack 1"]);
}

#[test]
fn an_answer_that_was_asked_for_twice_measures_nothing() {
    let slow = Settings { rto_initial: seconds(3), ..settings(Contract::modern()) };
    let mut pair = Pair::each(settings(Contract::modern()), slow);
    pair.lose(SERVER, Sort::SynAck);
    pair.begin();
    pair.drive_for(seconds(2));
    assert_eq!(pair.states(), ["ESTABLISHED", "ESTABLISHED"]);
    pair.lose(SERVER, Sort::Data);
    pair.write(SERVER, "x");
    pair.travelled();
    pair.drive_for(seconds(4));
    assert_eq!(pair.travelled()[0], "5000 server Data 1+1 ack 1", "RTO is what it was, not 3.06 s");
}

/// The ports that a stack begins this many connections from, or why it can't, where it may use `ports` of them.
fn begun_from(ports: u16, count: usize) -> Vec<Result<u16, Error>> {
    let mut tcp = Tcp::new(Settings { ports, ..settings(Contract::modern()) });
    let remote = SocketAddr::new(address(SERVER), PORT);
    let connect = |_| {
        let begun = tcp.connect(Instant::ZERO, remote);
        let syn = tcp.output().and_then(|(to, packet)| packet.segment(address(CLIENT), to).ok());
        begun.map(|_| syn.map_or(0, |syn| syn.source))
    };
    (0..count).map(connect).collect()
}

#[test]
fn connections_are_begun_from_as_many_ports_as_there_are() {
    let none = || Err(Error::Other("no_free_port".into()));
    assert_eq!(begun_from(1, 2), [Ok(EPHEMERAL), none()]);
    assert_eq!(begun_from(3, 4), [Ok(EPHEMERAL), Ok(EPHEMERAL + 1), Ok(EPHEMERAL + 2), none()]);
    let all = begun_from(Settings::PORTS_MAX, usize::from(Settings::PORTS_MAX) + 1);
    assert_eq!(all[all.len() - 2..], [Ok(EPHEMERAL - 1), none()]);
    assert_eq!([begun_from(0, 1), begun_from(u16::MAX, 1)], [[Ok(EPHEMERAL)], [Ok(EPHEMERAL)]], "what makes no sense is put right");
}
