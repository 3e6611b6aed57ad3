//! Finds what was allowed where a rule was broken: asks the oracle about each other outcome of the operation, and about each other
//! value of each parameter.

use crate::contract::{Call, Contract, End, Error, Outcome, Payload};
use crate::oracle::{Verdict, Violation};
use crate::rules::{Rule, transitions};
use crate::trace::{Event, Header, Place, Trace, What};
use crate::wire::State;

use super::history::{Operation, Operations};
use super::trials::Trials;
use super::words;

/// What asking may cost, in events that are judged: an answer that costs more is not given.
const COST: usize = 2_000_000;

/// Stands for an error with a word that is no evidence of an abort.
const ANY_ERROR: &str = "any error";

/// Stands for data in place of other data.
const FITTING: &str = "data that fits";

/// What the contract allows in place of what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allowed {
    /// Outcomes of the operation that would have broken nothing here; for a change of state, those that the diagram has.
    pub outcomes: Vec<String>,
    /// Changes of the contract, as `parameter=value`, under which what happened is allowed.
    pub changes: Vec<String>,
    /// The violation is one of an operation that returned, or of a change of state, so that outcomes were asked about.
    pub asked: bool,
    /// Asking came to cost too much: what is not named may be allowed as well.
    pub cut: bool,
}

/// Asks about both; `violation` counts lines as the trace does (the header is line 1).
pub fn allowed(trace: &Trace, violation: &Violation) -> Allowed {
    let mut trials = Trials::new(COST);
    let outcomes = outcomes(trace, violation, &mut trials).or_else(|| transitions(trace, violation));
    let changes = changes(trace, violation, &mut trials).into_iter().map(spelled).collect();
    Allowed { asked: outcomes.is_some(), outcomes: outcomes.unwrap_or_default(), changes, cut: trials.is_over() }
}

