//! Adds the steps that open connections, on a target that makes them, where the scenario has none: the client's end connects, the
//! server's end listens and accepts, before anything else that they do.

use std::slice;
use std::sync::Arc;

use smallvec::SmallVec;

use super::{Action, FlowSteps, Scenario, Step};
use crate::contract::{Both, End};
use crate::trace::Place;

/// What each end of each flow does first, where no step says it.
pub(super) fn openings(scenario: &Scenario) -> Vec<Both<Vec<Step>>> {
    let mut ports = ListeningPorts::of(scenario);
    scenario.flows.iter().map(|flow| opening(flow, &mut ports)).collect()
}

fn opening(flow: &FlowSteps, ports: &mut ListeningPorts) -> Both<Vec<Step>> {
    let is_connect = |action: &Action| matches!(action, Action::Connect(_));
    let says_connect = says(flow, End::Client, is_connect);
    let says_accept = says(flow, End::Server, |action| matches!(action, Action::Accept(_) | Action::Listen(_)));
    let does = |end: End| !flow.tasks[end].is_empty();
    let connects = !says_connect && (does(End::Client) || !says_accept);
    let accepts = !says_accept && (does(End::Server) || !says_connect);
    let mut server = Vec::with_capacity(STEPS);
    for port in accepted(flow, accepts).0 {
        ports.listen(port, &mut server);
    }
    server.extend(accepts.then_some(Action::Accept(None).into()));
    let mut client = Vec::with_capacity(STEPS);
    client.extend(connects.then_some(Action::Connect(None).into()));
    Both { client, server }
}

/// How many steps open an end, mostly at most: two for a port that others listen at too, an accept, a signal for other tasks.
const STEPS: usize = 4;

fn says(flow: &FlowSteps, end: End, what: fn(&Action) -> bool) -> bool {
    flow.tasks[end].iter().flatten().any(|step| what(&step.action))
}

/// The ports at which the server's end of a flow takes connections.
fn accepted(flow: &FlowSteps, by_itself: bool) -> Ports {
    let said = flow.tasks.server.iter().flatten().filter_map(|step| match step.action {
        Action::Accept(port) => Some(port.unwrap_or(flow.port)),
        _ => None,
    });
    said.chain(by_itself.then_some(flow.port)).collect()
}

/// A set of ports, most often of a single one.
#[derive(Default)]
struct Ports(SmallVec<[u32; 4]>);

impl Ports {
    fn contains(&self, port: u32) -> bool {
        self.0.binary_search(&port).is_ok()
    }

    /// Adds a port; false if it is in the set.
    fn insert(&mut self, port: u32) -> bool {
        self.0.binary_search(&port).map_err(|place| self.0.insert(place, port)).is_err()
    }
}

impl FromIterator<u32> for Ports {
    fn from_iter<I: IntoIterator<Item = u32>>(ports: I) -> Self {
        let mut set = Ports::default();
        ports.into_iter().for_each(|port| _ = set.insert(port));
        set
    }
}

/// The ends that listen on each port.
struct ListeningPorts {
    /// By a step.
    said: Ports,
    /// By an end without a step, so far.
    taken: Ports,
    /// For several flows.
    shared: Ports,
}

impl ListeningPorts {
    fn of(scenario: &Scenario) -> Self {
        let listened = |step: &Step| if let Action::Listen(port) = step.action { Some(port) } else { None };
        let said = scenario.tasks().flat_map(|(_, _, steps)| steps).filter_map(listened).collect();
        let mut seen = Ports::default();
        let shared = scenario.flows.iter().flat_map(|flow| accepted(flow, true).0).filter(|port| !seen.insert(*port)).collect();
        ListeningPorts { said, taken: Ports::default(), shared }
    }

    /// The first flow that needs a port listens there; the others wait until it does.
    fn listen(&mut self, port: u32, steps: &mut Vec<Step>) {
        // No signal of a file has such a name.
        let listening = || format!("for port {port}").into();
        match (self.said.contains(port), self.taken.insert(port), self.shared.contains(port)) {
            (true, ..) => {}
            (_, true, false) => steps.push(Action::Listen(port).into()),
            (_, true, true) => steps.extend([Action::Listen(port), Action::Signal(listening())].map(Step::from)),
            (_, false, _) => steps.push(Action::Wait(listening()).into()),
        }
    }
}

/// What a task does before the steps that the scenario has for it.
#[derive(Clone, Debug, Default)]
pub(super) enum FirstSteps {
    #[default]
    Nothing,
    /// It opens its end.
    Opening(Vec<Step>),
    /// It waits until another one has: a step for all that do.
    Waiting(Arc<Step>),
}

