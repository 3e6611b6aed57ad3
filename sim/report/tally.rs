//! Sums up many runs: how many ended how, and what all of them put to the test.

use crate::contract::Contract;
use crate::oracle::{self, Exercised, NotJudged, Verdict};
use crate::trace::Header;

use super::exercised::{self, Never};
use super::words;

/// The words of a verdict, in the order in which a summary counts them.
const WORDS: [&str; 5] = ["held", "violated", "inconclusive", "skipped", "error"];

/// The sum of many judged files.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: [u64; WORDS.len()],
    exercised: Exercised,
    contracts: Vec<Contract>,
    /// What was not judged in some of them.
    not_judged: Vec<NotJudged>,
}

impl Tally {
    /// Counts a file by the word of its verdict: that of a judged run, or of what surrounds it.
    pub fn count(&mut self, word: &str) {
        if let Some(at) = WORDS.iter().position(|known| *known == word) {
            self.counts[at] += 1;
        }
    }

    /// Adds what a run put to the test.
    pub fn add(&mut self, header: &Header, verdict: &Verdict) {
        self.exercised.add(&verdict.exercised);
        for lacking in oracle::not_judged(header, &verdict.exercised) {
            if !self.not_judged.contains(&lacking) {
                self.not_judged.push(lacking);
            }
        }
        for contract in [header.contract.client, header.contract.server] {
            if !self.contracts.contains(&contract) {
                self.contracts.push(contract);
            }
        }
    }

    /// How many files were counted.
    pub fn files(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many files had that verdict.
    pub fn of(&self, word: &str) -> u64 {
        WORDS.iter().zip(self.counts).filter(|(known, _)| **known == word).map(|(_, count)| count).sum()
    }

    /// `26 scenarios: 25 held, 1 violated`, then the rules that all of them exercised.
    pub fn text(&self, noun: &str, never: Never) -> String {
        let counts = WORDS.iter().zip(self.counts).filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts.map(|(word, count)| format!("{count} {word}")).collect();
        let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
        format!("{}{counts}\n", words::count(self.files(), noun)) + &self.exercised(never)
    }

    /// What all of them put to the test, and what none did.
    pub fn exercised(&self, never: Never) -> String {
        exercised::text(&self.contracts, &self.exercised, &self.not_judged, never)
    }
}
