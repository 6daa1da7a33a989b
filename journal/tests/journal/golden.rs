//! Journals that earlier releases wrote must replay to the digests they had then.
//!
//! `UPDATE_GOLDEN=1 cargo test -p outcry-journal golden` writes the file of the current format version; the files
//! of earlier versions are never written again.

use std::fmt::Write as _;
use std::path::PathBuf;

use outcry_journal::{FileHeader, FilePart, FileReader, Host};

use crate::workload::{JOURNAL, chunks};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// What a journal file replays to, as text.
fn replayed(bytes: &[u8]) -> String {
    let mut reader = FileReader::new();
    reader.push(bytes);
    let mut text = String::new();
    let mut host = None;
    while let Some(part) = reader.take().unwrap() {
        match part {
            FilePart::Header(header) => {
                writeln!(text, "journal {} {}", header.journal(), header.name()).unwrap();
                host = Some(Host::new(header.journal(), 0));
            }
            FilePart::Snapshot(snapshot) => host = Some(Host::from_snapshot(snapshot.as_bytes()).unwrap()),
            FilePart::Chunk(chunk) => {
                let host = host.as_mut().unwrap();
                host.apply(&chunk, |_, _, _| ()).unwrap();
                let (head, digest) = (host.head(), host.exchange().digest());
                writeln!(
                    text,
                    "epoch {} sequence {} digest {digest} hash {}",
                    chunk.epoch(),
                    head.sequence,
                    head.hash
                )
                .unwrap();
            }
        }
    }
    reader.finish().unwrap();
    text
}

#[test]
fn golden_journals_replay_to_their_digests() {
    let version = outcry_journal::FORMAT_VERSION;
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let (mut host, mut all) = chunks(2026, 3, 60);
        host.begin_epoch(2).unwrap();
        crate::workload::trade(&mut host, 5, 40);
        all.extend(host.cut());
        let mut bytes = FileHeader::new(JOURNAL, "golden").unwrap().to_bytes();
        all.iter().for_each(|chunk| bytes.extend(chunk.to_bytes()));
        std::fs::write(folder().join(format!("version-{version}.outcry")), &bytes).unwrap();
        std::fs::write(folder().join(format!("version-{version}.txt")), replayed(&bytes)).unwrap();
    }
    for version in 1..=version {
        let bytes = std::fs::read(folder().join(format!("version-{version}.outcry"))).unwrap();
        let expected = std::fs::read_to_string(folder().join(format!("version-{version}.txt"))).unwrap();
        assert_eq!(replayed(&bytes), expected, "format version {version}");
    }
}
