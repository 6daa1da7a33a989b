//! Every decoder against changed inputs: no panic, and no more memory at once than its bound.
//!
//! `OUTCRY_INPUTS` sets how many inputs each decoder gets (100,000 unless told; a tenth of that where commands are
//! executed), `OUTCRY_SEED` the seed of the first, `OUTCRY_KEEP` a folder into which a failing input is written.
//! Inputs that failed once are kept in `crashers`, a folder for each decoder, and read again by every run.

use std::fs;
use std::path::Path;

use outcry_tests::fuzz::{Bound, Decoder, Fault, decoders, judge, run};

/// How many inputs, unless told otherwise.
const INPUTS: u64 = 100_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// The most bytes held at once.
fn meter(work: &mut dyn FnMut()) -> u64 {
    allocation_counter::measure(work).bytes_max
}

/// Reads the kept inputs and then `1 / share` of the inputs, in ten parts so that a long run shows how far it is.
fn bears(decoder: &Decoder, share: u64) {
    kept(decoder);
    let told = number("OUTCRY_INPUTS");
    let inputs = told.unwrap_or(INPUTS).div_ceil(share);
    let first = number("OUTCRY_SEED").unwrap_or(1);
    let (mut done, mut accepted, mut most) = (0, 0, 0);
    while done < inputs {
        let part = inputs.div_ceil(10).min(inputs - done);
        let tally = run(decoder, first + done, part, meter).unwrap_or_else(|failure| {
            if let Some(folder) = std::env::var_os("OUTCRY_KEEP") {
                let folder = Path::new(&folder).join(decoder.name);
                let path = folder.join(format!("{}.hex", failure.seed));
                let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, failure.hex()));
                println!("{}: {written:?}", path.display());
            }
            panic!("{failure}");
        });
        done += tally.inputs;
        accepted += tally.accepted;
        most = most.max(tally.most_bytes);
        println!("{}: {done} of {inputs} inputs, {accepted} accepted, most {most} bytes", decoder.name);
    }
    if told.is_none() {
        assert!(accepted * 100 > inputs, "{}: too few inputs get through: {accepted}", decoder.name);
        assert!(accepted * 100 < inputs * 99, "{}: too few inputs are refused: {accepted}", decoder.name);
    }
}

/// Reads the inputs that failed once.
fn kept(decoder: &Decoder) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crashers").join(decoder.name);
    let Ok(files) = fs::read_dir(&folder) else { return };
    for file in files {
        let file = file.expect("a folder that can be read").path();
        let text = fs::read_to_string(&file).expect("a text");
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        let digit = |digit: &u8| char::from(*digit).to_digit(16).expect("a digit");
        let byte = |pair: &[u8]| pair.iter().fold(0, |byte, half| byte << 4 | digit(half) as u8);
        let input: Vec<u8> = digits.chunks(2).map(byte).collect();
        let (verdict, _) = judge(decoder, &input, meter);
        assert!(verdict.is_ok(), "{}: {verdict:?}", file.display());
    }
}

/// One test for each decoder, so that they run side by side and a failure names it.
macro_rules! decoders {
    ($($name:ident / $share:literal)+) => {
        $(
            #[test]
            fn $name() {
                let decoder = decoders::$name();
                assert_eq!(decoder.name, stringify!($name));
                bears(&decoder, $share);
            }
        )+

        #[test]
        fn good_inputs_are_accepted() {
            for decoder in [$(decoders::$name()),+] {
                for (index, input) in decoder.good.iter().enumerate() {
                    let (verdict, _) = judge(&decoder, input, meter);
                    assert_eq!(verdict, Ok(true), "{} {index}", decoder.name);
                    let mut sealed = input.clone();
                    (decoder.seal)(&mut sealed);
                    assert!(judge(&decoder, &sealed, meter).0.is_ok(), "{} {index}, sealed", decoder.name);
                }
            }
        }
    };
}

decoders! {
    chunk / 1
    execution / 10
    snapshot / 1
    file / 1
    snapshot / 10
    history / 1
    append / 1
    answer / 1
    frame / 1
    json_line / 1
    orders_csv / 1
    lobster / 1
    name / 1
}

/// A decoder of a list, a count and then so many bytes each of which is an item, read by `read`.
fn list(read: fn(&[u8]) -> bool) -> Decoder {
    let good = vec![[&[3, 0, 0, 0][..], &[1, 2, 3]].concat(), vec![0, 0, 0, 0]];
    let bound = Bound { per_byte: 4, fixed: 1 << 10 };
    Decoder { name: "list", good, seal: |_| (), read: Box::new(read), bound }
}

fn count(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (count, items) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*count) as usize, items))
}

#[test]
fn a_list_with_a_checked_length_is_borne() {
    let decoder = list(|bytes| {
        let Some((count, items)) = count(bytes) else { return false };
        items.get(..count).map(<[u8]>::to_vec).is_some()
    });
    let tally = run(&decoder, 1, 10_000, meter).unwrap();
    assert!(tally.accepted > 100 && tally.accepted < 9_900, "{tally:?}");
}

/// Planted: memory for as many items as the input claims.
#[test]
fn an_unchecked_length_is_caught() {
    let decoder = list(|bytes| {
        let Some((count, items)) = count(bytes) else { return false };
        let mut list = Vec::<u8>::new();
        if list.try_reserve_exact(count).is_err() {
            return false;
        }
        list.extend(items.iter().take(count));
        list.len() == count
    });
    let failure = run(&decoder, 1, 10_000, meter).unwrap_err();
    assert!(matches!(failure.fault, Fault::Memory { .. }), "{failure}");
    assert!(failure.input.len() <= 5, "it is shrunk: {failure}");
    assert!(failure.to_string().contains(&format!("OUTCRY_SEED={}", failure.seed)), "{failure}");
}

/// Planted: a slice as long as the input claims.
#[test]
fn a_slice_beyond_the_end_is_caught() {
    let decoder = list(|bytes| count(bytes).is_some_and(|(count, items)| items[..count].len() == count));
    let failure = run(&decoder, 1, 10_000, meter).unwrap_err();
    assert!(matches!(&failure.fault, Fault::Panic(message) if message.contains("out of range")), "{failure}");
    assert_eq!(
        judge(&decoder, &failure.input, meter).0,
        Err(failure.fault.clone()),
        "the short input shows it"
    );
}
