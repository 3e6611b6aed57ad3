//! Holds the options of a segment: as data, as bytes (RFC 9293 §3.2) and as the text of a trace. What an option is stands here and
//! nowhere else.
//!
//! To add one: a field, its part in `size_without_sack`, `put`, `take`, `spell` and `from_text`; `any_options` in the tests, which
//! holds them together; and a word in `trace/format.md`. Ladders do not draw options.

use std::borrow::Cow;
use std::fmt;

use smallvec::SmallVec;

use super::{Malformed, SACK_BLOCKS_MAX, SackBlocks, Seq};

/// The most octets that options take: the data offset counts no more than 15 words.
pub(super) const ROOM: usize = 40;

const END: u8 = 0;
const NO_OPERATION: u8 = 1;
const MSS: u8 = 2;
const WINDOW_SCALE: u8 = 3;
const SACK_PERMITTED: u8 = 4;
const SACK: u8 = 5;
const TIMESTAMPS: u8 = 8;

/// What a SACK option takes: its kind and length, then this much for each block.
const SACK_HEAD: usize = 2;
const SACK_BLOCK: usize = 8;

/// The options of a segment. Those of an unknown kind are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Options {
    /// The largest payload that the sender takes (SYN only).
    pub mss: Option<u16>,
    /// By how many bits the sender's windows are shifted (SYN only; RFC 7323).
    pub window_scale: Option<u8>,
    /// SACK may be used (SYN only; RFC 2018).
    pub sack_permitted: bool,
    /// Timestamps (RFC 7323).
    pub timestamps: Option<Timestamps>,
    /// What was received beyond a hole (RFC 2018).
    pub sack: SackBlocks,
}

impl Options {
    /// There are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.size_without_sack() == 0 && self.sack.is_empty()
    }

    /// How many octets they take in a header, padded to whole words.
    #[inline]
    pub fn size(&self) -> usize {
        let blocks = self.blocks().len();
        let sack = if blocks == 0 { 0 } else { SACK_HEAD + SACK_BLOCK * blocks };
        (self.size_without_sack() + sack).next_multiple_of(4)
    }

    /// How many SACK blocks have room beside the other options: 4 at most, 3 beside timestamps (RFC 2018 §3).
    pub fn sack_blocks_max(&self) -> usize {
        (ROOM - self.size_without_sack() - SACK_HEAD) / SACK_BLOCK
    }

    #[inline]
    fn size_without_sack(&self) -> usize {
        let mss = if self.mss.is_some() { 4 } else { 0 };
        let window_scale = if self.window_scale.is_some() { 3 } else { 0 };
        let sack_permitted = if self.sack_permitted { 2 } else { 0 };
        let timestamps = if self.timestamps.is_some() { 10 } else { 0 };
        mss + window_scale + sack_permitted + timestamps
    }

    /// Those blocks that have room.
    fn blocks(&self) -> &[(Seq, Seq)] {
        &self.sack[..self.sack.len().min(self.sack_blocks_max())]
    }

    /// Writes them in the order in which they stand in a trace, padded to whole words with ends of list.
    pub(super) fn put(&self, header: &mut Vec<u8>) {
        let start = header.len();
        if let Some(mss) = self.mss {
            header.extend([MSS, 4]);
            header.extend(mss.to_be_bytes());
        }
        if let Some(shift) = self.window_scale {
            header.extend([WINDOW_SCALE, 3, shift]);
        }
        if self.sack_permitted {
            header.extend([SACK_PERMITTED, 2]);
        }
        if let Some(Timestamps { value, echo }) = self.timestamps {
            header.extend([TIMESTAMPS, 10]);
            header.extend([value, echo].map(u32::to_be_bytes).as_flattened());
        }
        self.put_sack(header);
        header.resize(start + self.size(), END);
    }

    fn put_sack(&self, header: &mut Vec<u8>) {
        let blocks = self.blocks();
        if !blocks.is_empty() {
            header.extend([SACK, (SACK_HEAD + SACK_BLOCK * blocks.len()) as u8]);
            blocks.iter().for_each(|(from, to)| header.extend([from.0, to.0].map(u32::to_be_bytes).as_flattened()));
        }
    }

    /// Reads the options of a header. Those of an unknown kind, or of a length that their kind does not have, are passed over
    /// (RFC 9293 §3.1, MUST-6); of one that stands there twice the later one counts; behind the end of the list nothing does.
    pub(super) fn read(mut bytes: &[u8]) -> Result<Self, Malformed> {
        let mut options = Options::default();
        while let [kind, rest @ ..] = bytes {
            bytes = match *kind {
                END => break,
                NO_OPERATION => rest,
                kind => {
                    let (value, rest) = value(rest)?;
                    options.take(kind, value);
                    rest
                }
            };
        }
        Ok(options)
    }

    fn take(&mut self, kind: u8, value: &[u8]) {
        match (kind, value) {
            (MSS, &[high, low]) => self.mss = Some(u16::from_be_bytes([high, low])),
            (WINDOW_SCALE, &[shift]) => self.window_scale = Some(shift),
            (SACK_PERMITTED, []) => self.sack_permitted = true,
            (TIMESTAMPS, value) if value.len() == 8 => {
                self.timestamps = Some(Timestamps { value: number(value), echo: number(&value[4..]) })
            }
            (SACK, value) if !value.is_empty() && value.len().is_multiple_of(SACK_BLOCK) => {
                self.sack = value.chunks_exact(SACK_BLOCK).map(|block| (Seq(number(block)), Seq(number(&block[4..])))).collect();
            }
            _ => {}
        }
    }
}

