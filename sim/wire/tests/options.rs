//! Options: what is read, what is passed over, what is refused.

use super::super::options::ROOM;
use super::*;

#[test]
fn they_print_as_a_trace_has_them() {
    let block = |from, to| (Seq(from), Seq(to));
    let all = Options {
        mss: Some(1460),
        window_scale: Some(7),
        sack_permitted: true,
        timestamps: Some(Timestamps { value: 1, echo: 0 }),
        sack: [block(1, 2), block(u32::MAX, 3)].into_iter().collect(),
    };
    assert_eq!(all.to_string(), "mss=1460,ws=7,sackok,ts=1:0,sack=1-2,sack=4294967295-3");
    assert_eq!(Options::default().to_string(), "");
    assert_eq!(Options { sack_permitted: true, ..Options::default() }.to_string(), "sackok");
}

#[test]
fn a_text_is_read_in_any_order_and_says_what_it_can() {
    let read = |text: &str| Options::from_text(text).to_string();
    assert_eq!(read("sackok,ws=7,sack=1-2,ts=1:0,mss=1460,sack=4294967295-3"), "mss=1460,ws=7,sackok,ts=1:0,sack=1-2,sack=4294967295-3");
    assert_eq!(read("mss=65535,ws=255"), "mss=65535,ws=255");
    assert_eq!(read("mss=65536,ws=256"), "mss=65535", "the largest there is, and no scale at all");
    assert_eq!(read("mss=9,ws=3,mss=10,ws=2"), "mss=10,ws=3", "the larger one counts");
    for text in ["mss=,ws=", "mss=-1,ws=x", "mss=+9", "mss=9x", "mss", "", ",,", "xmss=9", "mss=4294967296", "ts=1", "ts=1:x", "sack=1"] {
        assert_eq!(Options::from_text(text), Options::default(), "{text}");
    }
}

#[test]
fn each_is_read_wherever_it_stands() {
    let read = |bytes: &[u8]| Options::read(bytes).map(|options| options.to_string());
    assert_eq!(read(&[2, 4, 5, 180, 1, 3, 3, 7]), Ok("mss=1460,ws=7".into()));
    assert_eq!(read(&[1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 8, 4, 2]), Ok("sackok,ts=9:8".into()), "unaligned");
    assert_eq!(read(&[5, 10, 0, 0, 0, 1, 0, 0, 1, 0]), Ok("sack=1-256".into()));
    assert_eq!(read(&[3, 3, 255]), Ok("ws=255".into()), "what is too much is for the protocol to say");
    assert_eq!(read(&[2, 4, 0, 1, 2, 4, 0, 2]), Ok("mss=2".into()), "the later one counts");
    assert_eq!(read(&[]), Ok(String::new()));
}

#[test]
fn unknown_kinds_and_wrong_lengths_are_passed_over() {
    let read = |bytes: &[u8]| Options::read(bytes).map(|options| options.to_string());
    assert_eq!(read(&[253, 4, 9, 9, 4, 2]), Ok("sackok".into()));
    assert_eq!(read(&[253, 2, 4, 2]), Ok("sackok".into()), "an unknown one without a value");
    assert_eq!(read(&[2, 3, 9, 3, 4, 9, 9, 4, 3, 0, 8, 9, 0, 0, 0, 0, 0, 0, 0]), Ok(String::new()));
    assert_eq!(read(&[5, 2, 5, 9, 0, 0, 0, 1, 0, 0, 1, 4, 2]), Ok("sackok".into()), "no block, and a broken one");
}

#[test]
fn nothing_behind_the_end_of_the_list_counts() {
    assert_eq!(Options::read(&[4, 2, 0, 3, 3, 7]).map(|options| options.to_string()), Ok("sackok".into()));
    assert_eq!(Options::read(&[0, 3, 0]), Ok(Options::default()));
}

#[test]
fn lengths_that_make_no_sense_are_refused() {
    let why = |bytes: &[u8]| Options::read(bytes).err();
    assert_eq!([why(&[253, 0]), why(&[253, 1]), why(&[253, 2])], [Some(Malformed::OptionLength), Some(Malformed::OptionLength), None]);
    assert_eq!([why(&[253, 4, 0, 0]), why(&[253, 5, 0, 0])], [None, Some(Malformed::OptionOverrun)]);
    assert_eq!(why(&[1, 253]), Some(Malformed::OptionOverrun), "a kind without a length");
}

#[test]
fn as_many_sack_blocks_are_written_as_have_room() {
    let blocks = |options: Options| {
        let sack = (0..4).map(|nth| (Seq(nth), Seq(nth + 1))).collect();
        let mut bytes = Vec::new();
        Options { sack, ..options.clone() }.put(&mut bytes);
        let read = Options::read(&bytes).expect("what was written");
        assert!(bytes.len() <= ROOM && read.sack.len() == options.sack_blocks_max());
        read.sack.len()
    };
    let timestamps = Some(Timestamps { value: 1, echo: 2 });
    assert_eq!(blocks(Options::default()), 4);
    assert_eq!(blocks(Options { timestamps, ..Options::default() }), 3);
    assert_eq!(blocks(Options { timestamps, mss: Some(9), window_scale: Some(7), sack_permitted: true, ..Options::default() }), 2);
}

proptest! {
    #[test]
    fn they_take_as_many_octets_as_they_say_and_read_back_from_bytes_and_text(options in any_options()) {
        let mut bytes = vec![9];
        options.put(&mut bytes);
        prop_assert_eq!(bytes.len(), 1 + options.size());
        prop_assert!(options.size() <= ROOM && options.size().is_multiple_of(4));
        prop_assert_eq!(options.is_empty(), options.size() == 0);
        prop_assert_eq!(Options::read(&bytes[1..]), Ok(options.clone()));
        prop_assert_eq!(Options::from_text(&options.text()), options);
    }

    #[test]
    fn any_octets_are_read_or_refused(bytes in prop::collection::vec(prop_oneof![0..12_u8, any::<u8>()], 0..=ROOM)) {
        if let Ok(options) = Options::read(&bytes) {
            prop_assert!(options.sack.len() <= SACK_BLOCKS_MAX);
        }
    }
}
