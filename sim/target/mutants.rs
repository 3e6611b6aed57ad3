//! Makes mutants: the right targets, each with one defect that the oracle must find.

use super::{Defect, Named, PIPE, RECORDS_TCP, TCP};
use crate::flow::RecordsQuirk;
use crate::tcp::Quirk;
use crate::world::PipeQuirk;

/// Every mutant: those of the pipe, of the TCP, of the layer over TCP, each kind by number.
pub static MUTANTS: &[Named] = &all();

const PIPES: usize = PipeQuirk::ALL.len();
const TCPS: usize = Quirk::ALL.len();
const COUNT: usize = PIPES + TCPS + RecordsQuirk::ALL.len();

const fn all() -> [Named; COUNT] {
    let mut all = [PIPE; COUNT];
    let mut next = 0;
    while next < COUNT {
        all[next] = match next {
            0..PIPES => mutant(PIPE, Defect::Pipe(PipeQuirk::ALL[next])),
            _ if next < PIPES + TCPS => mutant(TCP, Defect::Tcp(Quirk::ALL[next - PIPES])),
            _ => mutant(RECORDS_TCP, Defect::Records(RecordsQuirk::ALL[next - PIPES - TCPS])),
        };
        next += 1;
    }
    all
}

const fn mutant(right: Named, defect: Defect) -> Named {
    Named { name: defect.name(), about: defect.about(), defect: Some(defect), ..right }
}

impl Named {
    /// The name of what it is a mutant of; its own where nothing is wrong with it.
    pub const fn right(&self) -> &'static str {
        match self.defect {
            Some(Defect::Tcp(_)) => TCP.name,
            Some(Defect::Pipe(_)) => PIPE.name,
            Some(Defect::Records(_)) => RECORDS_TCP.name,
            None => self.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::names;
    use super::*;

    #[test]
    fn numbers_rise_and_names_differ() {
        let numbers = |kind: fn(&Defect) -> bool| MUTANTS.iter().filter_map(|mutant| mutant.defect).filter(kind).map(Defect::number);
        assert!(numbers(|defect| matches!(defect, Defect::Pipe(_))).is_sorted());
        assert!(numbers(|defect| matches!(defect, Defect::Tcp(_))).is_sorted());
        assert!(numbers(|defect| matches!(defect, Defect::Records(_))).is_sorted());
        for (at, target) in names().enumerate() {
            let is_plain = target.name.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-');
            assert!(is_plain && names().take(at).all(|other| other.name != target.name), "{}", target.name);
            assert!(target.defect.is_none() || target.about.ends_with('.'), "{}", target.about);
        }
    }
}
