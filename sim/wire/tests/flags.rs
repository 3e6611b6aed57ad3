//! Flags and their letters.

use super::*;

#[test]
fn letters_are_read_in_any_order_and_written_in_one() {
    for bits in 0..=u8::MAX {
        assert_eq!(Flags::from_letters(&Flags(bits).to_string()), Some(Flags(bits)));
    }
    assert_eq!(Flags::from_letters("CEUAPRSF").map(|flags| flags.to_string()).as_deref(), Some("FSRPAUEC"));
    assert_eq!([Flags::from_letters("S."), Flags::from_letters("-")], [Some(Flags::SYN | Flags::ACK), Some(Flags::NONE)]);
    assert_eq!([Flags::from_letters("X"), Flags::from_letters("a")], [None; 2]);
}

#[test]
fn a_plain_segment_begins_and_ends_nothing() {
    let plain = (0..=u8::MAX).map(Flags).filter(|flags| flags.is_plain()).count();
    assert_eq!(plain, 32);
    assert!([Flags::FIN, Flags::SYN, Flags::RST].iter().all(|flags| !(*flags | Flags::ACK).is_plain()));
}
