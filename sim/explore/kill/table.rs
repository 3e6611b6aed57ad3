//! Draws the table of kills: a row for each mutant, then what the rules are worth.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Autopsy, RuleWorth};
use crate::report::words;
use crate::rules::Rule;
use crate::target::{WAITING, WaitingMutant};

/// The table, for mutants that were run on scenarios from these files.
#[derive(Clone, Copy, Debug)]
pub struct KillTable<'a> {
    /// The names of the files, in the order of the scenarios.
    pub files: &'a [String],
}

impl KillTable<'_> {
    /// What stands above the rows.
    pub fn head() -> String {
        line(["#", "mutant", "killed by", "in", "in case", "first in other runs"])
    }

    /// A row.
    pub fn row(&self, autopsy: &Autopsy) -> String {
        let killer = match (autopsy.killer(), autopsy.wanted()) {
            (None, _) => "survives".to_owned(),
            (Some(killer), Some(wanted)) if killer != wanted => format!("{killer}, not {wanted}"),
            (Some(killer), _) => killer.to_string(),
        };
        let others: Vec<String> = autopsy.others().iter().map(|(rule, runs)| format!("{rule} {runs}")).collect();
        let number = autopsy.mutant.defect.map_or(0, |defect| defect.number());
        let place = words::plain(self.scenario(autopsy).unwrap_or("·"));
        let case = autopsy.shown(&autopsy.random).map_or_else(|| "·".to_owned(), |case| case.to_string());
        line([&number.to_string(), autopsy.mutant.name, &killer, &place, &case, &others.join(", ")])
    }

    /// The same as an object.
    pub fn object(&self, autopsy: &Autopsy) -> String {
        let others: serde_json::Map<_, _> = autopsy.others().iter().map(|(rule, runs)| (rule.to_string(), json!(runs))).collect();
        let Some(defect) = autopsy.mutant.defect else { return String::new() };
        let object = json!({
            "mutant": autopsy.mutant.name,
            "number": defect.number(),
            "of": autopsy.mutant.right(),
            "about": defect.about(),
            "wanted": defect.rule(),
            "killed_by": autopsy.killer().map(Rule::name),
            "in": self.scenario(autopsy),
            "in_case": autopsy.shown(&autopsy.random),
            "first_in_other_runs": others,
            "scenarios": { "runs": autopsy.scenarios.runs, "killed": autopsy.scenarios.killed },
            "random": { "runs": autopsy.random.runs, "killed": autopsy.random.killed },
        });
        object.to_string() + "\n"
    }

    /// The file of the scenario that a mutant died on.
    fn scenario(&self, autopsy: &Autopsy) -> Option<&str> {
        let run = autopsy.shown(&autopsy.scenarios)?;
        self.files.get(run as usize).map(String::as_str)
    }
}

/// A row of the table.
fn line([number, name, killer, place, case, others]: [&str; 6]) -> String {
    let line = format!("{number:>3}  {name:<30} {killer:<34} {place:<66} {case:<7}  {others}");
    line.trim_end().to_owned() + "\n"
}

/// How many mutants were killed, and how.
pub fn killed(autopsies: &[Autopsy]) -> String {
    let count = |is_so: fn(&Autopsy) -> bool| autopsies.iter().filter(|autopsy| is_so(autopsy)).count();
    let (killed, named) = (count(|autopsy| autopsy.killer().is_some()), count(Autopsy::is_named));
    format!("{killed} of {} killed, {named} by the rule that is listed\n", words::count(autopsies.len() as u64, "mutant"))
}

/// The rows of the catalogue that no mutant stands for yet, by what they wait for.
pub fn waiting() -> String {
    let mut causes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in WAITING {
        causes.entry(row.waits_for).or_default().push(row.number.to_string());
    }
    causes.iter().map(|(cause, rows)| format!("no mutant yet: {}, for want of {cause}\n", rows.join(", "))).collect()
}

impl RuleWorth {
    /// In words.
    pub fn text(&self) -> String {
        let list = |rules: &mut dyn Iterator<Item = &Rule>| rules.map(|rule| rule.name()).collect::<Vec<_>>().join(", ");
        let mut text = format!("kill none: {}\n", list(&mut self.idle.iter()));
        for (rule, with) in &self.never_alone {
            text += &format!("never alone: {rule}, with {}\n", list(&mut with.iter()));
        }
        text
    }

    /// As an object.
    pub fn object(&self, autopsies: &[Autopsy]) -> String {
        let names = |rules: &mut dyn Iterator<Item = &Rule>| rules.map(|rule| rule.name()).collect::<Vec<_>>();
        let never_alone: serde_json::Map<_, _> =
            self.never_alone.iter().map(|(rule, with)| (rule.to_string(), json!(names(&mut with.iter())))).collect();
        let waiting = |row: &WaitingMutant| json!({ "number": row.number, "rule": row.rule, "about": row.about, "for": row.waits_for });
        let object = json!({
            "mutants": autopsies.len(),
            "killed": autopsies.iter().filter(|autopsy| autopsy.killer().is_some()).count(),
            "named": autopsies.iter().filter(|autopsy| autopsy.is_named()).count(),
            "kill_none": names(&mut self.idle.iter()),
            "never_alone": never_alone,
            "waiting": WAITING.iter().map(waiting).collect::<Vec<_>>(),
        });
        object.to_string() + "\n"
    }
}
