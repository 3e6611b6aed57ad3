//! What the road costs: CPU time, the least of several rounds, beside instructions counted by callgrind (which do not depend
//! on what else the machine does), and what an idle pair of connections holds. `cargo bench` prints the table; `cargo bench -- NAME` only rows whose name contains NAME.
//!
//! Instructions are the difference between two runs of this program under valgrind that differ only in how often the row is
//! repeated; without valgrind that column stays empty.

#[path = "memory.rs"]
mod memory;
#[path = "random.rs"]
mod random;
#[path = "rows.rs"]
mod rows;
#[path = "shell.rs"]
mod shell;

use std::process::{Command, Stdio};

use rows::{ROWS, Row};

/// Rounds of which the fastest counts.
const ROUNDS: usize = 7;

/// What a child process that is watched by callgrind has to do: `ROW REPEATS`.
const CHILD: &str = "FLOWSIM_BENCH_CHILD";

fn main() {
    if let Ok(task) = std::env::var(CHILD) {
        return child(&task);
    }
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    println!("{:<34} {:>12} {:>14}   unit", "row", "ns", "instructions");
    for row in ROWS.iter().filter(|row| row.name.contains(&wanted)) {
        let instructions = instructions(row).map_or_else(String::new, |count| format!("{count:.0}"));
        println!("{:<34} {:>12.1} {:>14}   {}", row.name, cpu_time(row), instructions, row.unit);
        if let Some(spread) = random::spread(row.name) {
            println!("{:<34} {spread}", "");
        }
    }
    memory::print(&wanted);
}

/// Nanoseconds of CPU time per unit.
fn cpu_time(row: &Row) -> f64 {
    let mut work = (row.prepare)();
    let round = |work: &mut dyn FnMut() -> u64| {
        let before = on_cpu();
        let units: u64 = (0..row.repeats).map(|_| work()).sum();
        (on_cpu() - before) as f64 / units as f64
    };
    (0..ROUNDS).map(|_| round(&mut work)).fold(f64::INFINITY, f64::min)
}

/// Nanoseconds that this thread has been on a processor.
fn on_cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
}

fn child(task: &str) {
    let Some((name, repeats)) = task.split_once(' ') else { return };
    if memory::child(name, repeats.parse().unwrap_or(0)) {
        return;
    }
    let Some(row) = ROWS.iter().find(|row| row.name == name) else { return };
    let mut work = (row.prepare)();
    for _ in 0..repeats.parse().unwrap_or(0) {
        std::hint::black_box(work());
    }
}

/// Instructions per unit, if valgrind is there to count them.
fn instructions(row: &Row) -> Option<f64> {
    let (few, many) = Some((row.counted, row.counted * 3)).filter(|(few, _)| *few > 0)?;
    let units = (row.prepare)()();
    let counted = count(row, many)?.checked_sub(count(row, few)?)?;
    Some(counted as f64 / ((many - few) * units) as f64)
}

fn count(row: &Row, repeats: u64) -> Option<u64> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .env(CHILD, format!("{} {repeats}", row.name))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("Collected"))?;
    line.rsplit(' ').next()?.parse().ok()
}
