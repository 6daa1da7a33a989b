//! Flows: what the engines are asked, generated beforehand and seeded.
//!
//! Each flow begins with an opening that fills the book and is not timed. A cancel draws its order from all that rest,
//! each as likely as any other, so lifetimes overlap and the order has long left the caches; where each cancel names
//! the order just placed, every engine looks fast.
//!
//! An order whose limit reaches the other side asks for no more than rests within that limit. This is for matchcore,
//! which fills such an order past its limit (see [`engines::matchcore`](crate::engines::matchcore)); with it, five
//! engines can be held to one result.

use crate::message::{Message, Side};
use crate::reference::Reference;
use crate::tally::{Depth, Tally};

/// Accounts that trade, numbered from 1.
pub const ACCOUNTS: u32 = 100;
/// The fair price that every flow opens at, in ticks.
const OPENING_PRICE: u32 = 100_000;
/// Largest quantity of an order that is drawn, in lots.
const MAX_QUANTITY: u32 = 100;
/// Largest quantity of an order that takes stale prices, in lots.
const MAX_SWEEP: u32 = 5_000;
/// The unit of chances and of progress.
const MILLION: u32 = 1_000_000;

/// The shapes of flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A deep book at one price: new orders and cancels, and nothing trades.
    Quiet,
    /// A deep book around one price, with takers.
    Deep,
    /// A book of ordinary depth around a price that wanders.
    Normal,
    /// The price rises by an eighth, falls by a quarter and comes back.
    Swing,
    /// The price falls by 60 % within a third of the flow, then recovers half of it.
    Crash,
    /// Seven cancels of ten messages, until a very deep book has thinned.
    Cancels,
}

impl Kind {
    /// All, in the order of the table.
    pub const ALL: [Self; 6] =
        [Self::Deep, Self::Normal, Self::Swing, Self::Crash, Self::Cancels, Self::Quiet];

    /// Its name in tables and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quiet => "no trades",
            Self::Deep => "static deep book",
            Self::Normal => "normal",
            Self::Swing => "25 % swing",
            Self::Crash => "flash crash (60 %)",
            Self::Cancels => "cancel-heavy",
        }
    }

    /// Orders that rest when the clock starts, of a flow of so many messages.
    #[must_use]
    pub const fn resting(self, messages: u32) -> u32 {
        match self {
            Self::Quiet | Self::Deep => 100_000,
            Self::Normal | Self::Swing | Self::Crash => 10_000,
            // What the surplus of cancels takes away, and a deep book that remains.
            Self::Cancels => 100_000 + messages / 10 * 4,
        }
    }

    /// Takers, in a million messages.
    const fn takers(self) -> u32 {
        match self {
            Self::Quiet => 0,
            Self::Cancels => 10_000,
            Self::Deep => 50_000,
            Self::Normal | Self::Swing | Self::Crash => 100_000,
        }
    }

    /// How far from the fair price half of the new orders are at most, in ticks.
    const fn half_distance(self) -> u32 {
        match self {
            Self::Quiet | Self::Deep | Self::Cancels => 250,
            Self::Normal => 20,
            Self::Swing | Self::Crash => 400,
        }
    }

    /// The fair price after `progress` millionths of the flow; `None` where it wanders by itself.
    fn fair(self, progress: u32) -> Option<u32> {
        let along = |points: &[(u32, u32)]| {
            let after = points.partition_point(|&(at, _)| at <= progress).clamp(1, points.len() - 1);
            let ((from, low), (to, high)) = (points[after - 1], points[after]);
            let (span, way) = (i64::from(to - from), i64::from(high) - i64::from(low));
            let price = i64::from(low) + way * i64::from(progress - from) / span;
            u32::try_from(price).ok()
        };
        match self {
            Self::Quiet | Self::Deep | Self::Cancels => Some(OPENING_PRICE),
            Self::Normal => None,
            Self::Swing => {
                along(&[(0, 100_000), (250_000, 112_500), (750_000, 87_500), (1_000_000, 100_000)])
            }
            Self::Crash => along(&[(0, 100_000), (300_000, 100_000), (600_000, 40_000), (1_000_000, 70_000)]),
        }
    }
}

