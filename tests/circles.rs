//! No files of a folder use each other in a circle: a reader who follows what a file uses comes to an end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The folders that are held to it.
const FOLDERS: &[&str] = &["oracle", "report", "rules", "scenario"];

/// A file as a path of modules, such as `oracle::rooms::delivery`.
type Module = Vec<String>;

/// The files of a folder with their code, comments and tests left out.
struct Sources(BTreeMap<Module, String>);

impl Sources {
    fn of(folder: &str) -> Self {
        let mut sources = Sources(BTreeMap::new());
        sources.read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sim").join(folder), &vec![folder.to_owned()]);
        sources
    }

    fn read(&mut self, folder: &Path, module: &Module) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let inner: Module = module.iter().cloned().chain([stem.clone()]).collect();
            match path.extension().is_some_and(|extension| extension == "rs") {
                _ if stem == "tests" => {}
                true if stem == "mod" => self.add(module.clone(), &path),
                true => self.add(inner, &path),
                false if path.is_dir() => self.read(&path, &inner),
                false => {}
            }
        }
    }

    fn add(&mut self, module: Module, path: &Path) {
        let text = fs::read_to_string(path).expect("a source");
        let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        self.0.insert(module, code.join("\n"));
    }

    /// The paths that a file names in full: in its uses, and in between.
    fn paths(&self, module: &Module) -> Vec<Module> {
        // What a file only passes on it does not use.
        let passes_on = |statement: &str| statement.lines().any(|line| line.starts_with("pub") && line.contains("use "));
        let code: String = self.0[module].split_inclusive(';').filter(|statement| !passes_on(statement)).collect();
        let named = uses(&code).into_iter().chain(inline(&code));
        named.filter_map(|path| self.absolute(module, &path)).collect()
    }

    fn absolute(&self, module: &Module, path: &[String]) -> Option<Module> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let from = |base: &[String], rest: &[String]| base.iter().chain(rest).cloned().collect::<Module>();
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some(from(module, &path[1..])),
            "super" => Some(from(&module[..module.len().checked_sub(supers)?], &path[supers..])),
            _ => Some(from(module, path)).filter(|full| self.0.contains_key(&full[..=module.len()])),
        }
    }

    /// The file in which the thing of that path stands: a file that only passes it on is looked through.
    fn home(&self, path: &Module) -> Option<Module> {
        let file = (1..=path.len()).rev().map(|len| path[..len].to_vec()).find(|module| self.0.contains_key(module))?;
        let Some(name) = path.get(file.len()) else { return Some(file) };
        let passed = uses(&self.0[&file]).into_iter().filter(|used| used.last() == Some(name));
        let mut homes = passed.filter_map(|used| self.absolute(&file, &used)).filter(|full| full != path);
        match homes.next() {
            Some(full) => self.home(&full).or(Some(file)),
            None => Some(file),
        }
    }

    /// What each file uses of the others.
    fn graph(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let used = |module: &Module| {
            let homes = self.paths(module).into_iter().filter_map(|path| self.home(&path));
            homes.filter(|home| home != module).collect()
        };
        self.0.keys().map(|module| (module.clone(), used(module))).collect()
    }
}

/// Every path that a `use` brings in, those in braces one by one.
fn uses(code: &str) -> Vec<Module> {
    let statements = code.split(';').filter_map(|statement| {
        let at = statement.rfind("use ").filter(|&at| {
            statement[..at].lines().last().is_none_or(|before| before.trim().starts_with("pub") || before.trim().is_empty())
        })?;
        Some(&statement[at + 4..])
    });
    statements.flat_map(|tree| flat("", tree)).map(|path| path.split("::").map(|part| part.trim().to_owned()).collect()).collect()
}

fn flat(before: &str, tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((head, body)) = tree.split_once('{') else {
        let path = before.to_owned() + tree.split(" as ").next().unwrap_or_default().trim();
        return vec![path.trim_end_matches("::self").to_owned()];
    };
    let body = body.trim_end().trim_end_matches('}');
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for letter in body.chars() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        match letter {
            ',' if depth == 0 => parts.push(String::new()),
            letter => parts.last_mut().expect("a part").push(letter),
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| flat(&(before.to_owned() + head.trim()), part)).collect()
}

/// Paths that stand in the code itself: `super::x::y`, `crate::a::b`.
fn inline(code: &str) -> Vec<Module> {
    let apart: String = code.split_inclusive(';').filter(|statement| uses(statement).is_empty()).collect();
    let words = apart.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'));
    // A visibility such as `pub(in crate::oracle)` names a module and uses nothing of it.
    let paths = words.filter(|word| {
        word.starts_with("super::") && !word.ends_with("super") || word.starts_with("crate::") && word.matches("::").count() > 1
    });
    paths.map(|path| path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect()).collect()
}

/// The files that are on a way from themselves to themselves.
fn in_circles(graph: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let returns = |start: &Module| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![start]);
        while let Some(module) = todo.pop() {
            todo.extend(graph[module].iter().filter(|next| seen.insert(*next)));
        }
        seen.contains(start)
    };
    graph.keys().filter(|module| returns(module)).map(|module| module.join("::")).collect()
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    for folder in FOLDERS {
        let found = in_circles(&Sources::of(folder).graph());
        assert!(found.is_empty(), "these files of `{folder}` use each other in circles: {}", found.join(", "));
    }
}

#[test]
fn the_reader_of_uses_sees_all_of_them() {
    let code = "use super::{a::X, b::{self, Y as Z}};\npub(super) use c::W;\nfn f() { super::d::g(); crate::e::h() }";
    let spelled = |paths: Vec<Module>| paths.iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(spelled(uses(code)), ["super::a::X", "super::b", "super::b::Y", "c::W"]);
    assert_eq!(spelled(inline("f() { super::d::g(); crate::e::h() }")), ["super::d::g", "crate::e::h"]);
    let circle = |of: &[(&str, &[&str])]| {
        let module = |name: &str| vec![name.to_owned()];
        in_circles(&of.iter().map(|(from, to)| (module(from), to.iter().map(|name| module(name)).collect())).collect())
    };
    assert_eq!(circle(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]), ["b", "c"]);
    assert!(circle(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])]).is_empty());
}
