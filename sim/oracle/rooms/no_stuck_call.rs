//! Judges `no-stuck-call`: does a call return whose answer is settled?

use super::scope::{ALL, HALF, NOT_V1, SHUTS_READ, V1};
use crate::contract::{BlockedReadAtClose, ReadAfterEof};
use crate::oracle::events::{ReadReturn, ReturnedWrite};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{first, sooner};
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A call whose answer is settled returns, to every waiter: a read after own shutdown of reading, EOF or an error; a write \
                    after own shutdown of writing; either after own full close.",
    source: "gluten-mirage Mirage_flow.S, shutdown and close; RFC 9293 §3.10; measured: mirage-tcpip 9.0.1 answers one reader only",
    premise: "a read or write whose answer is settled is pending or returns",
    parameters: &["read_after_eof", "blocked_read_at_close", "patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::NoStuckCall, Section::Liveness, Level::OneEnd)
};

/// Something had ended this end's reading: the read was owed its return.
fn was_owed(scene: &Scene<'_>) -> bool {
    let me = scene.me();
    first([me.halves.full_close_returned(), me.halves.shut_read().returned, me.reading.eof(), me.reading.error()]).is_some()
}

pub(in crate::oracle) fn returned_read(scene: &Scene<'_>, _: &impl ReadReturn) -> Ruling {
    Ruling::kept_if(was_owed(scene))
}

/// What ended this end's reading or writing owes the call its return.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    if call.is_read() {
        stuck_read(call)
    } else if call.is_write() {
        stuck_write(call)
    } else {
        None
    }
}

/// The contract lets this read stay pending for ever.
pub(in crate::oracle) fn is_released(call: &Waiting<'_>) -> bool {
    let (me, called) = (call.me(), call.pending.called.seq);
    let by_eof = me.contract.read_after_eof == ReadAfterEof::MayBlock && me.reading.eof().is_some();
    let at_close = || {
        let closed = [me.halves.close_begun(), me.halves.full_close_called()];
        closed.into_iter().flatten().any(|at| at.seq > called)
    };
    by_eof || me.contract.blocked_read_at_close == BlockedReadAtClose::MayBlock && at_close()
}

fn stuck_read(call: &Waiting<'_>) -> Option<Due> {
    let me = call.me();
    if is_released(call) {
        return None;
    }
    if let Some(closed) = me.halves.full_close_returned() {
        return Some(Due::new(&[closed], fact!("this end had closed the flow")));
    }
    if let Some(shut) = me.halves.shut_read().returned {
        return Some(Due::new(&[shut], fact!("this end had shut reading down")));
    }
    let last = sooner(me.reading.eof(), me.reading.error())?;
    Some(Due::new(&[last], fact!("another read had ended the stream at {t}", t = last.t)))
}

fn stuck_write(call: &Waiting<'_>) -> Option<Due> {
    let halves = &call.me().halves;
    if let Some(closed) = halves.full_close_returned() {
        return Some(Due::new(&[closed], fact!("this end had closed the flow")));
    }
    let shut = halves.write_end_returned().filter(|at| at.seq < call.pending.called.seq)?;
    Some(Due::new(&[shut], fact!("this end had shut writing down before")))
}

/// A write that was called after own writing had ended: it was owed its return.
pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(scene.me().halves.write_end_returned().is_some_and(|at| at.seq < write.called()))
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: V1,
        bad: r#"
            client shutdown write -> done
            client call 2 write "a"
            quiet"#,
        good: r#"
            client shutdown write -> done
            client call 2 write "a"
            client return 2 eof
            client shutdown read_write -> done
            quiet"#,
    },
    Example {
        contracts: NOT_V1,
        bad: r#"
            client shutdown write -> done
            client call 2 write "a"
            quiet"#,
        good: r#"
            client shutdown write -> done
            client call 2 write "a"
            client return 2 closed
            client shutdown read_write -> done
            quiet"#,
    },
    Example {
        contracts: &["v1", "classic", "modern", "strict", "posix", "async-io", "pipe", "relay"],
        bad: r#"
            client shutdown write -> done
            server read -> eof
            server call 2 read
            quiet"#,
        good: r#"
            client shutdown write -> done
            server read -> eof
            server call 2 read
            server return 2 eof
            server shutdown write -> done
            quiet"#,
    },
    Example {
        contracts: SHUTS_READ,
        bad: r#"
            server call 1 read
            server shutdown read -> done
            quiet"#,
        good: r#"
            server call 1 read
            server shutdown read -> done
            server return 1 eof
            quiet"#,
    },
    Example {
        contracts: &["modern", "strict", "pipe"],
        bad: r#"
            server call 1 read
            server close -> done
            quiet"#,
        good: r#"
            server call 1 read
            server close -> done
            server return 1 eof
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "reads that were pending at an EOF, or came later, are released",
        contracts: &["mirage-tcpip"],
        history: r#"
            server call 1 read
            server call 2 read
            client shutdown write -> done
            server return 1 eof
            server call 3 read
            quiet"#,
    },
    Excuse {
        why: "a read that was pending at own close, be it a half close, is released",
        contracts: HALF,
        history: r#"
            client call 1 read
            client call 2 close
            server write "ab" -> ok
            server close -> done
            client return 2 done
            quiet"#,
    },
    Excuse {
        why: "after a half close only, a read waits for the peer",
        contracts: ALL,
        history: r#"
            client shutdown write -> done
            client call 2 read
            quiet"#,
    },
    Excuse {
        why: "a write after EOF only waits for a reader",
        contracts: ALL,
        history: r#"
            client shutdown write -> done
            server read -> eof
            server call 2 write "a"
            quiet"#,
    },
];
