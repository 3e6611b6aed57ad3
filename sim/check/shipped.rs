//! Holds the scenarios that come with the library, as streams of others can run them.

use std::sync::OnceLock;
use std::time::Duration;

use include_dir::{Dir, include_dir};

use crate::contract::{Both, End, Mode};
use crate::scenario::{Action, FlowSteps, Scenario, Step};

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// All of them, by theme and name. What their ends promise, what they expect and what they must exercise is left out: it is said of
/// the simulator's own flows.
pub(super) fn scenarios() -> &'static [Scenario] {
    static SCENARIOS: OnceLock<Vec<Scenario>> = OnceLock::new();
    SCENARIOS.get_or_init(|| FOLDER.dirs().flat_map(Dir::files).filter_map(|file| read(file.path().to_str()?, file.contents())).collect())
}

/// A small exchange of a kind that every stream has: data both ways, half-close, an answer, close.
pub(super) fn exchange() -> Scenario {
    let request = [Action::Write(100), Action::Shutdown(Mode::Write), Action::ReadToEof, Action::Close];
    let answer = [Action::ReadExact(50), Action::Write(100), Action::ReadToEof, Action::Write(50), Action::Close];
    let steps = |actions: &[Action]| vec![actions.iter().cloned().map(Step::from).collect()];
    let tasks = Both { client: steps(&request), server: steps(&answer) };
    let mut scenario = Scenario { title: "An exchange".to_owned(), ..Scenario::default() };
    scenario.flows.push(FlowSteps { tasks, ..FlowSteps::default() });
    End::BOTH.into_iter().for_each(|end| scenario.link[end].delay = Duration::from_millis(10));
    scenario
}

fn read(name: &str, text: &[u8]) -> Option<Scenario> {
    Scenario::parse(&format!("scenarios/{name}"), text).ok().map(Scenario::without_expectations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_file_is_a_scenario() {
        let files = FOLDER.dirs().flat_map(Dir::files).count();
        assert!(files > 250 && scenarios().len() == files);
        assert!(scenarios().is_sorted_by_key(|scenario| scenario.source.name.clone()));
    }
}
