//! Every limit of the journal. Reaching one is an error that names it.

/// Longest entry in bytes: a mass quote of [`MAX_QUOTES`](outcry_engine::limits::MAX_QUOTES) entries; a property test
/// holds the codec to it. A chunk is full where one more such entry might not fit.
pub const MAX_ENTRY_BYTES: usize = 32 << 10;
/// Longest body of a chunk in bytes: bounds what a reader ever has to hold at once.
pub const MAX_CHUNK_BODY: usize = 1 << 20;
/// Size to which a store seals its small chunks.
pub const SEALED_CHUNK_BODY: usize = 1 << 16;
/// Most origins of commands in one journal; each costs its high-water mark.
pub const MAX_ORIGINS: usize = 65_536;
/// Longest name of a journal in a file, in bytes of UTF-8.
pub const MAX_JOURNAL_NAME: usize = 120;
