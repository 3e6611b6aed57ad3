//! The layer of our own: records over a pipe and over TCP keep each contract that is claimed.

use flowsim::target;

use super::{cases, keeps};

#[test]
fn over_a_pipe_they_keep_their_contracts() {
    let target = target::named("records-pipe").expect("a target");
    keeps(target, cases(target));
}

#[test]
fn over_tcp_they_keep_their_contracts() {
    let target = target::named("records-tcp").expect("a target");
    keeps(target, cases(target));
}
