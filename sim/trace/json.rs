//! A scanner for one line of JSON. It checks the whole syntax and copies nothing; a value is a piece of the line.
//!
//! Why not a general parser: a reader of traces owes its users the column of every mistake, must tell a line that ends early
//! from one that is wrong, and reads a million lines a second. Escapes, which are rare, are left to `serde_json`, and a property
//! test holds that both accept the same lines.

use std::borrow::Cow;
use std::ops::Range;

use super::fault::{Fault, Result, quoted};

/// Arrays and objects may stand in each other so deep.
const DEPTH: u32 = 128;

/// A value whose syntax is checked, and where in the line it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    raw: &'a str,
    at: usize,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Number,
    Text,
    Array,
    Object,
}

impl Kind {
    /// With its article.
    const fn word(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Boolean => "a boolean",
            Kind::Number => "a number",
            Kind::Text => "a string",
            Kind::Array => "an array",
            Kind::Object => "an object",
        }
    }
}

impl<'a> Value<'a> {
    /// The bytes of the line that the value takes.
    pub(super) fn span(&self) -> Range<usize> {
        self.at..self.at + self.raw.len()
    }

    pub(super) fn kind(&self) -> Kind {
        match self.raw.as_bytes().first() {
            Some(b'"') => Kind::Text,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// A mistake that this value is.
    pub(super) fn fault(&self, message: impl Into<String>) -> Box<Fault> {
        Fault::new(self.span(), message)
    }

    /// Checks that the value is what the field `name` needs.
    fn must_be(&self, kind: Kind, name: &str) -> Result<()> {
        let found = self.kind();
        if found == kind {
            return Ok(());
        }
        Err(self.fault(format!("`{name}` must be {}, not {}", kind.word(), found.word())))
    }

    /// The string that stands in the field `name`.
    pub(super) fn text(&self, name: &str) -> Result<Cow<'a, str>> {
        self.must_be(Kind::Text, name)?;
        if !self.raw.as_bytes().contains(&b'\\') {
            return Ok(Cow::Borrowed(&self.raw[1..self.raw.len() - 1]));
        }
        let text = serde_json::from_str(self.raw).map(Cow::Owned);
        text.map_err(|_| self.fault(format!("`{name}` has an escape that stands for no character")))
    }

    /// The whole number, at least 0 and at most `most`, that stands in the field `name`.
    pub(super) fn integer(&self, name: &str, most: u64) -> Result<u64> {
        self.must_be(Kind::Number, name)?;
        if self.raw.starts_with('-') {
            return Err(self.fault(format!("`{name}` must not be negative")));
        }
        if !self.raw.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.fault(format!("`{name}` must be a whole number, written without point or exponent")));
        }
        let number = self.raw.parse().ok().filter(|number| *number <= most);
        number.ok_or_else(|| self.fault(format!("`{name}` is too large: at most {most}")))
    }

    /// As [`Value::integer`], for a type that is narrower.
    pub(super) fn small(&self, name: &str) -> Result<u32> {
        self.integer(name, u32::MAX.into()).map(|number| number as u32)
    }

    /// The truth value that stands in the field `name`.
    pub(super) fn boolean(&self, name: &str) -> Result<bool> {
        self.must_be(Kind::Boolean, name).map(|()| self.raw == "true")
    }

    /// Gives each element of the array that stands in the field `name` to `each`.
    pub(super) fn elements(&self, name: &str, each: impl FnMut(Value<'a>) -> Result<()>) -> Result<()> {
        self.must_be(Kind::Array, name)?;
        Scanner { text: self.raw, at: 0, origin: self.at }.array(each)
    }

    /// Gives each member of the object that stands in the field `name` to `each`.
    pub(super) fn members(&self, name: &str, each: impl FnMut(Value<'a>, Value<'a>) -> Result<()>) -> Result<()> {
        self.must_be(Kind::Object, name)?;
        Scanner { text: self.raw, at: 0, origin: self.at }.object(each)
    }
}

