//! A run of ranks, each with its level or none.

use super::Slot;

/// Ranks of one word of bits.
const WORD: usize = 64;

/// The run. At most 64 words of 64 ranks, so that one more word tells which of them have a level.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// Its lowest rank.
    start: i64,
    /// Bit by word that is not zero.
    summary: u64,
    /// Bit by rank that has a level.
    words: Box<[u64]>,
    levels: Box<[Option<Slot>]>,
}

impl Window {
    /// Where a window of `width` ranks starts that has `rank` at about a quarter of it.
    pub(super) fn start(rank: i64, width: usize) -> i64 {
        let quarter = i64::try_from(width / 4).expect("a window has few ranks");
        // On a grid, so that a small move of the price is none of the window.
        (rank.div_euclid(quarter) - 1) * quarter
    }

    /// A window of `width` ranks, a power of two from 64 to 4,096.
    pub(super) fn new(start: i64, width: usize) -> Self {
        Self { start, summary: 0, words: vec![0; width / WORD].into(), levels: vec![None; width].into() }
    }

    pub(super) const fn starts_at(&self, start: i64, width: usize) -> bool {
        self.start == start && self.width() == width
    }

    pub(super) const fn width(&self) -> usize {
        self.levels.len()
    }

    /// Its first rank, and the first behind it.
    pub(super) fn ranks(&self) -> (i64, i64) {
        (self.start, self.start + i64::try_from(self.width()).expect("a window has few ranks"))
    }

    /// Where a rank stands, `None` outside.
    #[inline]
    pub(super) fn place(&self, rank: i64) -> Option<usize> {
        let place = usize::try_from(rank.wrapping_sub(self.start).cast_unsigned()).ok()?;
        (place < self.levels.len()).then_some(place)
    }

    #[inline]
    pub(super) fn get(&self, place: usize) -> Option<Slot> {
        self.levels[place]
    }

    #[inline]
    pub(super) fn set(&mut self, place: usize, slot: Slot) {
        self.levels[place] = Some(slot);
        self.words[place / WORD] |= 1 << (place % WORD);
        self.summary |= 1 << (place / WORD);
    }

    #[inline]
    pub(super) fn clear(&mut self, place: usize) {
        self.levels[place] = None;
        let word = &mut self.words[place / WORD];
        *word &= !(1 << (place % WORD));
        if *word == 0 {
            self.summary &= !(1 << (place / WORD));
        }
    }

    /// The level with the lowest rank.
    #[inline]
    pub(super) fn first(&self) -> Option<(i64, Slot)> {
        if self.summary == 0 {
            return None;
        }
        let word = self.summary.trailing_zeros() as usize;
        let place = word * WORD + self.words[word].trailing_zeros() as usize;
        Some((self.rank(place), self.levels[place]?))
    }

    /// All levels, lowest rank first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, Slot)> + '_ {
        bits(self.summary)
            .flat_map(|word| bits(self.words[word]).map(move |bit| word * WORD + bit))
            .filter_map(|place| Some((self.rank(place), self.levels[place]?)))
    }

    fn rank(&self, place: usize) -> i64 {
        self.start + i64::try_from(place).expect("a window has few ranks")
    }
}

/// The bits that are set, lowest first.
fn bits(word: u64) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(word), |&word| Some(word & word.wrapping_sub(1)))
        .take_while(|&word| word != 0)
        .map(|word| word.trailing_zeros() as usize)
}
