//! Recordings of real implementations are read; malformed ones are refused where they are wrong.

use std::path::{Path, PathBuf};

use flowsim::trace::Trace;

fn samples(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces").join(folder);
    let entries = std::fs::read_dir(root).expect("the samples are part of the repository");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    paths
}

#[test]
fn every_sample_is_read_and_survives_being_written() {
    for path in samples("") {
        let text = std::fs::read(&path).expect("readable");
        let trace = Trace::read_named(path.display().to_string(), &text[..]).expect("well formed");
        let mut written = Vec::new();
        let digest = trace.write(&mut written).expect("memory takes all");
        assert_eq!(digest, trace.digest());
        assert_eq!(Trace::read(&written[..]).as_ref(), Ok(&trace), "{}", path.display());
    }
}

#[test]
fn malformed_samples_are_refused_where_they_are_wrong() {
    for path in samples("bad") {
        let text = std::fs::read(&path).expect("readable");
        let expected: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path.with_extension("expect")).expect("beside it")).expect("JSON");
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let read = Trace::read_named(name, &text[..]);
        match (expected["exit"].as_u64(), read) {
            (Some(2), Err(diagnostic)) => {
                println!("{}", diagnostic.render(false));
                let contains = expected["contains"].as_str().expect("text");
                assert!(diagnostic.to_string().contains(contains), "{diagnostic}");
            }
            (Some(4), Ok(trace)) => assert!(trace.cut),
            (Some(0), Ok(trace)) => assert!(!trace.cut),
            (exit, read) => panic!("{}: exit {exit:?}, but {read:?}", path.display()),
        }
    }
}
