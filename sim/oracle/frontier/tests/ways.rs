//! Which ways are followed when there are too many, and when the one that remains is certain.

use std::collections::VecDeque;

use crate::contract::Payload;
use crate::oracle::frontier::search::MOST;
use crate::oracle::frontier::view::View;
use crate::oracle::frontier::way::Way;
use crate::oracle::frontier::{DataRead, Effort, Frontier};
use crate::oracle::stream::{Misfit, OpenRead, Status, Write};
use crate::oracle::{Ordinal, Stamp};
use crate::time::Instant;

fn at(seq: Ordinal) -> Stamp {
    Stamp::new(seq, seq, Instant(seq))
}

/// Writes that overlap each other, of these bytes.
fn writes(data: &[(&'static str, Status)]) -> VecDeque<Write> {
    let write = |(number, (data, status)): (u64, &(&'static str, Status))| Write {
        number,
        op: number,
        called: at(number),
        returned: (*status != Status::Pending).then(|| at(100)),
        status: *status,
        data: Payload::from(bytes::Bytes::from_static(data.as_bytes())),
        len: data.len(),
        flushed: false,
        ends: Box::new([]),
        blamed: None,
    };
    (1..).zip(data).map(write).collect()
}

fn way(taken: &[usize], phantoms: usize) -> Way {
    let mut way = Way::default();
    way.phantoms = phantoms;
    taken.iter().enumerate().for_each(|(index, bytes)| way.advance(index, *bytes));
    way
}

fn read(frontier: &mut Frontier, writes: &mut VecDeque<Write>, data: &'static str, effort: &mut Effort) -> Option<Result<(), Misfit>> {
    let reader = OpenRead { called: 101, now: 102, others: 0, fifo: false };
    frontier.read(writes, &Payload::from(bytes::Bytes::from_static(data.as_bytes())), reader, false, false, effort).ok()
}

#[test]
fn of_too_many_ways_those_stay_that_lose_least_and_keep_the_order_of_the_calls() {
    let writes = writes(&[]);
    let view = View::new(&writes, false, 1000);
    // What another read swallowed can be anything from nothing on.
    let mut ways: Vec<Way> = (0..MOST).rev().map(|lost| way(&[0, 10 + lost], 0)).collect();
    view.sift(&mut ways);
    assert!(ways.len() == MOST && !view.is_cut());
    ways.extend([way(&[3, 7], 0), way(&[10, 0], 0), way(&[10, 0], 1)]);
    view.sift(&mut ways);
    assert!(ways.len() == MOST && view.is_cut());
    assert_eq!(ways[..4], [way(&[10, 0], 1), way(&[3, 7], 0), way(&[0, 10], 0), way(&[0, 11], 0)]);
    assert!(!ways.contains(&way(&[0, 10 + MOST - 1], 0)));
}

#[test]
fn of_ways_to_the_same_place_the_one_stays_that_allows_most() {
    let writes = writes(&[]);
    let mut ways = vec![way(&[1], 0), way(&[1], 1), way(&[2], 1), way(&[1], 1)];
    View::new(&writes, false, 1000).sift(&mut ways);
    assert_eq!(ways, [way(&[1], 1), way(&[2], 1)]);
}

#[test]
fn what_remains_is_certain_if_nothing_was_left_out_or_all_that_there_was_is_read() {
    let single = |taken: usize, pruned: bool, open: bool| {
        let mut frontier = Frontier::new(taken);
        (frontier.pruned, frontier.open) = (pruned, open);
        frontier.single(&writes(&[("abc", Status::Ok)]))
    };
    assert_eq!([single(1, false, false), single(1, false, true)], [Some(1), Some(1)]);
    assert_eq!([single(1, true, false), single(3, true, false)], [None, Some(3)]);
    assert_eq!(single(3, true, true), None, "a way that was left out may have a byte left");
}

#[test]
fn a_failed_write_and_a_cancelled_read_make_open_how_much_there_is() {
    for (status, open) in [(Status::Ok, false), (Status::Prefix, true), (Status::RunsOn, true)] {
        let mut frontier = Frontier::new(3);
        let mut writes = writes(&[("abc", status)]);
        frontier.finish(&mut writes);
        assert_eq!((frontier.open, writes.len()), (open, 0), "{status:?}");
    }
    let mut frontier = Frontier::new(0);
    frontier.add_phantom();
    assert!(frontier.open);
}

#[test]
fn equal_writes_are_not_permuted() {
    let data = [("ab", Status::Ok); 20];
    let writes = writes(&data);
    let view = View::new(&writes, false, 1 << 20);
    let mut ways = vec![Way::default()];
    let reader = OpenRead { called: 101, now: 102, others: 0, fifo: false };
    for _ in 0..20 {
        ways = view.step(&ways, &DataRead { data: "ab".into(), reader, overtaken: false }).0;
        assert!(ways.len() == 1 && !view.is_cut(), "{}", ways.len());
    }
}

#[test]
fn a_byte_that_is_not_there_is_a_misfit_however_many_ways_there_are() {
    let data = [("abababab", Status::Ok), ("babababa", Status::Ok)].repeat(20);
    for (last, word) in [("c", Some(Err(Misfit::Bytes))), ("a", Some(Ok(())))] {
        let (mut frontier, mut writes, mut effort) = (Frontier::new(0), writes(&data), Effort::default());
        (0..8).for_each(|_| assert_eq!(read(&mut frontier, &mut writes, "abbaabbaab", &mut effort), Some(Ok(()))));
        assert_eq!(read(&mut frontier, &mut writes, last, &mut effort), word);
    }
}

#[test]
fn what_following_may_cost_is_bounded_for_the_whole_run() {
    let data = [("abababab", Status::Ok), ("babababa", Status::Ok)].repeat(20);
    let (mut frontier, mut writes, mut effort) = (Frontier::new(0), writes(&data), Effort::default());
    effort.spend(effort.left());
    assert_eq!(read(&mut frontier, &mut writes, "ab", &mut effort), None);
}
