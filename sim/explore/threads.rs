//! Spreads numbered work over threads; results come in the order of the numbers, whatever the number of threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

/// Works on every number below `count` with as many threads as `jobs` says, and hands the results to `take` in the order of the
/// numbers, until that says stop. With one job no thread is started.
pub fn in_order<R: Send>(count: u64, jobs: usize, work: impl Fn(u64) -> R + Sync, mut take: impl FnMut(u64, R) -> bool) {
    let jobs = jobs.clamp(1, usize::try_from(count).unwrap_or(usize::MAX).max(1));
    if jobs == 1 {
        _ = (0..count).all(|number| take(number, work(number)));
        return;
    }
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for started in 0..jobs {
            let results = sender.clone();
            let helps = thread::Builder::new().spawn_scoped(scope, || {
                let results = results;
                share(count, &work, &next, &stop, &results);
            });
            // Where the system gives no more threads those that there are do the work, if need be this one.
            if helps.is_err() {
                if started == 0 {
                    share(count, &work, &next, &stop, &sender);
                }
                break;
            }
        }
        drop(sender);
        sort(count, &results, &mut take);
        stop.store(true, Ordering::Relaxed);
    });
}

/// Hands results on in the order of their numbers. Those that come early wait.
fn sort<R>(count: u64, results: &mpsc::Receiver<(u64, R)>, take: &mut impl FnMut(u64, R) -> bool) {
    let mut early = BTreeMap::new();
    for number in 0..count {
        while !early.contains_key(&number) {
            let Ok((other, done)) = results.recv() else { return };
            early.insert(other, done);
        }
        if early.remove(&number).is_some_and(|done| !take(number, done)) {
            return;
        }
    }
}

/// One thread's share: the next number that no thread has taken, until there is none.
fn share<R>(count: u64, work: &impl Fn(u64) -> R, next: &AtomicU64, stop: &AtomicBool, results: &mpsc::Sender<(u64, R)>) {
    while !stop.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count || results.send((number, work(number))).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whatever_the_number_of_threads() {
        for jobs in [1, 2, 7] {
            let mut taken = Vec::new();
            in_order(
                100,
                jobs,
                |number| number * number,
                |number, square| {
                    taken.push((number, square));
                    true
                },
            );
            assert!(taken.into_iter().eq((0..100).map(|number| (number, number * number))));
        }
    }

    #[test]
    fn nothing_is_taken_after_a_stop_and_work_without_end_ends() {
        for jobs in [1, 3] {
            let mut taken = 0;
            in_order(
                u64::MAX,
                jobs,
                |number| number,
                |number, _| {
                    taken += 1;
                    number < 9
                },
            );
            assert_eq!(taken, 10);
        }
    }
}
