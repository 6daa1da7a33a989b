//! Which mutant is switched on: `OUTCRY_MUTANT` is its number, or `record` to write those that are reached to the file
//! `OUTCRY_REACHED`. A constant is computed as if there were none.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

const NONE: u32 = 1 << 30;
const RECORD: u32 = NONE + 1;
const UNKNOWN: u32 = NONE + 2;
static MODE: AtomicU32 = AtomicU32::new(UNKNOWN);
static REACHED: [AtomicBool; 1 << 13] = [const { AtomicBool::new(false) }; 1 << 13];

#[inline]
pub(crate) const fn on(id: u32) -> bool {
    std::intrinsics::const_eval_select((id,), never, chosen)
}

const fn never(_: u32) -> bool {
    false
}

#[inline]
fn chosen(id: u32) -> bool {
    let mode = MODE.load(Relaxed);
    if mode <= NONE { mode == id } else { other(id, mode) }
}

#[cold]
fn other(id: u32, mode: u32) -> bool {
    if mode == UNKNOWN {
        let told = std::env::var("OUTCRY_MUTANT").unwrap_or_default();
        MODE.store(if told == "record" { RECORD } else { told.parse().unwrap_or(NONE) }, Relaxed);
        return chosen(id);
    }
    if !REACHED[id as usize].swap(true, Relaxed) {
        if let Ok(path) = std::env::var("OUTCRY_REACHED") {
            if let Ok(mut file) = std::fs::OpenOptions::new().append(true).create(true).open(path) {
                let _ = file.write_all(format!("{id}\n").as_bytes());
            }
        }
    }
    false
}
