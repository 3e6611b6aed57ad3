//! Holds the scenarios that come with the library, as streams of others can run them.

use std::sync::OnceLock;

use include_dir::{Dir, include_dir};

use crate::scenario::Scenario;

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// All of them, by theme and name. What their ends promise, what they expect and what they must exercise is left out: it is said of
/// the simulator's own flows.
pub(super) fn scenarios() -> &'static [Scenario] {
    static SCENARIOS: OnceLock<Vec<Scenario>> = OnceLock::new();
    SCENARIOS.get_or_init(|| FOLDER.dirs().flat_map(Dir::files).filter_map(|file| read(file.path().to_str()?, file.contents())).collect())
}

fn read(name: &str, text: &[u8]) -> Option<Scenario> {
    let mut scenario = Scenario::parse(&format!("scenarios/{name}"), text).ok()?;
    (scenario.contract, scenario.target) = (None, None);
    scenario.guards.clear();
    scenario.tcp.client.quirk = None;
    scenario.tcp.server.quirk = None;
    let tasks = scenario.flows.iter_mut().flat_map(|flow| [&mut flow.tasks.client, &mut flow.tasks.server]);
    tasks.flatten().flatten().for_each(|step| step.expect = None);
    Some(scenario)
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
