//! What a dropped or picked set of files is, by name alone.

/// What to load, as places in the list of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// A CSV of orders.
    Orders(usize),
    /// A LOBSTER message file and its orderbook file.
    Lobster {
        /// The message file.
        messages: usize,
        /// The orderbook file.
        book: usize,
    },
    /// An exported journal.
    Journal(usize),
}

/// Largest file that is loaded, in units of 2^20 bytes.
pub const MAX_MEGABYTES: u32 = 512;

/// Sorts files by their names.
///
/// # Errors
/// What is missing or too much.
pub fn sort(names: &[String]) -> Result<Intake, String> {
    let find = |part: &str| names.iter().position(|name| name.to_ascii_lowercase().contains(part));
    match (names.len(), find("_message_"), find("_orderbook_")) {
        (0, ..) => Err("No file was given.".to_owned()),
        (2, Some(messages), Some(book)) => Ok(Intake::Lobster { messages, book }),
        (1, Some(messages), _) => {
            Err(format!("{} needs its orderbook file: choose both together.", names[messages]))
        }
        (1, _, Some(book)) => Err(format!("{} needs its message file: choose both together.", names[book])),
        (1, None, None) if names[0].to_ascii_lowercase().ends_with(".csv") => Ok(Intake::Orders(0)),
        (1, None, None) => Ok(Intake::Journal(0)),
        (count, ..) => Err(format!(
            "{count} files are too many: give one orders file, one journal, or a LOBSTER message file with its \
             orderbook file."
        )),
    }
}
