//! Any network that lets something through in the end: every byte arrives, once and in order, both ends end, and nothing is left.

use proptest::prelude::*;

use super::*;

/// What one end does: writes this much in pieces of that size, reads at most that much at a time, then ends its stream.
#[derive(Clone, Debug)]
struct Plan {
    count: usize,
    piece: usize,
    read: usize,
    /// The call that ends the stream, and whether it waits for the peer's end first.
    waits: bool,
}

/// How far an end has come.
#[derive(Clone, Debug, Default)]
struct Done {
    written: usize,
    pending: Option<Call>,
    read: usize,
    has_ended: bool,
    has_seen_end: bool,
    has_closed: bool,
}

fn plan() -> impl Strategy<Value = Plan> {
    (0_usize..30_000, 1_usize..9_000, 1_usize..9_000, any::<bool>()).prop_map(|(count, piece, read, waits)| Plan {
        count,
        piece,
        read,
        waits,
    })
}

fn tuned() -> impl Strategy<Value = Settings> {
    let contracts = prop::sample::select(vec![Contract::modern(), Contract::strict(), Contract::posix(), Contract::classic()]);
    (contracts, 1_u16..1500, 1_usize..20_000, 1_usize..20_000, any::<[bool; 3]>(), any::<u32>()).prop_map(
        |(contract, mss, send_buffer, receive_buffer, [nagle, window_scale, is_lazy], isn)| Settings {
            mss: mss.max(20),
            send_buffer,
            receive_buffer: receive_buffer.max(100),
            nagle,
            window_scale,
            delayed_ack: if is_lazy { millis(200) } else { Duration::ZERO },
            isn: Some(isn),
            ..Settings::new(contract)
        },
    )
}

/// The byte at this offset of this end's stream.
fn byte(end: End, at: usize) -> u8 {
    (at % 251) as u8 ^ (0x80 * end as u8)
}

impl Pair {
    /// The end does what it can do now.
    fn act(&mut self, end: End, plan: &Plan, done: &mut Done) {
        self.act_reading(end, plan, done);
        self.act_writing(end, plan, done);
        if done.has_ended && done.has_seen_end && !done.has_closed {
            done.has_closed = self.call(end, &mut Call::Close).is_some();
        }
    }

    fn act_reading(&mut self, end: End, plan: &Plan, done: &mut Done) {
        while !done.has_seen_end {
            match self.call(end, &mut Call::Read { max: plan.read }) {
                Some(Outcome::Data(Payload::Bytes(bytes))) => {
                    assert!(bytes.len() <= plan.read && !bytes.is_empty());
                    assert!(bytes.iter().enumerate().all(|(at, found)| *found == byte(end.peer(), done.read + at)), "{end}'s bytes");
                    done.read += bytes.len();
                }
                Some(Outcome::Eof) => done.has_seen_end = true,
                Some(other) => panic!("{end} reads {other:?}"),
                None => break,
            }
        }
    }

    fn act_writing(&mut self, end: End, plan: &Plan, done: &mut Done) {
        loop {
            let Some(mut call) = done.pending.take().or_else(|| next_write(end, plan, done)) else { break };
            match self.call(end, &mut call) {
                Some(Outcome::Ok) => {}
                Some(other) => panic!("{end} writes {other:?}"),
                None => {
                    done.pending = Some(call);
                    return;
                }
            }
        }
        if !done.has_ended && (!plan.waits || done.has_seen_end) {
            assert_eq!(self.now(end, SHUT_WRITE), Outcome::Done);
            done.has_ended = true;
        }
    }
}

fn next_write(end: End, plan: &Plan, done: &mut Done) -> Option<Call> {
    let count = plan.piece.min(plan.count - done.written);
    let bytes: Vec<u8> = (done.written..done.written + count).map(|at| byte(end, at)).collect();
    done.written += count;
    (count > 0).then(|| Call::Write(Payload::Bytes(bytes.into())))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_arrives_and_nothing_is_left(
        client in plan(),
        server in plan(),
        settings in [tuned(), tuned()],
        chance in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        prop_assume!(!(client.waits && server.waits));
        let [one, other] = settings;
        let mut pair = Pair::each(one, other);
        pair.chance = chance.into_iter();
        pair.begin();
        let plans = Both { client, server };
        let mut done = Both::<Done>::default();
        loop {
            for end in End::BOTH {
                if pair.sockets[end].is_some() && pair.states[end] != "SYN-RECEIVED" {
                    pair.act(end, &plans[end], &mut done[end]);
                }
            }
            if !pair.step() {
                break;
            }
        }
        for end in End::BOTH {
            prop_assert_eq!(done[end].read, plans[end.peer()].count, "{} has read all", end);
            prop_assert!(done[end].has_closed, "{end}: {:?}", done[end]);
            prop_assert_eq!(&pair.aborts[end], &Vec::new());
        }
        pair.assert_nothing_left();
        prop_assert_eq!(pair.states(), ["CLOSED", "CLOSED"]);
    }
}
