//! Says at the end what was searched, what was not, and what follows from it.

use super::super::args::{Format, FuzzArgs};
use super::super::exit::Exit;
use super::super::output::Output;
use super::Space;
use crate::explore::{Campaign, FaultClass, Searched, Stratum};
use crate::report::{Never, exercised, words};

/// A search that is over.
pub(super) struct Summary<'a> {
    pub campaign: &'a Campaign<'a>,
    pub space: &'a Space,
    pub args: &'a FuzzArgs,
}

impl Summary<'_> {
    /// Prints it, and gives back how the command ends.
    pub(super) fn tell(&self, output: &mut Output) -> Exit {
        output.print(&match self.args.format {
            Format::Text => self.text(),
            Format::Json => self.object(),
        });
        if let Some(index) = self.campaign.unsteady() {
            output.complain(&format!("error: case {index} failed, and when it was run again it did not\n"));
        }
        self.exit()
    }

    fn searched(&self) -> &Searched {
        self.campaign.searched()
    }

    fn exit(&self) -> Exit {
        let searched = self.searched();
        match () {
            () if searched.refused * 2 > searched.cases => Exit::Bad,
            () if self.campaign.unsteady().is_some() => Exit::Differs,
            () if !self.campaign.failures().is_empty() => Exit::Broken,
            () if searched.inconclusive > 0 => Exit::Inconclusive,
            () => Exit::Held,
        }
    }

    fn text(&self) -> String {
        let searched = self.searched();
        let never = exercised::text(&searched.contracts, &searched.exercised, &searched.not_judged, Never::Listed);
        let head = format!(
            "{} of seed {} on {}: {}\n",
            words::count(searched.cases, "case"),
            self.args.seed,
            self.space.target.name,
            self.failed()
        );
        head + &self.doubts()
            + "\n"
            + &words::indented(&strata(searched), "  ")
            + "\n"
            + &never
            + "\n"
            + &words::paragraph("  ", &self.follows(), words::WIDTH)
    }

    /// `no failure`, or how many cases show which.
    fn failed(&self) -> String {
        let counts: Vec<String> = self.campaign.counts().iter().map(|(finding, count)| format!("{count} {finding}")).collect();
        if counts.is_empty() { "no failure".to_owned() } else { format!("failures: {}", counts.join(", ")) }
    }

    /// Cases that show nothing.
    fn doubts(&self) -> String {
        let searched = self.searched();
        let refusal = searched.refusal.as_ref().map(|why| format!(", the first since {}", why.message)).unwrap_or_default();
        let notes = [
            (searched.inconclusive, "reached a limit and shows nothing (exit code 4)", String::new()),
            (searched.refused, "could not be run", refusal),
            (searched.blamed, "had a caller that did what it must not", String::new()),
        ];
        let notes = notes.into_iter().filter(|(count, ..)| *count > 0).map(|(count, what, why)| format!("{count} of them {what}{why}"));
        words::notes(&notes.collect::<Vec<_>>())
    }

    /// What may be concluded.
    fn follows(&self) -> String {
        let searched = self.searched();
        let told = searched.cases - searched.inconclusive - searched.refused;
        match (self.campaign.counts().is_empty(), self.args.keep_going) {
            (false, false) => "It ended at the first failure; `--keep-going` goes on.".to_owned(),
            (false, true) => "A failure of which there are many may hide others; mend it, and search again.".to_owned(),
            (true, _) => format!(
                "No failure in {told} independent cases: with 95 % confidence less than one in {} of such cases fails (3/N; of a kind of cases \
                 above, with its own N). Such cases are those that this version draws for this target; of others it says nothing.",
                (told / 3).max(1)
            ),
        }
    }

    fn object(&self) -> String {
        let searched = self.searched();
        let counts = self.campaign.counts().iter().map(|(finding, count)| (finding.to_string(), serde_json::json!(count)));
        let strata = searched.strata.iter().map(
            |(stratum, cases)| serde_json::json!({"contract": stratum.contract, "faults": stratum.faults.to_string(), "cases": cases}),
        );
        let exercised = searched.exercised.iter().map(|(rule, count)| (rule.name().to_owned(), serde_json::json!(count)));
        let object = serde_json::json!({
            "searched": searched.cases,
            "seed": self.args.seed,
            "target": self.space.target.name,
            "failing": serde_json::Map::from_iter(counts),
            "inconclusive": searched.inconclusive,
            "refused": searched.refused,
            "client_faults": searched.blamed,
            "strata": strata.collect::<Vec<_>>(),
            "exercised": serde_json::Map::from_iter(exercised),
        });
        format!("{object}\n")
    }
}

/// How many cases there were of each kind.
fn strata(searched: &Searched) -> String {
    let columns = FaultClass::ALL.map(|faults| faults.to_string());
    let mut contracts: Vec<&'static str> = searched.strata.keys().map(|stratum| stratum.contract).collect();
    contracts.dedup();
    let cell = |contract: &'static str, faults| searched.strata.get(&Stratum { contract, faults }).map_or("–".to_owned(), u64::to_string);
    let row = |contract: &'static str| (contract.to_owned(), FaultClass::ALL.map(|faults| cell(contract, faults)).to_vec());
    let rows: Vec<_> = contracts.into_iter().map(row).collect();
    words::table(&columns.each_ref().map(String::as_str), &rows)
}