/// A generated flow, and what must come of it.
#[derive(Debug)]
pub struct Flow {
    /// Its shape.
    pub kind: Kind,
    /// Fills the book. Not timed.
    pub opening: Vec<Message>,
    /// What is timed.
    pub messages: Vec<Message>,
    /// What all engines must have traded, orders named by their numbers.
    pub by_order: Tally,
    /// The same, orders named by the messages that entered them.
    pub by_message: Tally,
    /// The book that must be left.
    pub depth: Depth,
}

impl Flow {
    /// The flow of this shape and seed, with so many messages after its opening.
    #[must_use]
    pub fn new(kind: Kind, seed: u64, messages: u32) -> Self {
        let (mut generator, opening) = Generator::opened(kind, seed, kind.resting(messages));
        for index in 0..messages {
            let progress = u64::from(index) * u64::from(MILLION) / u64::from(messages);
            generator.step(u32::try_from(progress).unwrap_or(MILLION));
        }
        generator.finish(opening)
    }

    /// An opening that leaves so many orders in the book, and no messages after it.
    #[must_use]
    pub fn resting(kind: Kind, seed: u64, orders: u32) -> Self {
        let (generator, opening) = Generator::opened(kind, seed, orders);
        generator.finish(opening)
    }
}

struct Generator {
    kind: Kind,
    random: fastrand::Rng,
    book: Reference,
    fair: u32,
    sent: u32,
    messages: Vec<Message>,
    /// Whose each order is; its index is the number of the order less one.
    accounts: Vec<u32>,
    /// Every resting order, in no order: one is drawn by its index and swapped out.
    live: Vec<u32>,
    /// Where an order stands in `live`, by its number.
    places: Vec<u32>,
}

impl Generator {
    fn new(kind: Kind, seed: u64) -> Self {
        Self {
            kind,
            random: fastrand::Rng::with_seed(seed),
            book: Reference::default(),
            fair: OPENING_PRICE,
            sent: 0,
            messages: Vec::new(),
            accounts: Vec::new(),
            live: Vec::new(),
            places: vec![0],
        }
    }

    /// A generator whose book holds so many orders, and the messages that entered them.
    fn opened(kind: Kind, seed: u64, orders: u32) -> (Self, Vec<Message>) {
        let mut generator = Self::new(kind, seed);
        for _ in 0..orders {
            generator.new_order();
        }
        let opening = std::mem::take(&mut generator.messages);
        (generator, opening)
    }

    fn finish(self, opening: Vec<Message>) -> Flow {
        let Self { kind, book, messages, .. } = self;
        let depth = book.depth();
        Flow { kind, opening, messages, by_order: book.by_order, by_message: book.by_message, depth }
    }

    fn step(&mut self, progress: u32) {
        self.fair = match self.kind.fair(progress) {
            Some(fair) => fair,
            // One step in fifty messages.
            None => match self.random.u32(0..100) {
                0 => self.fair + 1,
                1 => self.fair - 1,
                _ => self.fair,
            },
        };
        if self.random.u32(0..MILLION) < self.kind.takers() {
            return self.take();
        }
        let live = u32::try_from(self.live.len()).unwrap_or(u32::MAX);
        let is_new = match self.kind {
            Kind::Cancels => self.random.u32(0..100) < 30,
            // As many come as go where the book has its depth, and it is drawn back to it.
            kind => self.random.u32(0..2 * kind.resting(0)) >= live,
        };
        if is_new || live == 0 { self.new_order() } else { self.cancel() }
    }

    fn side(&mut self) -> Side {
        if self.random.bool() { Side::Buy } else { Side::Sell }
    }

    fn quantity(&mut self) -> u32 {
        self.random.u32(1..=MAX_QUANTITY)
    }

    /// A distance from the fair price: half are within the kind's, half of the others within twice it, and so on.
    fn distance(&mut self) -> u32 {
        let half = self.kind.half_distance();
        let rings = (self.random.u32(..) | 1 << 12).trailing_zeros();
        1 + rings * half + self.random.u32(0..half)
    }

    fn new_order(&mut self) {
        let side = self.side();
        let (distance, quantity) = (self.distance(), self.quantity());
        let price = match side {
            Side::Buy => self.fair - distance,
            Side::Sell => self.fair + distance,
        };
        self.limit(side, price, quantity);
    }

    fn cancel(&mut self) {
        let order = self.live[self.random.usize(0..self.live.len())];
        let account = self.accounts[order as usize - 1];
        let entered = self.book.cancel(order);
        self.forget(order);
        self.send(Message::Cancel { account, order, entered });
    }

