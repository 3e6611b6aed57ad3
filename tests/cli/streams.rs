//! What comes in and where it goes: paths, standard input, pipes, colours, arguments.

use super::*;

#[test]
fn whatever_can_not_be_read_is_named() {
    let binary: Vec<u8> = (0..=255).cycle().take(4096).collect();
    let wide: Vec<u8> = "{\"flowsim_trace\":1}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases = [
        scratch("binary.jsonl", &binary),
        scratch("wide.jsonl", &[&[0xFF, 0xFE], wide.as_slice()].concat()),
        scratch("zeros.jsonl", &[0; 4096]),
        scratch("no-header.jsonl", b"{\"event\":\"env\",\"t\":1,\"what\":\"quiet\"}\n"),
        scratch("cut-header.jsonl", b"{\"flowsim_trace\":1,\"contr"),
        scratch("empty.jsonl", b""),
        PathBuf::from("tests/no-such-file.jsonl"),
        PathBuf::from("Cargo.toml/below-a-file"),
        PathBuf::from("tests"),
        PathBuf::from(""),
    ];
    for path in cases {
        let ran = run(&["judge", words(&path)]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{path:?}: {}", ran.err);
        assert!(ran.err.contains(words(&path)), "{path:?}: {}", ran.err);
    }
}

#[test]
fn standard_input_is_a_trace_too() {
    let trace = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(VIOLATED)).expect("the trace");
    let ran = run_with(&["judge", "-", "--format", "json"], &trace);
    assert_eq!((ran.code, &ran.object()["file"]), (1, &"-".into()));
    assert_eq!(run_with(&["judge", "-"], b"{\"flowsim_trace\":1}").code, 0, "a header alone");
    assert_eq!(run_with(&["judge", "-"], b"").code, 2);
    assert!(run_with(&["judge", "-"], b"nonsense\n").err.contains("-:1:1: "));
}

/// Standard input has no name to paste.
#[test]
fn what_came_from_standard_input_says_so() {
    let trace = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(VIOLATED)).expect("the trace");
    let ran = run_with(&["judge", "-"], &trace);
    assert!(ran.out.contains("  replay      judge the same recording again:"), "{}", ran.out);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    for (args, code) in [(&["rules"][..], 0), (&["judge", HELD], 0), (&["judge", VIOLATED, HELD], 1), (&["contracts"], 0), (&["run"], 0)] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = flowsim().args(args).stdout(writer).stderr(Stdio::piped()).output().expect("the program starts");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(code), &[][..]), "{args:?}");
    }
}

/// A full disk is no closed pipe: results are lost that somebody wanted.
#[test]
#[cfg(target_os = "linux")]
fn results_that_can_not_be_written_are_an_error() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("the device");
    let output = flowsim().args(["judge", HELD]).stdout(full).stderr(Stdio::piped()).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard output can't be written"));
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let escape = '\u{1b}';
    assert!(!run(&["judge", VIOLATED]).out.contains(escape));
    assert!(run(&["judge", VIOLATED, "--color", "always"]).out.contains(escape));
    assert!(!run(&["judge", VIOLATED, "--color", "never"]).out.contains(escape));
    assert!(run(&["judge", BAD, "--color", "always"]).err.contains(escape));
    assert!(!run(&["judge", BAD]).err.contains(escape));
    let ran: Ran = flowsim().args(["judge", VIOLATED]).env("NO_COLOR", "1").output().expect("starts").into();
    assert!(!ran.out.contains(escape));
    let plain = run(&["judge", VIOLATED]).out;
    let coloured = run(&["judge", VIOLATED, "--color", "always"]).out;
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

#[test]
fn usage_errors_are_bad_input() {
    for args in [&[][..], &["judge"], &["nonsense"], &["judge", "--format", "xml", HELD], &["explain"], &["judge", HELD, "--bogus"]] {
        let ran = run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.contains("Usage") || ran.err.contains("--help"), "{args:?}: {}", ran.err);
    }
    assert_eq!(run(&["--version"]).code, 0);
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    for later in ["relay", "schema"] {
        assert!(!help.out.contains(later), "`{later}` is promised");
        assert_eq!(run(&[later]).code, 2);
    }
}

/// Names are bytes: what is no text is a file all the same.
#[test]
#[cfg(unix)]
fn any_name_is_a_file() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let trace = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(HELD)).expect("the trace");
    let folder = folder("any-name", &[]);
    for name in [&b"b\xffd.jsonl"[..], b"two\nlines.jsonl", b"\x1b[31m.jsonl", b" -.jsonl"] {
        let path = folder.join(OsStr::from_bytes(name));
        if std::fs::write(&path, &trace).is_err() {
            continue; // not every file system takes every name
        }
        for verb in [&["judge", "--format", "json"][..], &["judge"], &["show"]] {
            let ran: Ran = flowsim().args(verb).arg(&path).output().expect("the program starts").into();
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{verb:?} {path:?}");
            assert!(!ran.out.contains('\u{1b}'), "{verb:?} {path:?}");
        }
        let missing: Ran = flowsim().arg("judge").arg(path.with_extension("not")).output().expect("the program starts").into();
        assert_eq!((missing.code, missing.err.lines().count()), (2, 1), "{}", missing.err);
    }
}

#[test]
fn standard_input_is_read_once() {
    let ran = run_with(&["judge", "-", HELD, "-"], b"{\"flowsim_trace\":1}\n");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("only once"), "{}", ran.err);
}

/// What can't be read is told, and hides nothing of what can.
#[test]
fn one_bad_path_does_not_hide_the_others() {
    let folder = folder("one-bad-path", &[("a.toml", "no"), ("b.toml", WAITS)]);
    let missing = folder.join("missing");
    let ran = run(&["run", "--format", "json", words(&missing), words(&folder)]);
    let verdicts: Vec<Value> = ran.objects().iter().map(|object| object["verdict"].clone()).collect();
    assert_eq!((ran.code, verdicts), (2, ["error", "error", "held"].map(Value::from).to_vec()), "{}", ran.out);
}

#[test]
fn help_and_usage_keep_to_the_colour_that_is_asked_for() {
    for args in [&["--help"][..], &["judge", "--help"], &["run", "--bogus"], &["explain", "nothing"]] {
        for (color, wanted) in
            [(&["--color", "always"][..], true), (&["--color=always"], true), (&["--color", "never"], false), (&[], false)]
        {
            for args in [[args, color].concat(), [color, args].concat()] {
                let ran = run(&args);
                assert_eq!((ran.out + &ran.err).contains('\u{1b}'), wanted, "{args:?}");
            }
        }
    }
}
