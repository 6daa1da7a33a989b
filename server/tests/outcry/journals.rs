//! `outcry simulate` and `outcry verify`: journal files made and checked.

use std::path::Path;

use outcry_journal::{FileHeader, FilePart, FileReader, Host};
use outcry_server::simulate::{Run, simulate};
use outcry_server::verify::verify;
use serde_json::Value;

use crate::program::outcry;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn run(seed: u64, commands: u64) -> Run {
    Run { seed, commands, schedule: None }
}

#[test]
fn a_schedule_is_kept_in_the_journal_and_in_the_lines() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, path) = (folder.path().join("day.json"), folder.path().join("day.outcry"));
    let day = r#"{"span":"00:02:00","sessions":[
        {"at":"00:00:00","phase":"opening_call","random_end":"00:00:05"},
        {"at":"00:00:20","phase":"continuous"},
        {"at":"00:01:50","phase":"closed"}
    ]}"#;
    std::fs::write(&plan, day).unwrap();
    let with = ["--commands", "3000", "--schedule", text(&plan)];
    let made = outcry(&[&["simulate", "--json", "--out", text(&path)], &with[..]].concat(), "");
    assert_eq!(made.code, 0, "{}", made.errors);
    let made: Value = serde_json::from_str(&made.output).unwrap();
    let verified = verify(&path).unwrap();
    assert!(verified.good, "a replay needs no schedule");

    let lines = outcry(&[&["simulate", "--json-lines"], &with[..]].concat(), "");
    assert!(lines.output.contains(r#""command":"set_phase""#), "{}", lines.errors);
    let ran = outcry(&["exec"], &lines.output);
    assert_eq!(ran.code, 0, "{}", ran.errors);
    let uncrossed = ran.output.lines().filter(|line| line.contains(r#""event":"uncrossed""#)).count();
    assert!(uncrossed > 0, "an opening auction finds a price");
    let last: Value = serde_json::from_str(ran.output.lines().last().unwrap()).unwrap();
    assert_eq!(last["sequence"], made["entries"]);
}

#[test]
fn a_schedule_that_is_none_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("day.json");
    for (content, says) in [
        ("{", "is not JSON"),
        (
            r#"{"sessions":[{"at":"8:00","phase":"closed"}]}"#,
            "sessions[0].at: is not hours, minutes and seconds",
        ),
        (r#"{"sessions":[{"at":"08:00:00","phase":"closed"}]}"#, "1 sessions, 2 to 1000 are allowed"),
    ] {
        std::fs::write(&plan, content).unwrap();
        for task in ["exec", "simulate"] {
            let ran = outcry(
                &[&[task, "--schedule", text(&plan)], &["--json-lines"][..usize::from(task != "exec")]]
                    .concat(),
                "",
            );
            assert_eq!(ran.code, 2, "{content}");
            assert!(ran.errors.contains(says) && ran.errors.contains("day.json"), "{}", ran.errors);
        }
    }
}

#[test]
fn a_simulated_journal_replays_to_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.outcry");
    let made = outcry(&["simulate", "--seed", "7", "--commands", "3000", "--out", text(&path), "--json"], "");
    assert_eq!(made.code, 0, "{}", made.errors);
    let made: Value = serde_json::from_str(&made.output).unwrap();
    assert!(made["entries"].as_u64().unwrap() >= 3000);

    let verified = outcry(&["verify", text(&path), "--json"], "");
    assert_eq!(verified.code, 0, "{}", verified.errors);
    let verified: Value = serde_json::from_str(&verified.output).unwrap();
    assert_eq!(verified["good"], true);
    for field in ["id", "entries", "hash", "digest"] {
        assert_eq!(verified["exchange"][field], made[field], "{field}");
    }
    assert_eq!(verified["exchange"]["name"], "Simulation 7");
    assert!(outcry(&["verify", text(&path)], "").output.contains("good: all"));
}

#[test]
fn the_same_seed_gives_the_same_file_and_another_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, seed| {
        let path = folder.path().join(name);
        simulate(&run(seed, 1_000), &path, false).unwrap();
        std::fs::read(path).unwrap()
    };
    assert_eq!(file("a", 1), file("b", 1));
    assert_ne!(file("c", 1), file("d", 2));
}

#[test]
fn a_file_that_is_there_is_kept_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept");
    std::fs::write(&path, "precious").unwrap();
    let ran = outcry(&["simulate", "--commands", "10", "--out", text(&path)], "");
    assert_eq!(ran.code, 2);
    assert!(ran.errors.starts_with("outcry: cannot write"), "{}", ran.errors);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    assert_eq!(outcry(&["simulate", "--commands", "10", "--out", text(&path), "--force"], "").code, 0);
    assert!(verify(&path).unwrap().good);
}

