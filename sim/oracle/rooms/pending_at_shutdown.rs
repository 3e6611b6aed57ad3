//! Judges `pending-at-shutdown`: how does a call end that was pending at own shutdown or close?

use super::scope::{ALL, DISCARD, discards};
use crate::contract::{BlockedWriteAtShutdown, Contract};
use crate::oracle::events::{ReadData, ReadReturn, ReturnedWrite};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{first, sooner};
use crate::oracle::{Ordinal, Stamp};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

fn decides_pending_calls(contract: &Contract) -> bool {
    discards(contract) || contract.blocked_write_at_shutdown == BlockedWriteAtShutdown::Complete
}

pub(super) const ABOUT: About = About {
    statement: "What is pending when this end shuts down or closes ends only in the ways that the contract leaves open. In particular \
                    it gets no data that was sent later, unless late data stays readable.",
    source: "gluten-mirage Mirage_flow.S, shutdown and close; POSIX shutdown(2); the rest is measured: the documents are silent",
    premise: "a read or write returns that was pending at own shutdown of its half, or at own full close",
    parameters: &["blocked_read_at_close", "blocked_write_at_shutdown", "data_after_shutdown_read"],
    breakable: decides_pending_calls,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::PendingAtShutdown, Section::Safety, Level::BothEnds)
};

/// Was reading, or the whole flow, asked to end while a read was pending?
fn was_pending(scene: &Scene<'_>, called: Ordinal) -> bool {
    let me = scene.me();
    let shut = me.halves.shut_read().called.is_some_and(|at| at.seq > called) && me.contract.data_after_shutdown_read.is_some();
    shut || me.halves.full_close_called().is_some_and(|at| at.seq > called)
}

/// Data of a write that was called when reading was over is not for it.
pub(in crate::oracle) fn read_data(scene: &Scene<'_>, read: &ReadData<'_>) -> Ruling {
    let me = scene.me();
    let shut = me.halves.shut_read().returned.filter(|_| discards(&me.contract));
    let over = sooner(shut, me.halves.strong_close_returned()).filter(|at| at.seq > read.called());
    let source = || scene.flow.streams[scene.end.peer()].source(read.len);
    let Some((over, late)) = over.and_then(|over| Some((over, source().filter(|write| write.seq > over.seq)?))) else {
        return Ruling::kept_if(was_pending(scene, read.called()));
    };
    let said =
        fact!("the {end}'s read was pending when reading was shut down, and took bytes of a write that was called later", end = scene.end);
    Ruling::broken(&[read.pending.called, over, late], said)
}

/// EOF and errors are what a read may end with.
pub(in crate::oracle) fn ended_read(scene: &Scene<'_>, read: &impl ReadReturn) -> Ruling {
    Ruling::kept_if(was_pending(scene, read.called()))
}

/// Was writing asked to end while a write was pending?
fn write_was_pending(scene: &Scene<'_>, called: Ordinal) -> Option<Stamp> {
    scene.me().halves.write_end_called().filter(|at| at.seq > called)
}

pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(write_was_pending(scene, write.called()).is_some())
}

/// `blocked_write_at_shutdown=fail`: a write that is pending when writing is shut down fails.
pub(in crate::oracle) fn write_ok(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let me = scene.me();
    let must_fail = me.contract.blocked_write_at_shutdown == BlockedWriteAtShutdown::Fail;
    let shut = me.halves.shut_write().returned.filter(|at| must_fail && at.seq > write.called());
    let Some(shut) = shut else { return returned_write(scene, write) };
    let said = fact!(
        "the {end}'s write #{op} was pending when writing was shut down, and returned ok where it must fail",
        end = scene.end,
        op = write.pending.op
    );
    Ruling::broken(&[write.pending.called, shut], said)
}

/// `blocked_write_at_shutdown=complete`: a write that is pending when writing is shut down goes on to its end.
pub(in crate::oracle) fn failed_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let Some(shut) = write_was_pending(scene, write.called()) else { return Ruling::Moot };
    if scene.me().contract.blocked_write_at_shutdown != BlockedWriteAtShutdown::Complete || may_fail_otherwise(scene) {
        return Ruling::Kept;
    }
    let said = fact!(
        "the {end}'s write #{op} was pending when writing was shut down, and failed where it must be completed",
        end = scene.end,
        op = write.pending.op
    );
    Ruling::broken(&[write.pending.called, shut], said)
}

/// Something other than the end of own writing may be why a write failed.
fn may_fail_otherwise(scene: &Scene<'_>) -> bool {
    let (me, peer) = (scene.me(), scene.peer());
    let own = [me.life.aborted_at(), me.halves.full_close_called(), me.writing.error()];
    let peers = [peer.full_close_possible(), peer.halves.shut_read().called];
    first(own).is_some() || first(peers).is_some() || me.life.is_gone()
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: DISCARD,
        bad: r#"
            server call 1 read
            server shutdown read -> done
            client write "x" -> ok
            server return 1 "x""#,
        good: r#"
            server call 1 read
            server shutdown read -> done
            client write "x" -> ok
            server return 1 eof"#,
    },
    Example {
        contracts: DISCARD,
        bad: r#"
            server call 1 read
            server close -> done
            client write "x" -> ok
            server return 1 "x""#,
        good: r#"
            server call 1 read
            server close -> done
            client write "x" -> ok
            server return 1 eof"#,
    },
    Example {
        contracts: &["mirage-tcpip"],
        bad: r#"
            client call 1 write "a"
            client shutdown write -> done
            client return 1 closed"#,
        good: r#"
            client call 1 write "a"
            client shutdown write -> done
            client return 1 ok"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "each end has its own clock, and the order of the lines is a lawful one",
        contracts: ALL,
        history: r#"
            clock per-end
            server write "y" -> ok
            client read -> "y"
            client write "x" -> ok
            server call 2 read
            server shutdown read -> done
            server return 2 "x""#,
    },
    Excuse {
        why: "the data had been written before the shutdown",
        contracts: DISCARD,
        history: r#"
            server call 1 read
            client write "x" -> ok
            server shutdown read -> done
            server return 1 "x""#,
    },
];
