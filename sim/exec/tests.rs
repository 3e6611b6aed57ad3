//! Tasks, wakes and panics, without a world.

use super::*;

fn first(_: Task, _: u32) -> u32 {
    0
}

/// Lets everything run that can.
fn settle(executor: &mut Executor) {
    while executor.turn(first) != Turn::Idle {}
}

#[test]
fn what_was_not_woken_is_not_polled() {
    let mut executor = Executor::new();
    let polls = Rc::new(Cell::new(0));
    let (counter, waker) = (polls.clone(), Rc::new(RefCell::new(None::<Waker>)));
    let kept = waker.clone();
    executor.spawner().spawn(std::future::poll_fn(move |context| {
        counter.set(counter.get() + 1);
        *kept.borrow_mut() = Some(context.waker().clone());
        Poll::<()>::Pending
    }));
    settle(&mut executor);
    settle(&mut executor);
    assert_eq!((polls.get(), executor.live()), (1, 1));
    let waker = waker.borrow().clone().expect("was polled");
    waker.wake_by_ref();
    waker.wake();
    settle(&mut executor);
    assert_eq!(polls.get(), 2, "two wakes before a poll are one");
}

#[test]
fn a_waker_of_a_task_that_has_ended_wakes_nobody_else() {
    let mut executor = Executor::new();
    let waker = Rc::new(RefCell::new(None::<Waker>));
    let kept = waker.clone();
    executor.spawner().spawn(std::future::poll_fn(move |context| {
        *kept.borrow_mut() = Some(context.waker().clone());
        Poll::Ready(())
    }));
    settle(&mut executor);
    executor.spawner().spawn(std::future::pending());
    settle(&mut executor);
    let waker = waker.borrow_mut().take().expect("was polled");
    waker.wake();
    assert_eq!((executor.turn(first), executor.live()), (Turn::Idle, 1));
}

/// It is no candidate among those that could go on.
#[test]
fn a_task_that_wakes_itself_and_ends_is_out_of_the_line() {
    let mut executor = Executor::new();
    for _ in 0..2 {
        executor.spawner().spawn(std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            Poll::Ready(())
        }));
    }
    executor.spawner().spawn(async {});
    let mut asked = Vec::new();
    while let Turn::Ran(_) = executor.turn(|first, count| {
        asked.push((first.0, count));
        0
    }) {}
    assert_eq!((asked, executor.live()), (vec![(1, 3), (2, 2)], 0));
}

#[test]
fn the_choice_is_told_who_stands_first_and_among_how_many() {
    let mut executor = Executor::new();
    (1..=3).for_each(|number| assert_eq!(executor.spawner().spawn(async {}), Some(Task(number))));
    let mut asked = Vec::new();
    let mut order = Vec::new();
    while let Turn::Ran(task) = executor.turn(|first, count| {
        asked.push((first.0, count));
        count - 1
    }) {
        order.push(task.0);
    }
    assert_eq!((asked, order), (vec![(1, 3), (1, 2)], vec![3, 2, 1]));
}

#[test]
fn the_busiest_task_is_the_one_that_was_polled_most() {
    let mut executor = Executor::new();
    for polls in [1, 3, 2] {
        let mut left = polls;
        executor.spawner().spawn(std::future::poll_fn(move |context| {
            left -= 1;
            if left > 0 {
                context.waker().wake_by_ref();
            }
            Poll::<()>::Pending
        }));
    }
    assert_eq!(executor.busiest(), None);
    settle(&mut executor);
    assert_eq!(executor.busiest(), Some((Task(2), 3)));
}

#[test]
fn a_future_that_panics_when_dropped_is_told_of_and_harms_nobody() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            if !thread::panicking() {
                panic!("{}", String::from("dropped"));
            }
        }
    }
    let mut executor = Executor::new();
    let bomb = Bomb;
    executor.spawner().spawn(async move {
        let _bomb = bomb;
    });
    executor.spawner().spawn(async {});
    let bomb = Bomb;
    executor.spawner().spawn(async move {
        let _bomb = bomb;
        std::future::pending::<()>().await;
    });
    settle(&mut executor);
    assert_eq!(executor.panics(), [Panic { task: Task(1), message: "dropped".into() }]);
    drop(executor);
}

#[test]
fn a_spawner_finds_nobody_once_the_run_is_over() {
    let executor = Executor::new();
    let spawner = executor.spawner();
    assert!(spawner.spawn(async {}).is_some());
    drop(executor);
    assert!(spawner.spawn(async {}).is_none());
}

#[test]
fn a_wake_from_another_thread_is_noticed_and_waited_for() {
    let mut executor = Executor::new();
    executor.main_waker().wake_by_ref();
    assert_eq!((executor.turn(first), executor.is_open()), (Turn::Main, false));
    assert!(!executor.wait_for_foreign_wake(Duration::from_millis(1)));
    let waker = executor.main_waker().clone();
    let thread = thread::spawn(move || waker.wake());
    assert!(executor.wait_for_foreign_wake(Duration::from_secs(60)));
    thread.join().expect("it only wakes");
    assert_eq!((executor.turn(first), executor.is_open()), (Turn::Main, true));
}
