//! Finds where, further on in what is unread, a read's data can begin.

use super::view::View;
use super::way::Way;

/// The longest stretch of unread bytes that is searched.
const REACH: usize = 1 << 20;

/// The most positions of overlapping writes that are tried.
const PLACES: usize = 1 << 9;

/// The unread bytes from the front on, as far as their order is beyond doubt.
struct CertainBytes<'a> {
    /// What is unread of each write.
    parts: Vec<(usize, &'a [u8])>,
    len: usize,
    /// The way that has taken all of it.
    end: Way,
    /// Nothing is unread beyond it.
    is_all: bool,
}

impl View<'_> {
    /// Ways to come to where the data can begin, bytes being left behind: as many as are asked for, the nearest first.
    ///
    /// Where the data fits at once other places among overlapping writes are looked for only when looking far; and none along a
    /// line if what is left behind was swallowed: as much may as well be swallowed later.
    pub fn places(&self, way: &Way, data: &[u8], most: usize, fits_at_once: bool, is_swallowed: bool) -> Vec<Way> {
        let line = self.line(way);
        let mut found = Vec::new();
        if !(line.is_all && fits_at_once && is_swallowed) {
            found = self.along(&line, way, data, most);
        }
        if line.is_all || found.len() >= most {
            return found;
        }
        if fits_at_once && !self.far {
            self.skip();
        } else {
            found.extend(self.among(&line, data, most - found.len()));
        }
        found
    }

    fn line(&self, way: &Way) -> CertainBytes<'_> {
        let mut line = CertainBytes { parts: Vec::new(), len: 0, end: way.clone(), is_all: false };
        let mut from = 0;
        while line.len <= REACH {
            match self.eligible(&line.end, from)[..] {
                [index] => {
                    let rest = self.rest(&line.end, index);
                    if rest.is_empty() {
                        break;
                    }
                    line.parts.push((index, rest));
                    line.len += rest.len();
                    line.end.advance(index, rest.len());
                    // A write that must go on may have been called after others that are not taken yet.
                    from = if self.is_whole() { 0 } else { index };
                }
                [] => {
                    line.is_all = true;
                    break;
                }
                _ => break,
            }
        }
        line
    }

    /// The places along a line.
    fn along(&self, line: &CertainBytes<'_>, way: &Way, data: &[u8], most: usize) -> Vec<Way> {
        let mut found: Vec<Way> = line.occurrences(data).filter(|&skip| skip > 0).take(most + 1).map(|skip| line.at(way, skip)).collect();
        if found.len() > most {
            found.truncate(most);
            self.cut();
        }
        self.charge(line.len as u64 / 16);
        found
    }

    /// The places among overlapping writes, from the end of a line on.
    fn among(&self, line: &CertainBytes<'_>, data: &[u8], most: usize) -> Vec<Way> {
        let mut found = Vec::new();
        let (mut ways, mut seen) = (vec![line.end.clone()], 0);
        let mut is_further = line.len > 0;
        while !ways.is_empty() && found.len() <= most {
            seen += ways.len();
            if seen > PLACES || self.is_spent() {
                self.cut();
                break;
            }
            let (begins, next) = self.onward(&ways, data);
            if is_further {
                found.extend(begins);
            }
            (ways, is_further) = (next, true);
        }
        if found.len() > most {
            found.truncate(most);
            self.cut();
        }
        found
    }

    /// Those of the ways at which the data can begin, and all ways that have taken one byte more.
    fn onward(&self, ways: &[Way], data: &[u8]) -> (Vec<Way>, Vec<Way>) {
        let (mut begins, mut next) = (Vec::new(), Vec::new());
        for way in ways {
            let open = self.eligible(way, 0);
            if open.iter().any(|&index| self.next(way, index) == data.first().copied()) {
                begins.push(way.clone());
            }
            next.extend(open.into_iter().map(|index| {
                let mut at = way.clone();
                at.advance(index, 1);
                at
            }));
        }
        self.charge(next.len() as u64 * 8);
        next.sort_by(Way::likelier);
        next.dedup_by(|later, first| later.is_same_place(first));
        (begins, next)
    }
}

impl CertainBytes<'_> {
    /// After how many bytes the data can begin.
    fn occurrences(&self, data: &[u8]) -> impl Iterator<Item = usize> {
        let starts = self.parts.iter().enumerate().scan(0, |start, (part, (_, bytes))| {
            *start += bytes.len();
            Some((part, *start - bytes.len()))
        });
        starts.flat_map(move |(part, start)| {
            let places = positions(self.parts[part].1, data.first().copied());
            places.filter(move |&at| self.has(part, at, data)).map(move |at| start + at)
        })
    }

    /// Do these bytes stand here? What reaches beyond the line is not compared.
    fn has(&self, part: usize, at: usize, mut data: &[u8]) -> bool {
        let mut from = at;
        for (_, bytes) in &self.parts[part..] {
            let run = (bytes.len() - from).min(data.len());
            if bytes[from..from + run] != data[..run] {
                return false;
            }
            data = &data[run..];
            from = 0;
            if data.is_empty() {
                return true;
            }
        }
        !self.is_all
    }

    /// The way that has taken so many bytes of the line.
    fn at(&self, way: &Way, mut skip: usize) -> Way {
        let mut at = way.clone();
        for (index, bytes) in &self.parts {
            let run = bytes.len().min(skip);
            at.advance(*index, run);
            skip -= run;
            if skip == 0 {
                break;
            }
        }
        at
    }
}

/// Where a byte stands.
fn positions(hay: &[u8], byte: Option<u8>) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + hay[from..].iter().position(|other| Some(*other) == byte)?;
        from = at + 1;
        Some(at)
    })
}
