//! Journal files: streamed in any pieces, and honest about how much of a broken one is good.

use outcry_journal::{Chunk, FileHeader, FilePart, FileReader, Good, Head, JournalError, JournalId};

use crate::workload::{JOURNAL, chunks};

struct Written {
    bytes: Vec<u8>,
    chunks: Vec<Chunk>,
    /// Where each part ends.
    borders: Vec<usize>,
}

fn written() -> Written {
    let (_, chunks) = chunks(4, 3, 12);
    let mut bytes = FileHeader::new(JOURNAL, "Zoë's market").unwrap().to_bytes();
    let mut borders = vec![bytes.len()];
    for chunk in &chunks {
        bytes.extend(chunk.to_bytes());
        borders.push(bytes.len());
    }
    Written { bytes, chunks, borders }
}

/// Reads in pieces of `step` bytes as far as it goes.
fn read(bytes: &[u8], step: usize) -> (Vec<FilePart>, Result<Good, JournalError>, Good) {
    let mut reader = FileReader::new();
    let mut parts = Vec::new();
    for piece in bytes.chunks(step) {
        reader.push(piece);
        loop {
            match reader.take() {
                Ok(Some(part)) => parts.push(part),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(reader.finish(), Err(error.clone()), "the error stays");
                    return (parts, Err(error), reader.good());
                }
            }
        }
    }
    (parts, reader.finish(), reader.good())
}

#[test]
fn a_file_comes_back_in_any_pieces() {
    let Written { bytes, chunks, .. } = written();
    for step in [1, 7, 100, 4096, usize::MAX] {
        let (parts, end, good) = read(&bytes, step);
        assert_eq!(end, Ok(good));
        assert_eq!((good.bytes, good.chunks), (bytes.len() as u64, 3));
        assert_eq!(good.head, Some(chunks[2].after()));
        let header = FilePart::Header(FileHeader::new(JOURNAL, "Zoë's market").unwrap());
        let expected: Vec<_> =
            std::iter::once(header).chain(chunks.iter().cloned().map(FilePart::Chunk)).collect();
        assert_eq!(parts, expected);
    }
}

#[test]
fn a_file_cut_off_says_how_much_is_good() {
    let Written { bytes, chunks, borders } = written();
    for len in 0..bytes.len() {
        let (_, end, good) = read(&bytes[..len], 1000);
        let whole = borders.iter().filter(|&&border| border <= len).count();
        let good_bytes = whole.checked_sub(1).map_or(0, |last| borders[last]);
        assert_eq!(good.bytes, good_bytes as u64, "cut at {len}");
        assert_eq!(good.chunks, whole.saturating_sub(1) as u64);
        let head = match whole {
            0 => None,
            1 => Some(Head::genesis(JOURNAL)),
            _ => Some(chunks[whole - 2].after()),
        };
        assert_eq!(good.head, head);
        if borders.contains(&len) {
            assert_eq!(end, Ok(good), "a file may end after any chunk");
        } else {
            assert!(matches!(end, Err(JournalError::Truncated { .. })), "cut at {len}: {end:?}");
        }
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let Written { bytes, borders, .. } = written();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        let (_, end, good) = read(&changed, 1000);
        assert!(end.is_err(), "changed at {at}");
        let part = borders.iter().take_while(|&&border| border <= at).last().copied().unwrap_or(0);
        assert_eq!(good.bytes, part as u64, "changed at {at}");
    }
}

#[test]
fn chunks_must_follow_each_other() {
    let Written { bytes, borders, .. } = written();
    let header = &bytes[..borders[0]];
    let second = &bytes[borders[1]..borders[2]];
    let (_, end, good) = read(&[header, second].concat(), 1000);
    assert!(matches!(end, Err(JournalError::Gap { expected: 1, .. })), "{end:?}");
    assert_eq!((good.chunks, good.bytes), (0, borders[0] as u64));

    let other = FileHeader::new(JournalId::from_bytes([3; 16]), "").unwrap().to_bytes();
    let (_, end, _) = read(&[&other, &bytes[borders[0]..borders[1]]].concat(), 1000);
    assert!(matches!(end, Err(JournalError::WrongJournal { .. })), "{end:?}");
}

#[test]
fn names_are_bounded() {
    assert!(FileHeader::new(JOURNAL, &"a".repeat(120)).is_ok());
    let error = FileHeader::new(JOURNAL, &"a".repeat(121)).unwrap_err();
    assert_eq!(error.to_string(), "121 bytes, at most 120 are allowed");
    assert!(matches!(FileHeader::new(JOURNAL, "a\nb"), Err(JournalError::Malformed { .. })));
}