/// Behind an option's kind: its value, and what follows it. Its length counts the kind and itself.
fn value(bytes: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let (&length, rest) = bytes.split_first().ok_or(Malformed::OptionOverrun)?;
    let length = usize::from(length).checked_sub(2).ok_or(Malformed::OptionLength)?;
    rest.split_at_checked(length).ok_or(Malformed::OptionOverrun)
}

/// The number that its first four octets are.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// As a trace has them: `mss=1460,ws=7,sackok,ts=1:0,sack=1-2`; further blocks follow as `sack=5-6`.
impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// Their text.
impl Options {
    /// As they are displayed. Many recorded segments have some, so this goes without the machinery of formatting.
    pub fn text(&self) -> Cow<'static, str> {
        if self.is_empty() { Cow::Borrowed("") } else { Cow::Owned(self.spell()) }
    }

    fn spell(&self) -> String {
        let mut text = Spelling::default();
        if let Some(mss) = self.mss {
            text.option("mss=").number(mss.into());
        }
        if let Some(shift) = self.window_scale {
            text.option("ws=").number(shift.into());
        }
        if self.sack_permitted {
            text.option("sackok");
        }
        if let Some(Timestamps { value, echo }) = self.timestamps {
            text.option("ts=").number(value).word(":").number(echo);
        }
        for (from, to) in &self.sack {
            text.option("sack=").number(from.0).word("-").number(to.0);
        }
        text.0
    }

    /// Reads a text, its options in any order. What is unknown says nothing; of an MSS or a scale that stands there twice the
    /// larger one counts, and an MSS that has no room in a header is the largest there is.
    pub fn from_text(text: &str) -> Self {
        let (mut options, mut blocks) = (Options::default(), SmallVec::<[_; SACK_BLOCKS_MAX]>::new());
        for option in text.split(',') {
            match option.split_once('=').unwrap_or((option, "")) {
                ("mss", value) => options.mss = options.mss.max(decimal(value).map(|mss| mss.try_into().unwrap_or(u16::MAX))),
                ("ws", value) => options.window_scale = options.window_scale.max(decimal(value).and_then(|shift| shift.try_into().ok())),
                ("sackok", "") => options.sack_permitted = true,
                ("ts", value) => options.timestamps = pair(value, ':').map(|(value, echo)| Timestamps { value, echo }),
                ("sack", value) => blocks.extend(pair(value, '-').map(|(from, to)| (Seq(from), Seq(to)))),
                _ => {}
            }
        }
        options.sack = blocks.into_iter().collect();
        options
    }
}

/// A whole number in decimal digits.
fn decimal(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Two numbers.
fn pair(text: &str, between: char) -> Option<(u32, u32)> {
    let (one, other) = text.split_once(between)?;
    decimal(one).zip(decimal(other))
}

/// A text of options in the making.
#[derive(Default)]
struct Spelling(String);

impl Spelling {
    fn option(&mut self, name: &str) -> &mut Self {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.word(name)
    }

    fn word(&mut self, word: &str) -> &mut Self {
        self.0.push_str(word);
        self
    }

    fn number(&mut self, number: u32) -> &mut Self {
        if number >= 10 {
            self.number(number / 10);
        }
        self.0.push(char::from(b'0' + (number % 10) as u8));
        self
    }
}

/// The timestamps option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamps {
    /// The sender's clock.
    pub value: u32,
    /// The clock of the other side, as it was heard last; counts only with ACK.
    pub echo: u32,
}