/// One parameter, by its place in [`Contract::PARAMETERS`], and a value for it.
type ParameterChange = (usize, &'static str);

fn spelled((parameter, value): ParameterChange) -> String {
    format!("{}={value}", Contract::PARAMETERS[parameter].name)
}

/// The changes of one parameter at both ends that make the violation go away.
fn changes(trace: &Trace, violation: &Violation, trials: &mut Trials) -> Vec<ParameterChange> {
    let values =
        |(at, parameter): (usize, &crate::contract::Parameter)| parameter.values.iter().map(move |value| (at, *value)).collect::<Vec<_>>();
    let all = Contract::PARAMETERS.iter().enumerate().flat_map(values);
    all.filter(|change| allows(trace, violation, *change, trials)).collect()
}

/// Does the violation's event break nothing under the changed contract?
fn allows(trace: &Trace, violation: &Violation, change: ParameterChange, trials: &mut Trials) -> bool {
    let verdict = changed(&trace.header, change).and_then(|header| trials.judge(&header, &trace.events));
    verdict.is_some_and(|verdict| !verdict.violations.iter().any(|found| same_event(found, violation)))
}

/// The header with the change made at both ends; `None` where it changes nothing.
fn changed(header: &Header, (parameter, value): ParameterChange) -> Option<Header> {
    let parameter = &Contract::PARAMETERS[parameter];
    let mut changed = header.clone();
    let legal = End::BOTH.into_iter().all(|end| parameter.set(&mut changed.contract[end], value));
    (legal && changed.contract != header.contract).then_some(changed)
}

fn same_event(one: &Violation, other: &Violation) -> bool {
    let key = |violation: &Violation| (violation.line, violation.flow, violation.end, violation.op);
    key(one) == key(other)
}

/// The outcomes that break nothing at the violation's operation; `None` where it is none that could have ended otherwise.
fn outcomes(trace: &Trace, violation: &Violation, trials: &mut Trials) -> Option<Vec<String>> {
    let history = Operations::of(trace);
    let at = place(violation);
    let operation = history.named(at, violation.op?)?;
    let stead = stead(trace, operation, violation)?;
    let allows = |candidate: &&Outcome| {
        let events = with_outcome(&trace.events, &stead, at, operation.op, candidate);
        let is_broken = |verdict: Verdict| verdict.violations.iter().any(|found| found.op == violation.op && place(found) == at);
        trials.judge(&trace.header, &events).is_some_and(|verdict| !is_broken(verdict))
    };
    let happened = operation.end.as_ref().and_then(|end| end.outcome.as_ref());
    let candidates = candidates(&operation.call);
    let others = candidates.iter().filter(|candidate| Some(*candidate) != happened).filter(allows);
    let mut names: Vec<String> = others.map(|outcome| name(outcome, happened)).collect();
    if let Some(data) = names.iter_mut().find(|name| *name == FITTING) {
        data.push_str(
            &next_byte(trace, &history, operation, trials).map(|next| format!(": the stream from byte {next} on")).unwrap_or_default(),
        );
    }
    if names.iter().any(|name| name == ANY_ERROR) {
        names.retain(|name| !name.starts_with("error "));
    }
    Some(names)
}

/// The stream offset at which a read should have gone on, where that is certain: everything read before was right, and none of it
/// was given up or read by another call at the same time.
fn next_byte(trace: &Trace, history: &Operations, read: &Operation, trials: &mut Trials) -> Option<u64> {
    let reads = || history.operations().iter().filter(|other| other.at == read.at && matches!(other.call, Call::Read { .. }));
    let ends = |other: &Operation| other.end.as_ref().map_or(u64::MAX, |end| end.line);
    let (line, before) = (ends(read), |other: &&Operation| other.op != read.op && other.line < ends(read));
    let cancelled = |other: &Operation| other.end.as_ref().is_some_and(|end| end.outcome.is_none());
    if reads().filter(before).any(|other| ends(other) > read.line || cancelled(other)) {
        return None;
    }
    let earlier = trace.events.get(..usize::try_from(line.checked_sub(2)?).ok()?)?;
    let is_right = trials.judge(&trace.header, earlier)?.violations.is_empty();
    read.bytes.as_ref().filter(|_| is_right).map(|bytes| bytes.start)
}

/// Where the state diagram goes on from the state that was left wrongly.
fn transitions(trace: &Trace, violation: &Violation) -> Option<Vec<String>> {
    let event = trace.events.get(usize::try_from(violation.line.checked_sub(2)?).ok()?)?;
    match &event.what {
        What::State { from, to, .. } if violation.rule == Rule::StateTransition => {
            let (from, to) = (State::find(from)?, State::find(to)?);
            let after = || transitions::after(from).map(|(to, by)| format!("{to} ({by})")).collect();
            (!transitions::allowed(from, to)).then(after)
        }
        _ => None,
    }
}

/// Where another outcome is tried.
enum Stead {
    /// In the place of the return that was wrong, which is the last event that counts.
    Return(usize),
    /// Of a call that never returned: behind the last event that made its return due.
    Behind(usize),
}

fn stead(trace: &Trace, operation: &Operation, violation: &Violation) -> Option<Stead> {
    let index = |line: u64| usize::try_from(line.checked_sub(2)?).ok().filter(|&index| index < trace.events.len());
    match &operation.end {
        Some(end) if end.line == violation.line => index(end.line).map(Stead::Return),
        Some(_) => None,
        None => {
            let due = violation.because.iter().copied().filter(|&line| line != violation.line).max();
            index(due.unwrap_or(0).max(operation.line)).map(Stead::Behind)
        }
    }
}

fn place(violation: &Violation) -> Place {
    Place { flow: violation.flow, end: violation.end }
}

/// The events with another outcome in its stead.
fn with_outcome(events: &[Event], stead: &Stead, at: Place, op: u64, outcome: &Outcome) -> Vec<Event> {
    let (before, after, t) = match *stead {
        Stead::Return(last) => (&events[..last], &[][..], events[last].t),
        Stead::Behind(due) => (&events[..=due], &events[due + 1..], events[due].t),
    };
    let ended = What::Return { at, op, outcome: outcome.clone(), accepted: None, peer: None, made: None };
    before.iter().chain(&[Event { t, what: ended }]).chain(after).cloned().collect()
}

/// What a call could come back with. One byte stands for data.
fn candidates(call: &Call) -> Vec<Outcome> {
    let error = |word: Error| Outcome::Error(word);
    match call {
        Call::Read { .. } => {
            vec![Outcome::Data(Payload::Count(1)), Outcome::Eof, error(Error::Reset), error(Error::NotConnected)]
        }
        call if call.buffers().is_some() => {
            vec![Outcome::Ok, Outcome::Closed, Outcome::Eof, error(Error::Reset), error(Error::NotConnected)]
        }
        Call::Shutdown(_) | Call::Close | Call::Disconnect => vec![Outcome::Done, error(Error::NotConnected)],
        _ => vec![Outcome::Ok, error(Error::Refused)],
    }
}

/// What a candidate stands for. Where data came that must not, data that might is data that fits.
fn name(outcome: &Outcome, happened: Option<&Outcome>) -> String {
    match outcome {
        Outcome::Data(_) if matches!(happened, Some(Outcome::Data(_))) => FITTING.to_owned(),
        Outcome::Data(_) => "data".to_owned(),
        Outcome::Error(Error::NotConnected) => ANY_ERROR.to_owned(),
        Outcome::Error(error) => format!("error {error}"),
        other => words::outcome(other, false),
    }
}
