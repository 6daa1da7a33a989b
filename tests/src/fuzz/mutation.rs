//! Changes to good inputs: bytes, runs, lengths, numbers, lines; cut off, repeated, and joined with another input.

use outcry_simulation::Random;

use super::Decoder;

/// Longest input. What is refused for its length alone has tests of its own.
const LONGEST: usize = 1 << 16;
/// Words that formats take amiss: JSON, CSV, numbers, times.
const WORDS: [&str; 20] = [
    "null",
    "true",
    "{}",
    "[[[[[[[[",
    "{\"a\":",
    "\"\"",
    "\\u0000",
    "\\ud800",
    "1e999",
    "NaN",
    "-0",
    "0.",
    ".5",
    "00",
    "\r\n",
    "\n\n",
    ",,",
    "\u{feff}",
    "\u{661}",
    "9999-12-31T23:59:60.9999999999Z",
];
/// Numbers at the edges of what fields hold, as text.
const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "-1",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "79228162514264337593543950336",
    "0.0000000000000000000000000001",
    "1.00",
    "1000000000000",
    "999999999999999999",
];

/// An input of the decoder: mostly a changed good one, now and then a good one as it is, or noise alone.
pub(super) fn input(decoder: &Decoder, random: &mut Random) -> Vec<u8> {
    let other = random.pick(&decoder.good).cloned().unwrap_or_default();
    let mut bytes = random.pick(&decoder.good).cloned().unwrap_or_default();
    match random.below(32) {
        0 => return bytes,
        1 => {
            let length = random.below(400);
            return (0..length).map(|_| byte(random)).collect();
        }
        _ => {}
    }
    // One change half the time, two a quarter of it, and so on.
    let mut changes = 1;
    while changes < 8 && random.below(2) == 0 {
        changes += 1;
    }
    for _ in 0..changes {
        change(&mut bytes, &other, random);
        bytes.truncate(LONGEST);
    }
    if random.below(4) > 0 {
        (decoder.seal)(&mut bytes);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = place(random, bytes.len());
    match random.below(14) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        1 if at < bytes.len() => bytes[at] = *random.pick(&[0, 1, 0x7f, 0x80, 0xff]).expect("there are five"),
        2 if at < bytes.len() => bytes[at] = byte(random),
        3 => {
            let run: Vec<u8> = (0..=random.below(8)).map(|_| byte(random)).collect();
            insert(bytes, at, &run);
        }
        4 => drop(bytes.drain(run(random, at, bytes.len()))),
        5 => {
            let copied = bytes[run(random, at, bytes.len())].to_vec();
            insert(bytes, place(random, bytes.len()), &copied);
        }
        6 => bytes.truncate(at),
        7 => {
            let from = place(random, other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        8 | 9 => length(bytes, at, random),
        10 => number(bytes, at, random),
        11 => insert(bytes, at, random.pick(&WORDS).expect("there are some").as_bytes()),
        12 => lines(bytes, random),
        _ => {
            let run = bytes[run(random, at, bytes.len())].repeat(1 + small(random.below(300)));
            insert(bytes, at, &run);
        }
    }
}

/// Overwrites a little-endian word, as wide as a length may be, with one that is near an edge.
fn length(bytes: &mut [u8], at: usize, random: &mut Random) {
    let width = *random.pick(&[1, 2, 4, 8]).expect("there are four");
    let whole = bytes.len() as u64;
    let Some(word) = bytes.get_mut(at..at + width) else { return };
    let mut now = [0; 8];
    now[..width].copy_from_slice(word);
    let now = u64::from_le_bytes(now);
    let edges =
        [0, 1, whole, 1 << 16, 1 << 20, 1 << 31, 1 << 32, u64::MAX >> 1, u64::MAX, now, now << 1, now << 8];
    let edge = *random.pick(&edges).expect("there are twelve");
    let near = edge.wrapping_add(random.below(3)).wrapping_sub(1);
    word.copy_from_slice(&near.to_le_bytes()[..width]);
}

/// Replaces the number in the text at or after a place.
fn number(bytes: &mut Vec<u8>, at: usize, random: &mut Random) {
    let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|digit| at + digit) else { return };
    let end =
        bytes[start..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |end| start + end);
    let number = random.pick(&NUMBERS).expect("there are some");
    bytes.splice(start..end, number.bytes());
}

/// Exchanges two lines, or doubles one.
fn lines(bytes: &mut Vec<u8>, random: &mut Random) {
    let mut lines: Vec<Vec<u8>> = bytes.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    let (left, right) = (place(random, lines.len() - 1), place(random, lines.len() - 1));
    if random.below(2) == 0 {
        lines.swap(left, right);
    } else {
        let line = lines[left].clone();
        lines.insert(right, line);
    }
    *bytes = lines.join(&b'\n');
}

fn insert(bytes: &mut Vec<u8>, at: usize, run: &[u8]) {
    bytes.splice(at..at, run.iter().copied());
}

/// A place from 0 to `end`, both included.
fn place(random: &mut Random, end: usize) -> usize {
    small(random.below(end as u64 + 1))
}

/// A run that starts at a place: mostly short, now and then up to the end.
fn run(random: &mut Random, at: usize, end: usize) -> std::ops::Range<usize> {
    let most = if random.below(4) == 0 { end } else { 16 };
    at..at + place(random, most.min(end - at))
}

fn byte(random: &mut Random) -> u8 {
    random.bits().to_le_bytes()[0]
}

fn small(number: u64) -> usize {
    usize::try_from(number).expect("a place in an input")
}
