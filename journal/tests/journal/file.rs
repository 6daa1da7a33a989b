//! Journal files: streamed in any pieces, and honest about how much of a broken one is good.

use outcry_journal::{
    Chunk, FileHeader, FilePart, FileReader, Good, Head, History, Host, JournalError, JournalId, Snapshot,
};

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

/// The file of a journal that was trimmed at a command of its second chunk: header, snapshot, what comes after it.
fn trimmed() -> (Vec<u8>, Snapshot, Vec<Chunk>) {
    let (_, chunks) = chunks(4, 3, 12);
    let mut host = Host::new(JOURNAL, 0);
    let mut history = History::new(JOURNAL);
    history.extend(chunks[0].count().into(), chunks[0].body());
    host.apply(&chunks[0], |_, _, _| ()).unwrap();
    let snapshot = host.snapshot().unwrap();
    assert_eq!(snapshot.history().head(), history.head());
    let mut bytes = FileHeader::trimmed(&snapshot, "Trimmed").unwrap().to_bytes();
    bytes.extend_from_slice(snapshot.as_bytes());
    chunks[1..].iter().for_each(|chunk| bytes.extend(chunk.to_bytes()));
    (bytes, snapshot, chunks[1..].to_vec())
}

#[test]
fn the_file_of_a_trimmed_journal_begins_with_its_snapshot() {
    let (bytes, snapshot, chunks) = trimmed();
    assert_eq!(bytes[8], 2, "a reader of whole journals refuses it");
    for step in [1, 100, usize::MAX] {
        let (parts, end, good) = read(&bytes, step);
        assert_eq!(end, Ok(good));
        assert_eq!((good.bytes, good.chunks, good.head), (bytes.len() as u64, 2, Some(chunks[1].after())));
        let FilePart::Header(header) = &parts[0] else { panic!("{parts:?}") };
        assert!(header.is_trimmed());
        assert_eq!(parts[1], FilePart::Snapshot(snapshot.clone()));
        let rest: Vec<_> = chunks.iter().cloned().map(FilePart::Chunk).collect();
        assert_eq!(parts[2..], rest);
    }
}

#[test]
fn a_damaged_file_of_a_trimmed_journal_is_told() {
    let (bytes, snapshot, _) = trimmed();
    let header = FileHeader::trimmed(&snapshot, "Trimmed").unwrap().to_bytes().len();
    let end = header + snapshot.as_bytes().len();
    for len in 0..=end {
        let (_, told, good) = read(&bytes[..len], 4096);
        assert_eq!(told.is_ok(), len == end, "a file may end after its snapshot: cut at {len}");
        assert_eq!(
            good.bytes,
            if len == end {
                end
            } else if len >= header {
                header
            } else {
                0
            } as u64
        );
    }
    for at in (0..end).step_by(3) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(read(&changed, usize::MAX).1.is_err(), "byte {at}");
    }
    // The snapshot of another journal, and a chunk that does not follow it.
    let mut other = FileHeader::new(JournalId::from_bytes([3; 16]), "Trimmed").unwrap().to_bytes();
    other[8] = 2;
    assert!(read(&[&other[..], &bytes[header..]].concat(), usize::MAX).1.is_err());
}