#[test]
fn the_simulated_lines_are_commands_and_give_the_same_history() {
    let lines = outcry(&["simulate", "--seed", "3", "--commands", "2000", "--json-lines"], "");
    assert_eq!(lines.code, 0, "{}", lines.errors);
    let folder = tempfile::tempdir().unwrap();
    let made = simulate(&run(3, 2_000), &folder.path().join("same"), false).unwrap();
    assert_eq!(
        lines.output.lines().count() as u64,
        made.entries,
        "every command of the crowd can be written"
    );
    let ran = outcry(&["exec"], &lines.output);
    assert_eq!(ran.code, 0, "every line is read back");
    let last: Value = serde_json::from_str(ran.output.lines().last().unwrap()).unwrap();
    assert_eq!(last["sequence"], made.entries);
}

/// The file of the same exchange, trimmed after its first chunk: a snapshot, and the chunks behind it.
fn trimmed(whole: &[u8]) -> Vec<u8> {
    let mut reader = FileReader::default();
    reader.push(whole);
    let (mut host, mut file) = (None, Vec::new());
    while let Some(part) = reader.take().unwrap() {
        match part {
            FilePart::Header(header) => host = Some(Host::new(header.journal(), 1)),
            FilePart::Chunk(chunk) if file.is_empty() => {
                let mut host = host.take().unwrap();
                host.apply(&chunk, |_, _, _| {}).unwrap();
                let snapshot = host.snapshot().unwrap();
                file = FileHeader::trimmed(&snapshot, "Trimmed").unwrap().to_bytes();
                file.extend_from_slice(snapshot.as_bytes());
            }
            FilePart::Chunk(chunk) => file.extend_from_slice(&chunk.to_bytes()),
            FilePart::Snapshot(_) => panic!("a whole journal has no snapshot"),
        }
    }
    file
}

#[test]
fn a_trimmed_journal_is_verified_from_its_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    simulate(&run(1, 20_000), &path, false).unwrap();
    let whole = verify(&path).unwrap().exchange.unwrap();
    let file = trimmed(&std::fs::read(&path).unwrap());

    std::fs::write(&path, &file).unwrap();
    let ran = outcry(&["verify", text(&path)], "");
    assert_eq!(ran.code, 0, "{}", ran.errors);
    assert!(
        ran.output.contains("entries are a snapshot; they cannot be replayed or verified"),
        "{}",
        ran.output
    );
    let good = verify(&path).unwrap().exchange.unwrap();
    assert!(good.trimmed > 0 && good.chunks == whole.chunks - 1);
    assert_eq!((good.entries, good.hash, good.digest), (whole.entries, whole.hash, whole.digest));

    let mut flipped = file.clone();
    flipped[200] ^= 1;
    std::fs::write(&path, &flipped).unwrap();
    let damaged = verify(&path).unwrap();
    assert_eq!(damaged.error.as_deref(), Some("damaged: the checksum does not match"));
    assert!(!damaged.good);
}

#[test]
fn what_is_cut_off_damaged_or_something_else_is_told_with_how_much_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    simulate(&run(1, 20_000), &path, false).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let good = verify(&path).unwrap();
    assert!(good.exchange.as_ref().unwrap().chunks >= 3);

    let check = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let ran = outcry(&["verify", text(&path)], "");
        assert_eq!(ran.code, 1, "{}", ran.errors);
        assert!(ran.output.contains("NOT GOOD"), "{}", ran.output);
        verify(&path).unwrap()
    };

    let cut = check(&whole[..whole.len() - 1]);
    assert!(cut.error.unwrap().starts_with("cut off"));
    assert!(cut.good_bytes > 0 && cut.exchange.unwrap().entries < good.exchange.as_ref().unwrap().entries);

    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let damaged = check(&flipped);
    assert_eq!(damaged.error.unwrap(), "damaged: the checksum does not match");
    assert!(damaged.exchange.unwrap().entries > 0);

    let mut newer = whole.clone();
    newer[8] = 3;
    assert_eq!(
        check(&newer).error.unwrap(),
        "journal format 3 is newer than 2, the newest this release reads"
    );

    let other = check(b"orderId,symbol,side,amount,price\n");
    assert_eq!(other.error.unwrap(), "not an Outcry journal");
    assert_eq!((other.good_bytes, other.exchange), (0, None));
    assert!(!check(b"").good);

    let ran = outcry(&["verify", text(&folder.path().join("absent"))], "");
    assert_eq!(ran.code, 2);
    assert!(ran.errors.starts_with("outcry: cannot read"), "{}", ran.errors);
}
