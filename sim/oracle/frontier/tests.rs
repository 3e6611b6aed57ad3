//! Which ways are followed when there are too many, and when the one that remains is certain.

use super::*;
use crate::oracle::{Seq, Stamp};
use crate::time::Instant;

fn at(seq: Seq) -> Stamp {
    Stamp::new(seq, seq, Instant(seq))
}

/// Writes that overlap each other, of these bytes.
fn writes(data: &[(&'static str, Status)]) -> VecDeque<Write> {
    let write = |(number, (data, status)): (u64, &(&'static str, Status))| Write {
        number,
        op: number,
        called: at(number),
        returned: (*status != Status::Pending).then(|| at(10)),
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
    Way { taken: taken.iter().copied().collect(), holes: Vec::new(), phantoms }
}

#[test]
fn of_too_many_ways_those_stay_that_lose_least_and_keep_the_order_of_the_calls() {
    let writes = writes(&[]);
    let view = View::new(&writes, false, false);
    let mut ways = Vec::new();
    // What another read swallowed can be anything from nothing on.
    view.merge(&mut ways, (0..MOST).rev().map(|lost| way(&[0, 10 + lost], 0)).collect());
    assert!(ways.len() == MOST && !view.is_pruned());
    view.merge(&mut ways, vec![way(&[3, 7], 0), way(&[10, 0], 1), way(&[10, 0], 0)]);
    assert!(ways.len() == MOST && view.is_pruned());
    assert_eq!(ways[..4], [way(&[10, 0], 1), way(&[3, 7], 0), way(&[0, 10], 0), way(&[0, 11], 0)]);
    assert!(!ways.contains(&way(&[0, 10 + MOST - 1], 0)));
}

#[test]
fn a_way_covers_another_only_where_it_allows_all_that_the_other_does() {
    assert!(way(&[1], 1).covers(&way(&[1], 0)) && way(&[1], 1).covers(&way(&[1], 1)));
    assert!(!way(&[1], 0).covers(&way(&[1], 1)) && !way(&[1], 1).covers(&way(&[2], 0)));
}

#[test]
fn what_remains_is_certain_if_nothing_was_left_out_or_all_that_there_was_is_read() {
    let single = |taken: usize, pruned: bool, open: bool| {
        let mut frontier = Frontier::new(1, taken);
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
        let mut frontier = Frontier::new(1, 3);
        assert_eq!(frontier.finished(&writes(&[("abc", status)])), 1);
        assert_eq!(frontier.open, open, "{status:?}");
    }
    let mut frontier = Frontier::new(0, 0);
    frontier.add_phantom();
    assert!(frontier.open);
}
