//! Judges `close-is-idempotent`: does a shutdown or close that comes again, or twice at a time, end as the first would?

use super::scope::{ALL, NO_WAIT};
use crate::contract::{CloseError, Outcome};
use crate::oracle::Stamp;
use crate::oracle::events::ReturnedEnd;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Asked, Pending, first};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Closing or shutting down again, or twice at a time, ends as the first would and changes nothing more: it is done, and \
                    it never panics. Sockets may say instead that there is nothing left to close.",
    source: "gluten-mirage Mirage_flow.S, close: a second one does nothing and raises nothing; RFC 9293 §3.10.4 (no second FIN); POSIX \
                 shutdown(2), ENOTCONN",
    premise: "a close or shutdown returns that was called when another of this end had been called",
    parameters: &["close_error"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::CloseIsIdempotent, Section::Safety, Level::OneEnd)
};

/// Was the same asked of this end before, or is it being asked at the same time?
pub(in crate::oracle) fn is_again(scene: &Scene<'_>, call: &Pending) -> bool {
    let me = scene.me();
    let (shut_write, shut_read, close) = (me.halves.shut_write().called, me.halves.shut_read().called, me.halves.close().called);
    let other = |at: Option<Stamp>| at.is_some_and(|at| at != call.called);
    let earlier = match call.asked {
        Asked::Shutdown(mode) => mode.writes() && (other(shut_write) || close.is_some()) || mode.reads() && other(shut_read),
        _ => other(close) || shut_write.is_some(),
    };
    earlier || me.pending.iter().any(|other| other.asked == call.asked)
}

/// A shutdown or close returned.
pub(in crate::oracle) fn returned_end(scene: &Scene<'_>, end: &ReturnedEnd<'_>) -> Ruling {
    let again = is_again(scene, end.pending);
    let wrong = match end.outcome {
        Outcome::Panic(_) => true,
        Outcome::Done => false,
        _ => again && !may_fail(scene, end.pending),
    };
    if !wrong {
        return Ruling::kept_if(again);
    }
    let halves = &scene.me().halves;
    let earlier = first([halves.close().called, halves.shut_write().called, halves.shut_read().called]);
    let said = fact!(
        "the {end}'s {call} ended with `{error}` instead of `done`",
        end = scene.end,
        call = end.pending.asked.word(),
        error = &end.outcome.clone().into_error()
    );
    Ruling::broken(&[earlier.unwrap_or(end.pending.called), end.pending.called], said)
}

/// There is nothing to end any more, and the contract lets the end say so; or there may never have been anything.
fn may_fail(scene: &Scene<'_>, call: &Pending) -> bool {
    let me = scene.me();
    me.contract.close_error == CloseError::WhenEnded || me.life.is_gone() || me.opening.is_closed_to(call.called.seq)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: NO_WAIT,
        bad: r#"
            client close -> done
            client close -> panic"#,
        good: r#"
            client close -> done
            client close -> done"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client call 1 close
            client call 2 close
            client return 2 panic"#,
        good: r#"
            client call 1 close
            client call 2 close
            server call 1 close
            client return 2 done
            client return 1 done
            server return 1 done"#,
    },
    Example {
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "pipe"],
        bad: r#"
            client shutdown write -> done
            client shutdown write -> error not_connected"#,
        good: r#"
            client shutdown write -> done
            client shutdown write -> done"#,
    },
    Example {
        contracts: &["posix", "async-io", "relay"],
        bad: r#"
            client shutdown write -> done
            client shutdown write -> panic"#,
        good: r#"
            client shutdown write -> done
            client shutdown write -> error not_connected"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "sockets may say that nothing is left to shut down",
    contracts: &["posix", "async-io", "relay"],
    history: r#"
            client close -> done
            client shutdown write -> error not_connected
            client close -> error bad_descriptor"#,
}];