impl FirstSteps {
    pub(super) fn steps(&self) -> &[Step] {
        match self {
            FirstSteps::Nothing => &[],
            FirstSteps::Opening(steps) => steps,
            FirstSteps::Waiting(step) => slice::from_ref(step),
        }
    }
}

/// What the first of an end's tasks does before its own steps, if the end begins with these, and what each of the others does then.
pub(super) fn share(mut opening: Vec<Step>, tasks: usize, at: Place) -> (FirstSteps, FirstSteps) {
    if opening.is_empty() {
        return Default::default();
    }
    let mut others = FirstSteps::Nothing;
    if tasks > 1 {
        let opened: Box<str> = format!("for the {}'s end of flow {}", at.end, at.flow).into();
        opening.push(Action::Signal(opened.clone()).into());
        others = FirstSteps::Waiting(Arc::new(Action::Wait(opened).into()));
    }
    (FirstSteps::Opening(opening), others)
}

#[cfg(test)]
mod tests {
    use super::super::program::{Program, Task};
    use super::*;

    /// The tasks of each end of each flow, as they are run.
    fn opened(text: &str) -> Vec<String> {
        let scenario = Scenario::parse("t.toml", text).unwrap_or_else(|error| panic!("{}", error.render(false)));
        let program = Program::new(&scenario, true);
        let lists = |flow: usize, end: End| {
            let tasks = (0..program.scripts.len()).filter_map(|number| program.task(number));
            let tasks = tasks.filter(|task| (task.at.flow as usize, task.at.end) == (flow, end));
            let line = |task: &Task<'_>| task.steps().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            tasks.map(line).collect::<Vec<_>>().join(" | ")
        };
        (0..scenario.flows.len()).map(|flow| format!("{} / {}", lists(flow, End::Client), lists(flow, End::Server))).collect()
    }

    #[test]
    fn what_nobody_says_is_done_first() {
        let cases = [
            ("client.steps = ['close']", "connect, close / listen 80, accept"),
            ("server.steps = ['close']", "connect / listen 80, accept, close"),
            ("client.steps = ['close']\nserver.steps = ['read']", "connect, close / listen 80, accept, read"),
            ("client.steps = ['sleep 1s', 'connect']", "sleep 1s, connect / "),
            ("client.steps = ['connect']\nserver.steps = ['read']", "connect / listen 80, accept, read"),
            ("client.steps = ['close']\nserver.steps = ['listen 80', 'accept']", "connect, close / listen 80, accept"),
            ("client.steps = ['close']\nserver.steps = ['listen 80']", "connect, close / listen 80"),
            ("server.steps = ['listen 80', 'accept']", " / listen 80, accept"),
            ("client.steps = ['close']\nserver.steps = ['accept']", "connect, close / listen 80, accept"),
            (
                "client.steps = ['close']\nserver.steps = ['accept 81', 'accept']",
                "connect, close / listen 80, listen 81, accept 81, accept",
            ),
            ("client.steps = ['connect 81']\nserver.steps = ['read']", "connect 81 / listen 80, accept, read"),
        ];
        for (text, expected) in cases {
            assert_eq!(opened(text), [expected], "{text}");
        }
    }

    #[test]
    fn other_tasks_of_an_end_wait_until_it_is_open() {
        let text = "client.tasks = [['write 1'], ['read'], ['close']]\nserver.tasks = [['accept', 'read'], ['close']]";
        let client = "connect, signal for the client's end of flow 0, write 1 | wait for the client's end of flow 0, read | \
                      wait for the client's end of flow 0, close";
        let server = "listen 80, signal for the server's end of flow 0, accept, read | wait for the server's end of flow 0, close";
        assert_eq!(opened(text), [format!("{client} / {server}")]);
    }

    #[test]
    fn of_flows_to_one_port_the_first_listens() {
        let flow = |to: &str| format!("[[flow]]\nto = 'server:{to}'\nclient.steps = ['close']\n");
        let expected = [
            "connect, close / listen 80, signal for port 80, accept",
            "connect, close / listen 81, accept",
            "connect, close / wait for port 80, accept",
        ];
        assert_eq!(opened(&(flow("80") + &flow("81") + &flow("80"))), expected);
        let said = flow("80") + "[[flow]]\nserver.steps = ['listen 80', 'accept']\nclient.steps = ['close']";
        assert_eq!(opened(&said), ["connect, close / accept", "connect, close / listen 80, accept"]);
    }
}