/// Gives each member of the object that is the whole line, from byte `start` on, to `each`.
pub(super) fn members<'a>(line: &'a str, start: usize, each: impl FnMut(Value<'a>, Value<'a>) -> Result<()>) -> Result<()> {
    let mut scanner = Scanner { text: line, at: start, origin: 0 };
    scanner.space();
    if scanner.peek()? != b'{' {
        return Err(Fault::new(scanner.rest(), "a line must be one JSON object").help("write {\"event\": …}"));
    }
    scanner.object(each)?;
    scanner.space();
    match scanner.byte() {
        None => Ok(()),
        Some(_) => Err(Fault::new(scanner.rest(), "a line must be one JSON object, with nothing after it")),
    }
}

/// A place in a text; `origin` is where the text begins in the line.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    origin: usize,
}

impl<'a> Scanner<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn peek(&self) -> Result<u8> {
        self.byte().ok_or_else(|| Fault::unfinished(self.origin + self.at))
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.byte() {
            self.at += 1;
        }
    }

    fn rest(&self) -> Range<usize> {
        self.origin + self.at..self.origin + self.text.len()
    }

    /// The character at this place is not what the syntax asks for.
    fn unexpected(&self, wanted: &str) -> Box<Fault> {
        let Some(found) = self.text[self.at..].chars().next() else { return Fault::unfinished(self.origin + self.at) };
        let start = self.origin + self.at;
        let shown = if found == '\0' { "a NUL byte".to_owned() } else { quoted(&found.escape_debug().to_string()) };
        Fault::new(start..start + found.len_utf8(), format!("{wanted} is missing before {shown}"))
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

    fn object(&mut self, mut each: impl FnMut(Value<'a>, Value<'a>) -> Result<()>) -> Result<()> {
        self.list(b'}', "`,` or `}`", |scanner| {
            let key = scanner.key()?;
            each(key, scanner.value()?)
        })
    }

    fn array(&mut self, mut each: impl FnMut(Value<'a>) -> Result<()>) -> Result<()> {
        self.list(b']', "`,` or `]`", |scanner| each(scanner.value()?))
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
    fn key(&mut self) -> Result<Value<'a>> {
        self.space();
        if self.peek()? != b'"' {
            return Err(self.unexpected("a name in double quotes"));
        }
        let key = self.simple()?;
        self.expect(b':', "`:`")?;
        Ok(key)
    }

    /// Any value.
    fn value(&mut self) -> Result<Value<'a>> {
        self.space();
        if !matches!(self.peek()?, b'{' | b'[') {
            return self.simple();
        }
        let start = self.at;
        self.nested()?;
        Ok(self.since(start))
    }

    fn since(&self, start: usize) -> Value<'a> {
        Value { raw: &self.text[start..self.at], at: self.origin + start }
    }

    /// A value without values in it.
    fn simple(&mut self) -> Result<Value<'a>> {
        let start = self.at;
        match self.peek()? {
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.literal("true")?,
            b'f' => self.literal("false")?,
            b'n' => self.literal("null")?,
            _ => return Err(self.unexpected("a value")),
        }
        Ok(self.since(start))
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

    fn string(&mut self) -> Result<()> {
        self.at += 1;
        loop {
            self.plain();
            match self.peek()? {
                b'"' => break,
                b'\\' => self.escape()?,
                0 => return Err(self.unexpected("`\"`")),
                _ => return Err(self.unexpected("the escape of a control character")),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Goes on to the next byte that may not stand in a string as it is.
    fn plain(&mut self) {
        const PIECE: usize = 16;
        let special = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
        let bytes = self.text.as_bytes();
        // Whole pieces without an early way out, which the compiler turns into vector instructions.
        while let Some(piece) = bytes.get(self.at..self.at + PIECE) {
            if piece.iter().fold(false, |any, byte| any | special(byte)) {
                break;
            }
            self.at += PIECE;
        }
        self.at += bytes[self.at..].iter().take_while(|byte| !special(byte)).count();
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
                    let here = self.origin + self.at;
                    return Err(Fault::new(here..here + 1, format!("nested deeper than {DEPTH} levels")));
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
