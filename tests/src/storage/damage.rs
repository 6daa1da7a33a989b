//! Damage: files of the browser's database are changed, cut or deleted while it does not run.
//!
//! The browser hides most of it: it opens an older state, or an empty one, and says nothing. So whatever is missing
//! afterwards must be told by the page, with what there was; a page that opens something else without a word fails.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use outcry_simulation::Random;

use super::journal::{Flaw, StoredJournal};
use super::room::Opening;
use super::score::{Extent, Score};
use super::stage::Stage;
use crate::browser::{Status, wait};

/// Where Chromium keeps databases, and the values that a page keeps beside them, in its profile.
const DATABASES: &str = "Default/IndexedDB";
const VALUES: &str = "Default/Local Storage";
/// A write of the disk.
const BLOCK: u64 = 4096;
/// Orders in the database that is damaged.
const ORDERS: u32 = 4;

/// What is done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    /// A byte is another one.
    Flip,
    /// A block reads as zeros.
    Zero,
    /// The end is missing.
    Cut,
    /// All is missing.
    Empty,
    /// The file is gone.
    Delete,
    /// The whole database is gone.
    DeleteAll,
}

impl Damage {
    const ALL: [Self; 6] = [Self::Flip, Self::Zero, Self::Cut, Self::Empty, Self::Delete, Self::DeleteAll];

    /// Does it to a file of a folder, and says what it did.
    fn befall(self, folder: &Path, random: &mut Random) -> io::Result<String> {
        let mut files = Vec::new();
        list(folder, &mut files)?;
        // What the browser only writes is no part of the database.
        files.retain(|path| !path.ends_with("LOCK") && !path.ends_with("LOG") && !path.ends_with("LOG.old"));
        files.sort();
        let Some(path) = random.pick(&files) else { return Err(io::ErrorKind::NotFound.into()) };
        let mut bytes = fs::read(path)?;
        let len = bytes.len() as u64;
        let place = random.below(len);
        match self {
            Self::Flip => {
                let bit = 1 << random.below(8);
                if let Some(byte) = bytes.get_mut(place as usize) {
                    *byte ^= bit;
                }
                fs::write(path, bytes)?;
            }
            Self::Zero => {
                let first = place / BLOCK * BLOCK;
                let block = bytes.iter_mut().skip(first as usize).take(BLOCK as usize);
                block.for_each(|byte| *byte = 0);
                fs::write(path, bytes)?;
            }
            Self::Cut => fs::write(path, &bytes[..place as usize])?,
            Self::Empty => fs::write(path, [])?,
            Self::Delete => fs::remove_file(path)?,
            Self::DeleteAll => fs::remove_dir_all(folder)?,
        }
        let name = path.strip_prefix(folder).unwrap_or(path);
        Ok(format!("{self:?} of {} at {place} of {len}", name.display()))
    }
}

/// Damages a database again and again, each time as it was written, and opens the page on it.
#[must_use]
pub fn damage(extent: Extent) -> Score {
    let mut score = Score::new(12, "a file of the database damaged");
    let (mut harmless, mut told, mut silent) = (0_u64, 0_u64, Vec::new());
    let mut bench: Option<Bench> = None;
    for (seed, mut random) in extent.runs() {
        let at_work = bench.get_or_insert_with(Bench::prepare);
        let kind = Damage::ALL[(seed % Damage::ALL.len() as u64) as usize];
        let done = score.attempt(seed, || at_work.damage(kind, &mut random));
        score.acknowledged(ORDERS.into(), at_work.whole.saved);
        match done {
            Some(Found::Harmless) => harmless += 1,
            Some(Found::Told) => told += 1,
            Some(Found::Silent(what)) => silent.push(what),
            None => bench = None,
        }
    }
    score.remark(format!("{told} told, {harmless} did no harm"));
    if !silent.is_empty() {
        score.remark(format!("{} without a word: this page keeps no witness", silent.len()));
        println!("storage: damage that was not told: {silent:#?}");
    }
    score
}

/// What the page made of damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Everything is there.
    Harmless,
    /// It said what there was.
    Told,
    /// It said nothing, and had no place to know it from.
    Silent(String),
}

