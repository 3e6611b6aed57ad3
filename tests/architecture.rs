//! The house as it was drawn: which module uses which, what stands at the top, what no source may name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every module of `sim/` and the modules that it uses. It may also use what these use, since their types show.
const MODULES: &[(&str, &[&str])] = &[
    ("choice", &[]),
    ("time", &[]),
    ("contract", &[]),
    ("wire", &["contract"]),
    ("trace", &["contract", "time", "wire"]),
    ("rules", &["contract", "trace"]),
    ("table", &[]),
    ("tcp", &["contract", "time", "wire", "table"]),
    ("link", &["choice", "time"]),
    ("exec", &[]),
    ("oracle", &["contract", "rules", "trace", "wire"]),
    ("flow", &["contract", "trace", "exec"]),
    ("world", &["choice", "time", "contract", "trace", "wire", "tcp", "link", "exec", "flow", "table"]),
    ("report", &["contract", "rules", "trace", "wire", "oracle"]),
    ("target", &["world", "flow", "tcp"]),
    ("scenario", &["target", "world", "oracle", "rules", "trace", "choice", "report"]),
    ("explore", &["scenario", "target", "world", "oracle", "rules", "link", "trace", "contract", "choice"]),
    ("check", &["explore", "scenario", "world", "flow", "oracle", "rules", "trace", "contract"]),
    ("cli", &["explore", "scenario", "target", "report", "oracle", "rules", "trace", "contract"]),
];

/// What stands at the top, beside dot-files and what cargo builds.
const TOP: &[&str] = &["Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "scenarios", "sim", "snapshots", "tests"];

/// What a run's result must not depend on, and the places that may name it all the same.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("std::time::Instant", &["sim/cli/clock.rs"]),
    ("SystemTime", &[]),
    ("HashMap", &[]),
    ("HashSet", &[]),
    ("thread_rng", &[]),
    ("OsRng", &[]),
    ("getrandom", &[]),
    ("thread_local!", &[]),
    ("static mut", &[]),
    ("select!", &["select_biased!"]),
    ("set_stream", &["sim/choice"]),
    ("std::env", &["sim/check/environment.rs"]),
    ("TcpStream", &[]),
    ("TcpListener", &[]),
    ("UdpSocket", &[]),
    ("UnixStream", &[]),
    ("std::fs", &["sim/check/environment.rs", "sim/cli/", "sim/scenario/file.rs"]),
    ("std::process", &["sim/cli/", "sim/main.rs"]),
    ("unsafe {", &[]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder, as paths from the top.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The name of a source, from the top.
fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("below the top").to_string_lossy().replace('\\', "/")
}

/// The code of a source: without comments, and without its tests.
fn code(path: &Path) -> String {
    if path.file_stem().is_some_and(|stem| stem == "tests") {
        return String::new();
    }
    let text = fs::read_to_string(path).expect("a source");
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The module that a source belongs to; none for the door and the binary.
fn module(path: &Path) -> Option<String> {
    let name = name(path);
    let inner = name.strip_prefix("sim/")?;
    let first = inner.split('/').next()?.trim_end_matches(".rs").to_owned();
    (!matches!(first.as_str(), "lib" | "main")).then_some(first)
}

/// Every `crate::name` in some code, also those of `crate::{a, b}`.
fn uses(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, path) in code.match_indices("crate::") {
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{') {
            Some(list) => found.extend(heads(list)),
            None => found.extend([ident(rest)]),
        }
    }
    found.remove("");
    found
}

fn ident(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// The first names in a list of uses, up to its closing brace.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut heads, mut fresh) = (0, Vec::new(), true);
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            letter if fresh && depth == 0 && !letter.is_whitespace() => {
                heads.push(ident(&list[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    heads
}

/// What a module may use: what it lists, and what these may use.
fn allowed(module: &str) -> BTreeSet<&'static str> {
    let listed = MODULES.iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, uses)| uses);
    listed.iter().flat_map(|used| allowed(used).into_iter().chain([*used])).collect()
}

#[test]
fn modules_use_what_the_table_says() {
    let mut used = BTreeMap::<String, BTreeMap<String, String>>::new();
    for path in sources(&root().join("sim")) {
        let Some(module) = module(&path) else { continue };
        let found = uses(&code(&path)).into_iter().filter(|other| *other != module).map(|other| (other, name(&path)));
        used.entry(module.clone()).or_default().extend(found);
    }
    for (module, others) in &used {
        let allowed = allowed(module);
        for (other, file) in others {
            assert!(allowed.contains(other.as_str()), "{file} uses `{other}`, which `{module}` must not know");
        }
        let listed = MODULES.iter().find(|(name, _)| name == module).map_or(&[][..], |(_, uses)| uses);
        for other in listed {
            assert!(others.contains_key(*other), "`{module}` does not use `{other}`: take it off the table");
        }
    }
    let known: BTreeSet<&str> = MODULES.iter().map(|(name, _)| *name).collect();
    assert_eq!(used.keys().map(String::as_str).collect::<BTreeSet<_>>(), known, "the table has every module");
}

#[test]
fn the_table_has_no_circles() {
    for (at, (module, uses)) in MODULES.iter().enumerate() {
        for used in *uses {
            assert!(MODULES[..at].iter().any(|(name, _)| name == used), "`{module}` uses `{used}`, which stands below it");
        }
    }
}

#[test]
fn the_top_holds_what_it_should() {
    let entries = fs::read_dir(root()).expect("the top").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let seen: BTreeSet<String> = entries.filter(|name| !name.starts_with('.') && name != "target").collect();
    assert_eq!(seen, TOP.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn no_source_names_what_makes_runs_differ() {
    for path in sources(&root().join("sim")) {
        let (name, code) = (name(&path), code(&path));
        for (word, apart) in FORBIDDEN {
            let code = apart.iter().fold(code.clone(), |code, harmless| code.replace(harmless, ""));
            let excused = apart.iter().any(|place| name.starts_with(place));
            assert!(excused || !code.contains(word), "{name} names `{word}`");
        }
    }
}

#[test]
fn every_source_says_what_it_is() {
    for path in sources(&root().join("sim")) {
        let text = fs::read_to_string(&path).expect("a source");
        let is_tests = path.file_stem().is_some_and(|stem| stem == "tests");
        assert!(is_tests || text.starts_with("//! "), "{} begins with a sentence about itself", name(&path));
    }
}

#[test]
fn the_reader_of_uses_sees_all_of_them() {
    let code = "use crate::{a::X, b::{self, Y}, c};\nuse crate::d::Z;\nfn f(_: crate::e::W) {}";
    assert_eq!(uses(code).into_iter().collect::<Vec<_>>(), ["a", "b", "c", "d", "e"]);
}