    /// Takes prices that the fair price has passed, whole; or else a little, by a market order or at the best price.
    fn take(&mut self) {
        let bid_is_stale = self.book.best(Side::Buy).is_some_and(|best| best > self.fair);
        let ask_is_stale = self.book.best(Side::Sell).is_some_and(|best| best < self.fair);
        if bid_is_stale || ask_is_stale {
            let side = if bid_is_stale { Side::Sell } else { Side::Buy };
            return self.limit(side, self.fair, MAX_SWEEP);
        }
        let (side, quantity) = (self.side(), self.quantity());
        match self.book.best(side.opposite()) {
            None => self.new_order(),
            Some(best) if self.random.bool() => self.limit(side, best, quantity),
            Some(_) => {
                let account = self.open(side, None, quantity);
                self.send(Message::Market { account, side, quantity });
            }
        }
    }

    fn limit(&mut self, side: Side, price: u32, quantity: u32) {
        let quantity = match self.book.reach(side, price, quantity) {
            0 => quantity,
            reach => reach,
        };
        let account = self.open(side, Some(price), quantity);
        self.send(Message::Limit { account, side, price, quantity });
    }

    /// Enters an order into the book, and draws whose it is.
    fn open(&mut self, side: Side, price: Option<u32>, quantity: u32) -> u32 {
        let account = self.random.u32(1..=ACCOUNTS);
        let (order, rests) = self.book.enter(side, price, quantity, self.sent);
        for maker in std::mem::take(&mut self.book.filled) {
            self.forget(maker);
        }
        self.accounts.push(account);
        self.places.push(u32::try_from(self.live.len()).unwrap_or(u32::MAX));
        if rests {
            self.live.push(order);
        }
        account
    }

    fn forget(&mut self, order: u32) {
        let place = self.places[order as usize];
        self.live.swap_remove(place as usize);
        if let Some(&moved) = self.live.get(place as usize) {
            self.places[moved as usize] = place;
        }
    }

    fn send(&mut self, message: Message) {
        self.messages.push(message);
        self.sent += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(flow: &Flow, wanted: fn(&Message) -> bool) -> usize {
        flow.messages.iter().filter(|m| wanted(m)).count() * 100 / flow.messages.len()
    }

    #[test]
    fn flows_are_what_they_say() {
        for kind in Kind::ALL {
            let flow = Flow::new(kind, 1, 60_000);
            assert_eq!(flow.messages.len(), 60_000);
            assert_eq!(flow.opening.len(), kind.resting(60_000) as usize);
            assert_eq!(flow.by_order.fills == 0, kind == Kind::Quiet, "{kind:?}");
            let cancels = share(&flow, |m| matches!(m, Message::Cancel { .. }));
            let expected = if kind == Kind::Cancels { 66..72 } else { 20..51 };
            assert!(expected.contains(&cancels), "{kind:?}: {cancels} %");
        }
    }

    /// Fewer than one cancel in twenty names an order of the hundred messages before it.
    #[test]
    fn lifetimes_overlap() {
        for kind in Kind::ALL {
            let flow = Flow::new(kind, 2, 60_000);
            let opening = flow.opening.len();
            let (mut cancels, mut young) = (0, 0);
            for (index, message) in flow.messages.iter().enumerate() {
                if let Message::Cancel { entered, .. } = *message {
                    cancels += 1;
                    young += usize::from(opening + index - (entered as usize) < 100);
                }
            }
            assert!(young * 20 < cancels, "{kind:?}: {young} of {cancels}");
        }
    }

    #[test]
    fn prices_move_as_far_as_they_say() {
        let price = |kind: Kind, progress| kind.fair(progress).unwrap();
        assert_eq!([0, 250_000, 750_000].map(|at| price(Kind::Swing, at)), [100_000, 112_500, 87_500]);
        assert_eq!([299_999, 600_000].map(|at| price(Kind::Crash, at)), [100_000, 40_000]);
        assert_eq!(price(Kind::Crash, MILLION), 70_000);
    }

    #[test]
    fn the_same_seed_gives_the_same_flow() {
        let messages = |seed| Flow::new(Kind::Crash, seed, 5_000).messages;
        assert_eq!(messages(7), messages(7));
        assert_ne!(messages(7), messages(8));
    }
}