/// A page, and its database as it was when all was well.
#[derive(Debug)]
pub struct Bench {
    stage: Stage,
    /// What it showed then.
    whole: Status,
    /// What was stored then.
    journal: StoredJournal,
    /// Whether it kept a witness.
    witnessed: bool,
    copy: tempfile::TempDir,
}

impl Bench {
    /// A page that has traded, its browser killed once what it keeps outside the database is on disk.
    ///
    /// # Panics
    /// If the profile cannot be copied, or the journal is not whole.
    #[must_use]
    pub fn prepare() -> Self {
        let mut stage = Stage::open("damage");
        for _ in 0..ORDERS {
            let executed = stage.place();
            stage.wait_saved(executed);
        }
        let whole = stage.still();
        let journal = stage.check_stored().expect("nothing is damaged yet");
        let witnessed = stage.has_witness();
        stage.page.leave();
        if witnessed {
            // Chromium writes it down some seconds later, and not when it is told to end.
            wait("the witness is on disk", || {
                let kept = format!("\"sequence\":{}", whole.sequence);
                holds(&stage.profile().as_ref().join(VALUES), &kept).then_some(())
            });
        }
        stage.page.kill_browser();
        let copy = tempfile::tempdir().expect("a folder for the copy can be made");
        for part in [DATABASES, VALUES] {
            copy_all(&stage.profile().as_ref().join(part), &copy.path().join(part))
                .expect("a profile can be copied");
        }
        Self { stage, whole, journal, witnessed, copy }
    }

    /// Damages the database and opens the page.
    fn damage(&mut self, damage: Damage, random: &mut Random) -> Result<Found, Flaw> {
        let profile = self.stage.profile().as_ref().to_owned();
        for part in [DATABASES, VALUES] {
            // Absent if the last damage was that.
            let _ = fs::remove_dir_all(profile.join(part));
            copy_all(&self.copy.path().join(part), &profile.join(part)).expect("a profile can be restored");
        }
        let done = damage.befall(&profile.join(DATABASES), random).expect("a file can be damaged");
        self.stage.page.start_browser();
        self.stage.load();
        let found = self.found(&done);
        self.stage.page.kill_browser();
        found
    }

    /// Opens the page without its witness, as if it never had one, on a database that is gone.
    ///
    /// # Errors
    /// The [`Flaw`] that this is, as the check would find it.
    pub fn forget_everything(&mut self) -> Result<Found, Flaw> {
        let profile = self.stage.profile().as_ref().to_owned();
        for part in [DATABASES, VALUES] {
            fs::remove_dir_all(profile.join(part)).expect("a part of the profile can be deleted");
        }
        self.witnessed = true;
        self.stage.page.start_browser();
        self.stage.load();
        self.found("everything deleted, the witness too")
    }

    fn found(&self, damage: &str) -> Result<Found, Flaw> {
        let opening = self.stage.outcome_of_opening();
        let told = self.stage.told().join("\n");
        let whole = &self.whole;
        let words = match &opening {
            Opening::Open(now) if now.exchange == whole.exchange => {
                // Settings may be gone with the rest, and then the market goes on by itself: longer is not whole.
                let kept = self.stage.check_stored().and_then(|journal| journal.continues(&self.journal));
                if kept.is_ok() {
                    return Ok(Found::Harmless);
                }
                told
            }
            Opening::Open(_) | Opening::Nothing => told,
            Opening::Told(words) => format!("{words}\n{told}"),
        };
        // "Had 27,023, here 12": whatever the words, the number is there.
        if words.replace(',', "").contains(&whole.sequence.to_string()) {
            return Ok(Found::Told);
        }
        let what = format!("{damage}: {whole:?} before, then {opening:?}, and it said {words:?}");
        if self.witnessed { Err(Flaw::Untold(what)) } else { Ok(Found::Silent(what)) }
    }
}

/// Whether a file of a folder holds a text, in one byte a character or in two.
fn holds(folder: &Path, text: &str) -> bool {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut files = Vec::new();
    if list(folder, &mut files).is_err() {
        return false;
    }
    let contains = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let texts = files.iter().filter_map(|file| fs::read(file).ok());
    texts.into_iter().any(|bytes| contains(&bytes, text.as_bytes()) || contains(&bytes, &wide))
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_all(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
