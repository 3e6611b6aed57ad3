//! The words of one line.

use bytes::Bytes;

/// What goes wrong within one line.
pub(super) type Parsed<T> = Result<T, String>;

/// A word, or quoted bytes.
#[derive(Clone)]
enum Token {
    Word(String),
    Bytes(Bytes),
}

/// The rest of a line.
#[derive(Clone)]
pub(super) struct Line {
    tokens: std::vec::IntoIter<Token>,
}

impl Line {
    pub(super) fn split(text: &str) -> Parsed<Self> {
        let mut tokens = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let (token, left) = match first {
                '#' => break,
                '"' => quoted(&rest[1..])?,
                _ => bare(rest),
            };
            tokens.push(token);
            rest = left.trim_start();
        }
        Ok(Line { tokens: tokens.into_iter() })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tokens.as_slice().is_empty()
    }

    /// The next word, left in place; none at the end of the line and before bytes.
    pub(super) fn peek(&self) -> Option<&str> {
        match self.tokens.as_slice().first() {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    pub(super) fn at_bytes(&self) -> bool {
        matches!(self.tokens.as_slice().first(), Some(Token::Bytes(_)))
    }

    pub(super) fn skip(&mut self) {
        self.tokens.next();
    }

    pub(super) fn word(&mut self) -> Parsed<String> {
        match self.tokens.next() {
            Some(Token::Word(word)) => Ok(word),
            Some(Token::Bytes(_)) => Err("expected a word, found bytes".to_owned()),
            None => Err("expected more".to_owned()),
        }
    }

    pub(super) fn bytes(&mut self) -> Parsed<Bytes> {
        match self.tokens.next() {
            Some(Token::Bytes(bytes)) => Ok(bytes),
            Some(Token::Word(word)) => Err(format!("expected bytes, found `{word}`")),
            None => Err("expected bytes".to_owned()),
        }
    }

    pub(super) fn number<N: std::str::FromStr>(&mut self) -> Parsed<N> {
        let word = self.word()?;
        word.parse().map_err(|_| format!("`{word}` is no number that fits here"))
    }

    /// Takes the next word if it is this one.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        if found {
            self.skip();
        }
        found
    }

    pub(super) fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.take(word) { Ok(()) } else { Err(format!("expected `{word}`")) }
    }

    /// The time that leads the line, if one does.
    pub(super) fn time(&mut self) -> Parsed<Option<u64>> {
        match self.peek().map(time) {
            Some(Some(time)) => {
                self.skip();
                time.map(Some).ok_or_else(|| "this time is too far off".to_owned())
            }
            _ => Ok(None),
        }
    }

    /// Nothing more stands in the line.
    pub(super) fn is_over(&self) -> bool {
        self.peek().is_none()
    }

    pub(super) fn finish(mut self) -> Parsed<()> {
        match self.tokens.next() {
            None => Ok(()),
            Some(Token::Word(word)) => Err(format!("`{word}` is too much")),
            Some(Token::Bytes(_)) => Err("these bytes are too much".to_owned()),
        }
    }
}

/// A time in nanoseconds: none if the word is no time, `Some(None)` if it overflows.
fn time(word: &str) -> Option<Option<u64>> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = word.split_at(digits);
    if number.is_empty() {
        return None;
    }
    let scale = match unit {
        "" | "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        _ => return None,
    };
    Some(number.parse::<u64>().ok().and_then(|number| number.checked_mul(scale)))
}

fn bare(text: &str) -> (Token, &str) {
    let end = text.find(|c: char| c.is_whitespace() || c == '"' || c == '#').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (Token::Word(word.to_owned()), rest)
}

/// The bytes up to the closing quote, and what follows it.
fn quoted(text: &str) -> Parsed<(Token, &str)> {
    let mut bytes = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Ok((Token::Bytes(bytes.into()), chars.as_str())),
            '\\' => bytes.push(escape(&mut chars)?),
            _ => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Err("the closing quote is missing".to_owned())
}

fn escape(chars: &mut std::str::Chars) -> Parsed<u8> {
    match chars.next() {
        Some('n') => Ok(b'\n'),
        Some('r') => Ok(b'\r'),
        Some('t') => Ok(b'\t'),
        Some('0') => Ok(0),
        Some('\\') => Ok(b'\\'),
        Some('"') => Ok(b'"'),
        Some('x') => hex(chars).ok_or_else(|| "`\\x` needs two hexadecimal digits".to_owned()),
        _ => Err("unknown escape (\\n \\r \\t \\0 \\\\ \\\" \\xNN)".to_owned()),
    }
}

fn hex(chars: &mut std::str::Chars) -> Option<u8> {
    let high = chars.next()?.to_digit(16)?;
    let low = chars.next()?.to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}
