//! Measures what an idle pair of connections holds: the growth of a process's memory, by the pair. Every row has a process of its own.

use std::hint::black_box;
use std::process::{Command, Stdio};

use crate::CHILD;
use crate::rows::idle_pairs;

/// The rows, and whether an oracle judges what happens.
const ROWS: [(&str, bool); 2] = [("memory-idle-pair", false), ("memory-idle-pair+oracle", true)];

/// How many pairs there are before and after the growth that is looked at.
const FEW: u64 = 1_000;
const MANY: u64 = 31_000;

/// Prints the rows whose name contains this.
pub fn print(wanted: &str) {
    for (name, _) in ROWS.iter().filter(|(name, _)| name.contains(wanted)) {
        let bytes = (held(name, MANY) - held(name, FEW)) / (MANY - FEW) as f64;
        println!("{name:<34} {bytes:>12.0} {:>14}   bytes a pair", "");
    }
}

/// What a process with that many pairs holds, in bytes.
fn held(name: &str, pairs: u64) -> f64 {
    let program = std::env::current_exe().expect("it runs");
    let output = Command::new(program).env(CHILD, format!("{name} {pairs}")).stderr(Stdio::inherit()).output().expect("it runs again");
    let kilobytes: u32 = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(0);
    f64::from(kilobytes) * 1024.0
}

/// The work of a child process, if it is that of such a row: prints what it holds, in kilobytes.
pub fn child(name: &str, pairs: u64) -> bool {
    let Some((_, judged)) = ROWS.iter().find(|(row, _)| *row == name) else { return false };
    let run = idle_pairs(pairs, *judged);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    println!("{}", resident.and_then(|text| text.split_whitespace().next()).unwrap_or("0"));
    black_box(run);
    true
}
