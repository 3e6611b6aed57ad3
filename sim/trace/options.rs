//! The options of a segment, as a line spells them: `mss=1460,ws=7,sackok,ts=1:0,sack=1-2`.
//!
//! Nearly every segment has none, and those of a SYN are a few numbers: these are kept as such, so that a run that is only judged
//! spells nothing and reads nothing. What is spelled in any other way is kept as it is.

use std::borrow::Cow;
use std::fmt;

/// The options of a segment. Those are equal that are spelled alike.
#[derive(Clone, PartialEq, Eq)]
pub struct Options(Kept);

/// A text that [`SynOptions`] spell is never kept as text.
#[derive(Clone, PartialEq, Eq)]
enum Kept {
    Syn(SynOptions),
    Text(Box<str>),
}

/// The options that a SYN has, in the order in which they are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SynOptions {
    /// The largest payload that the sender takes.
    pub mss: Option<u16>,
    /// By how many bits the sender's windows are shifted.
    pub window_scale: Option<u8>,
    /// SACK may be used.
    pub sack_permitted: bool,
}

impl Options {
    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0 == Kept::Syn(SynOptions::default())
    }

    /// What they say, where that is no more than [`SynOptions`] can say.
    pub const fn syn(&self) -> Option<SynOptions> {
        match &self.0 {
            Kept::Syn(options) => Some(*options),
            Kept::Text(_) => None,
        }
    }

    /// As they are spelled.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.0 {
            _ if self.is_empty() => Cow::Borrowed(""),
            Kept::Syn(options) => Cow::Owned(options.to_string()),
            Kept::Text(text) => Cow::Borrowed(text),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        SynOptions::default().into()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text(), f)
    }
}

impl From<SynOptions> for Options {
    fn from(options: SynOptions) -> Self {
        Options(Kept::Syn(options))
    }
}

impl From<&str> for Options {
    fn from(text: &str) -> Self {
        SynOptions::read(text).map_or_else(|| Options(Kept::Text(text.into())), Options::from)
    }
}

impl From<Box<str>> for Options {
    fn from(text: Box<str>) -> Self {
        SynOptions::read(&text).map_or_else(|| Options(Kept::Text(text)), Options::from)
    }
}

impl From<String> for Options {
    fn from(text: String) -> Self {
        text.into_boxed_str().into()
    }
}

impl SynOptions {
    /// What this text says, if that is spelled in exactly this way here.
    fn read(text: &str) -> Option<Self> {
        let mut options = SynOptions::default();
        for option in text.split(',').filter(|_| !text.is_empty()) {
            match option.split_once('=') {
                Some(("mss", mss)) => options.mss = Some(mss.parse().ok()?),
                Some(("ws", shift)) => options.window_scale = Some(shift.parse().ok()?),
                None if option == "sackok" => options.sack_permitted = true,
                _ => return None,
            }
        }
        (text.is_empty() || options.to_string() == text).then_some(options)
    }
}

impl fmt::Display for SynOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        if let Some(mss) = self.mss {
            write!(f, "mss={mss}")?;
            comma = ",";
        }
        if let Some(shift) = self.window_scale {
            write!(f, "{comma}ws={shift}")?;
            comma = ",";
        }
        if self.sack_permitted {
            write!(f, "{comma}sackok")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_syn_says_is_kept_as_numbers() {
        let known = |mss, window_scale, sack_permitted| Some(SynOptions { mss, window_scale, sack_permitted });
        for (text, options) in [
            ("", known(None, None, false)),
            ("mss=1460,ws=7,sackok", known(Some(1460), Some(7), true)),
            ("mss=65535,ws=255", known(Some(65535), Some(255), false)),
            ("ws=0,sackok", known(None, Some(0), true)),
            ("sackok", known(None, None, true)),
        ] {
            assert_eq!((Options::from(text).syn(), Options::from(text).text().as_ref()), (options, text));
        }
    }

    #[test]
    fn what_is_spelled_in_another_way_stays_so() {
        let others = ["ws=7,mss=1460", "mss=65536", "ws=256", "mss=01", "mss=+1", "mss=", "mss", "sackok,", ",", "ts=1:0", "sackok=1", "x"];
        for text in others {
            let options = Options::from(text.to_owned());
            assert_eq!((options.syn(), options.text().as_ref(), options.is_empty()), (None, text, false));
            assert_eq!((Options::from(text), format!("{options:?}")), (options, format!("{text:?}")));
        }
    }

    #[test]
    fn only_no_options_are_empty() {
        assert!(Options::default().is_empty() && Options::from("").is_empty());
        assert!(!Options::from("ws=0").is_empty());
    }
}
