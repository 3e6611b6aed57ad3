//! Checks the syntax of one line of JSON, and finds where its values stand.
//!
//! Why not a general parser: a reader of traces owes its users the column of every mistake, must tell a line that ends early
//! from one that is wrong, and reads a million lines a second. Escapes, which are rare, are left to `serde_json`, and a property
//! test holds that both accept the same lines.

use std::ops::Range;

use super::json::{Extent, JsonType, JsonValue};
use super::line_error::{LineError, Result, quoted};

/// Arrays and objects may stand in each other so deep.
const DEPTH: u32 = 128;

/// Gives each member of the object that is the whole line, from byte `start` on, to `each`.
pub(super) fn members<'a>(line: &'a str, start: usize, each: impl FnMut(JsonValue<'a>, JsonValue<'a>) -> Result<()>) -> Result<()> {
    let mut scanner = Scanner { line, at: start };
    scanner.space();
    if scanner.peek()? != b'{' {
        return Err(LineError::new(scanner.rest(), "a line must be one JSON object").help("write {\"event\": …}"));
    }
    scanner.object(each)?;
    scanner.space();
    match scanner.byte() {
        None => Ok(()),
        Some(_) => Err(LineError::new(scanner.rest(), "a line must be one JSON object, with nothing after it")),
    }
}

/// A place in a line.
pub(super) struct Scanner<'a> {
    pub(super) line: &'a str,
    pub(super) at: usize,
}

