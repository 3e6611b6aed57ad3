//! Judges `pending-at-shutdown`: how does a call end that was pending at own shutdown or close?

use super::scope::{DISCARD, discards};
use crate::contract::{BlockedWriteAtShutdown, Contract};
use crate::oracle::Seq;
use crate::oracle::events::{ReadData, ReadReturn};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::sooner;
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
fn was_pending(scene: &Scene<'_>, called: Seq) -> bool {
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

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the data had been written before the shutdown",
    contracts: DISCARD,
    history: r#"
            server call 1 read
            client write "x" -> ok
            server shutdown read -> done
            server return 1 "x""#,
}];