impl<'a> Scanner<'a> {
    fn byte(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    fn peek(&self) -> Result<u8> {
        self.byte().ok_or_else(|| LineError::unfinished(self.at))
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.byte() {
            self.at += 1;
        }
    }

    fn rest(&self) -> Range<usize> {
        self.at..self.line.len()
    }

    /// The character at this place is not what the syntax asks for.
    fn unexpected(&self, wanted: &str) -> Box<LineError> {
        let Some(found) = self.line[self.at..].chars().next() else { return LineError::unfinished(self.at) };
        let start = self.at;
        let shown = if found == '\0' { "a NUL byte".to_owned() } else { quoted(&found.escape_debug().to_string()) };
        LineError::new(start..start + found.len_utf8(), format!("{wanted} is missing before {shown}"))
    }

    /// After space, the byte `wanted`.
    fn expect(&mut self, wanted: u8, name: &str) -> Result<()> {
        self.space();
        if self.peek()? != wanted {
            return Err(self.unexpected(name));
        }
        self.at += 1;
        Ok(())
    }

    /// Gives each member of the object that begins here to `each`.
    pub(super) fn object(&mut self, mut each: impl FnMut(JsonValue<'a>, JsonValue<'a>) -> Result<()>) -> Result<()> {
        self.list(b'}', "`,` or `}`", |scanner| {
            let key = scanner.key()?;
            each(key.of(scanner.line), scanner.value()?.of(scanner.line))
        })
    }

    /// Gives each element of the array that begins here to `each`.
    pub(super) fn array(&mut self, mut each: impl FnMut(JsonValue<'a>) -> Result<()>) -> Result<()> {
        self.list(b']', "`,` or `]`", |scanner| each(scanner.value()?.of(scanner.line)))
    }

    /// What stands between this bracket and its `close`.
    fn list(&mut self, close: u8, separator: &str, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.at += 1;
        self.space();
        if self.peek()? == close {
            self.at += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            self.space();
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == close => break,
                _ => return Err(self.unexpected(separator)),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<Extent> {
        self.space();
        if self.peek()? != b'"' {
            return Err(self.unexpected("a name in double quotes"));
        }
        let key = self.simple()?;
        self.expect(b':', "`:`")?;
        Ok(key)
    }

    /// Any value.
    fn value(&mut self) -> Result<Extent> {
        self.space();
        let start = self.at;
        let kind = match self.peek()? {
            b'{' => JsonType::Object,
            b'[' => JsonType::Array,
            _ => return self.simple(),
        };
        self.nested()?;
        Ok(self.since(start, kind, false))
    }

    /// The value from byte `start` to this place. No line is too long for 32 bits.
    fn since(&self, start: usize, kind: JsonType, escaped: bool) -> Extent {
        Extent { start: start as u32, end: self.at as u32, kind, escaped }
    }

    /// A value without values in it.
    fn simple(&mut self) -> Result<Extent> {
        let start = self.at;
        let mut escaped = false;
        let kind = match self.peek()? {
            b'"' => {
                escaped = self.string()?;
                JsonType::Text
            }
            b'-' | b'0'..=b'9' => self.number().map(|()| JsonType::Number)?,
            b't' => self.literal("true").map(|()| JsonType::Boolean)?,
            b'f' => self.literal("false").map(|()| JsonType::Boolean)?,
            b'n' => self.literal("null").map(|()| JsonType::Null)?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(self.since(start, kind, escaped))
    }

    fn literal(&mut self, word: &str) -> Result<()> {
        for wanted in word.bytes() {
            if self.peek()? != wanted {
                return Err(self.unexpected("a value"));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<()> {
        self.at += usize::from(self.peek()? == b'-');
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek()? == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if let b'e' | b'E' = self.peek()? {
            self.at += 1;
            self.at += usize::from(matches!(self.peek()?, b'+' | b'-'));
            self.digits()?;
        }
        Ok(())
    }

    /// At least one digit.
    fn digits(&mut self) -> Result<()> {
        if !self.peek()?.is_ascii_digit() {
            return Err(self.unexpected("a digit"));
        }
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    /// A string; true if it has escapes.
    fn string(&mut self) -> Result<bool> {
        self.at += 1;
        let mut escaped = false;
        loop {
            self.plain();
            match self.peek()? {
                b'"' => break,
                b'\\' => self.escape()?,
                0 => return Err(self.unexpected("`\"`")),
                _ => return Err(self.unexpected("the escape of a control character")),
            }
            escaped = true;
        }
        self.at += 1;
        Ok(escaped)
    }

    /// Goes on to the next byte that may not stand in a string as it is.
    fn plain(&mut self) {
        let mut rest = &self.line.as_bytes()[self.at..];
        while let Some((word, more)) = rest.split_first_chunk() {
            let special = special(u64::from_le_bytes(*word));
            if special != 0 {
                self.at = self.line.len() - rest.len() + special.trailing_zeros() as usize / 8;
                return;
            }
            rest = more;
        }
        let at = rest.iter().position(|byte| matches!(byte, 0..b' ' | b'"' | b'\\')).unwrap_or(rest.len());
        self.at = self.line.len() - rest.len() + at;
    }

    fn escape(&mut self) -> Result<()> {
        self.at += 1;
        match self.peek()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek()?.is_ascii_hexdigit() {
                        return Err(self.unexpected("a hexadecimal digit"));
                    }
                    self.at += 1;
                }
            }
            _ => return Err(self.unexpected("a known escape")),
        }
        Ok(())
    }

    /// Goes over an array or object with all that is in it. Which brackets are open stands in the bits of a number: no
    /// recursion, so that no line can exhaust the stack.
    fn nested(&mut self) -> Result<()> {
        let mut objects = 0_u128;
        let mut depth = 0;
        loop {
            let open = self.peek()?;
            if matches!(open, b'{' | b'[') {
                if depth == DEPTH {
                    let here = self.at;
                    return Err(LineError::new(here..here + 1, format!("nested deeper than {DEPTH} levels")));
                }
                objects = objects << 1 | u128::from(open == b'{');
                depth += 1;
                self.at += 1;
                self.space();
                if self.peek()? != if open == b'{' { b'}' } else { b']' } {
                    self.item_start(objects)?;
                    continue;
                }
            } else {
                self.simple()?;
            }
            if !self.close(&mut objects, &mut depth)? {
                return Ok(());
            }
        }
    }

    /// Goes to where the next item's value begins.
    fn item_start(&mut self, objects: u128) -> Result<()> {
        if objects & 1 == 1 {
            self.key()?;
        }
        self.space();
        Ok(())
    }

    /// After a value or an opening bracket: closes all brackets that end here and goes to the next item; false if none is open.
    fn close(&mut self, objects: &mut u128, depth: &mut u32) -> Result<bool> {
        while *depth > 0 {
            self.space();
            let (close, separator) = if *objects & 1 == 1 { (b'}', "`,` or `}`") } else { (b']', "`,` or `]`") };
            match self.peek()? {
                b',' => {
                    self.at += 1;
                    return self.item_start(*objects).map(|()| true);
                }
                byte if byte == close => self.at += 1,
                _ => return Err(self.unexpected(separator)),
            }
            *objects >>= 1;
            *depth -= 1;
        }
        Ok(false)
    }
}

/// Of eight bytes, a bit in the first that is a control character, quote or backslash (bytes after it may be marked wrongly).
const fn special(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let quote = word ^ (EACH * b'"' as u64);
    let backslash = word ^ (EACH * b'\\' as u64);
    let control = word.wrapping_sub(EACH * b' ' as u64) & !word;
    let zero = (quote.wrapping_sub(EACH) & !quote) | (backslash.wrapping_sub(EACH) & !backslash);
    (control | zero) & (EACH << 7)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scan(line: &str) -> Result<()> {
        members(line, 0, |_, _| Ok(()))
    }

    /// Pieces of which lines that are nearly JSON are made.
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\t",
        "\"",
        "\"a\"",
        "\"a\":",
        "\"\\u00e4\"",
        "\"\\ud800\"",
        "\\n",
        "\\u12",
        "\\x",
        "ä",
        "𝄞",
        "\u{0}",
        "\u{1f}",
        "true",
        "fals",
        "null",
        "nul",
        "0",
        "-",
        "1",
        "23",
        "01",
        "1.5",
        "-0.0",
        "1e5",
        "1E+",
        "{}",
        "[]",
        "[1,2]",
        "{\"k\":[{}]}",
        "\"long enough for a word\"",
    ];

    fn almost_json() -> impl Strategy<Value = String> {
        let soup = prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|pieces| pieces.concat());
        prop_oneof![
            soup.clone().prop_map(|soup| format!("{{\"a\":{soup}}}")),
            soup.clone().prop_map(|soup| format!("{{\"a\":[{soup}")),
            soup.clone().prop_map(|soup| format!("{{\"a\":\"{soup}\"}}")),
            soup,
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4000, ..ProptestConfig::default() })]

        #[test]
        fn serde_json_accepts_the_same_lines(line in almost_json()) {
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&line);
            let object = line.trim_start_matches([' ', '\t']).starts_with('{') || line.trim_matches([' ', '\t']).is_empty();
            match (scan(&line), theirs) {
                (Ok(()), theirs) => prop_assert!(theirs.is_ok() && object, "{line}"),
                (Err(ours), Ok(_)) => prop_assert!(!object, "{line}: {}", ours.message),
                // It calls a number that ends early invalid, and a wrong escape unfinished if the line ends soon.
                (Err(ours), Err(_)) if object && line.ends_with(['-', '+', '.', 'e', 'E']) && ours.unfinished => {}
                (Err(_), Err(_)) if line.rfind("\\u").is_some_and(|at| at + 6 > line.len()) => {}
                (Err(ours), Err(theirs)) => prop_assert_eq!(ours.unfinished, object && theirs.is_eof(), "{}: {}", line, theirs),
            }
        }
    }

    #[test]
    fn a_special_byte_is_found_at_every_place() {
        for special in ['"', '\\', '\0', '\u{1f}'] {
            for before in 0..40 {
                let line = format!("{{\"{}{special}", "ä".repeat(before / 2) + &"~".repeat(before % 2));
                let mut scanner = Scanner { line: &line, at: 2 };
                scanner.plain();
                assert_eq!(line[scanner.at..].chars().next(), Some(special));
            }
        }
    }

    #[test]
    fn nesting_ends_at_its_limit() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(scan(&nested(128)).is_ok());
        let fault = scan(&nested(129)).expect_err("too deep");
        assert_eq!((fault.message.as_str(), fault.span, fault.unfinished), ("nested deeper than 128 levels", 133..134, false));
        let mixed = format!("{{\"a\":{}1{}}}", "[{\"b\":".repeat(64), "}]".repeat(64));
        assert!(scan(&mixed).is_ok());
        let million = "[".repeat(1_000_000);
        assert!(scan(&format!("{{\"a\":{million}")).is_err());
    }
}
