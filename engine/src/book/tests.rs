//! The books against a model: a vector of orders per level.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::limits::{MAX_ACCOUNTS, MAX_INSTRUMENTS};

/// Instruments of the test.
const INSTRUMENTS: u32 = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    Rest {
        instrument: u32,
        dark: bool,
        sell: bool,
        ticks: i64,
        lots: u64,
        flags: u8,
    },
    /// A removed order comes back at another price, as one that is replaced.
    Move {
        pick: Index,
        ticks: i64,
    },
    Remove {
        pick: Index,
    },
    Reduce {
        pick: Index,
        by: u64,
    },
    Take {
        pick: Index,
        lots: u64,
    },
    Refill {
        pick: Index,
        lots: u64,
    },
    Reserve {
        pick: Index,
        lots: u64,
    },
    /// Takes a side off from its front.
    Sweep {
        instrument: u32,
        sell: bool,
        orders: usize,
    },
}

/// A price: near, a little off, or anywhere there is.
fn ticks() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 1_000..1_040_i64, 6 => 800..1_300_i64, 1 => 1..20_000_i64, 1 => 1..=1_000_000_000_000_i64]
}

fn step() -> impl Strategy<Value = Step> {
    let lots = 1..100_u64;
    prop_oneof![
        12 => (0..INSTRUMENTS, prop::bool::weighted(0.1), any::<bool>(), ticks(), lots.clone(), 0..128_u8).prop_map(
            |(instrument, dark, sell, ticks, lots, flags)| Step::Rest { instrument, dark, sell, ticks, lots, flags }
        ),
        2 => (any::<Index>(), ticks()).prop_map(|(pick, ticks)| Step::Move { pick, ticks }),
        5 => any::<Index>().prop_map(|pick| Step::Remove { pick }),
        1 => (any::<Index>(), lots.clone()).prop_map(|(pick, by)| Step::Reduce { pick, by }),
        1 => (any::<Index>(), lots.clone()).prop_map(|(pick, lots)| Step::Take { pick, lots }),
        2 => (any::<Index>(), lots.clone()).prop_map(|(pick, lots)| Step::Refill { pick, lots }),
        1 => (any::<Index>(), 0..100_u64).prop_map(|(pick, lots)| Step::Reserve { pick, lots }),
        1 => (0..INSTRUMENTS, any::<bool>(), 1..40_usize)
            .prop_map(|(instrument, sell, orders)| Step::Sweep { instrument, sell, orders }),
    ]
}

type Place = (InstrumentId, Layer, Side, i64);

/// What the books must be.
#[derive(Clone, Debug, Default)]
struct Model {
    levels: BTreeMap<Place, Vec<RestingOrder>>,
    places: BTreeMap<OrderId, Place>,
    reserves: BTreeMap<OrderId, u64>,
    last: u64,
}

impl Model {
    fn rest(&mut self, order: RestingOrder) -> u64 {
        let place = (order.instrument, order.layer, order.side, order.side.rank(order.price));
        let level = self.levels.entry(place).or_default();
        let ahead = level.iter().map(|order| order.leaves.get()).sum();
        level.push(order);
        self.places.insert(order.order, place);
        ahead
    }

    fn order(&mut self, order: OrderId) -> &mut RestingOrder {
        let level = self.levels.get_mut(&self.places[&order]).unwrap();
        level.iter_mut().find(|resting| resting.order == order).unwrap()
    }

    fn remove(&mut self, order: OrderId) -> RestingOrder {
        let place = self.places.remove(&order).unwrap();
        let level = self.levels.get_mut(&place).unwrap();
        let at = level.iter().position(|resting| resting.order == order).unwrap();
        let resting = level.remove(at);
        if level.is_empty() {
            self.levels.remove(&place);
        }
        self.reserves.remove(&order);
        resting
    }

    fn pick(&self, pick: Index) -> Option<OrderId> {
        (!self.places.is_empty()).then(|| *self.places.keys().nth(pick.index(self.places.len())).unwrap())
    }

    fn reserve(&self, level: &[RestingOrder]) -> u64 {
        level.iter().map(|order| self.reserves.get(&order.order).copied().unwrap_or(0)).sum()
    }
}

fn flags(bits: u8) -> OrderFlags {
    OrderFlags::from_bits(bits)
}

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn qty(lots: u64) -> Qty {
    Qty::new(lots).unwrap()
}

/// Takes an order out, its reserve before it.
fn remove(books: &mut Books, model: &mut Model, order: OrderId) -> RestingOrder {
    let slot = books.find(order).unwrap();
    if let Some(&reserve) = model.reserves.get(&order) {
        books.set_reserve(slot, reserve, 0);
        model.order(order).version += 1;
    }
    let removed = books.remove(slot);
    assert_eq!(removed, model.remove(order));
    assert_eq!(books.find(order), None);
    removed
}

fn run(books: &mut Books, model: &mut Model, step: Step) {
    let (Step::Move { pick, .. }
    | Step::Remove { pick }
    | Step::Reduce { pick, .. }
    | Step::Take { pick, .. }
    | Step::Refill { pick, .. }
    | Step::Reserve { pick, .. }) = step
    else {
        return enter_or_sweep(books, model, step);
    };
    let Some(order) = model.pick(pick) else { return };
    let slot = books.find(order).unwrap();
    let old = *model.order(order);
    match step {
        Step::Move { ticks, .. } => {
            let moved = remove(books, model, order);
            let moved = RestingOrder { price: price(ticks), version: moved.version + 1, ..moved };
            assert_eq!(books.rest(moved).get(), model.rest(moved));
        }
        Step::Remove { .. } => _ = remove(books, model, order),
        Step::Reduce { by, .. } if by < old.leaves.get() => {
            let quantity = qty(old.quantity.get() - by);
            let leaves = qty(old.leaves.get() - by);
            books.reduce(slot, quantity, leaves);
            *model.order(order) = RestingOrder { quantity, leaves, version: old.version + 1, ..old };
        }
        Step::Take { lots, .. } if lots < old.leaves.get() => {
            books.take(slot, lots);
            let leaves = qty(old.leaves.get() - lots);
            *model.order(order) = RestingOrder { leaves, version: old.version + 1, ..old };
        }
        Step::Refill { lots, .. } => {
            let leaves = qty(lots.min(old.quantity.get()));
            let reserve = model.reserves.get(&order).copied();
            model.remove(order);
            let ahead = model.rest(RestingOrder { leaves, version: old.version + 1, ..old });
            model.reserves.extend(reserve.map(|reserve| (order, reserve)));
            assert_eq!(books.refill(slot, leaves).get(), ahead);
        }
        Step::Reserve { lots, .. } => {
            let before = model.reserves.insert(order, lots).unwrap_or(0);
            books.set_reserve(slot, before, lots);
            model.order(order).version += 1;
        }
        _ => {}
    }
}

fn enter_or_sweep(books: &mut Books, model: &mut Model, step: Step) {
    let side = |sell| if sell { Side::Sell } else { Side::Buy };
    match step {
        Step::Rest { instrument, dark, sell, ticks, lots, flags: bits } => {
            model.last += 1;
            let order = RestingOrder {
                order: OrderId::new(model.last).unwrap(),
                account: AccountId::new(instrument * 300_000 + 7),
                instrument: InstrumentId::new(instrument),
                layer: if dark { Layer::Dark } else { Layer::Lit },
                side: side(sell),
                price: price(ticks),
                quantity: qty(2 * lots),
                leaves: qty(lots),
                flags: flags(bits),
                version: 1,
            };
            assert_eq!(books.rest(order).get(), model.rest(order));
        }
        Step::Sweep { instrument, sell, orders } => {
            for _ in 0..orders {
                let front = books.front(InstrumentId::new(instrument), Layer::Lit, side(sell));
                let Some(slot) = front else { break };
                remove(books, model, books.resting(slot).order);
            }
        }
        _ => {}
    }
}

/// What can be asked in constant time.
fn compare_tops(books: &Books, model: &Model) {
    for instrument in (0..INSTRUMENTS).map(InstrumentId::new) {
        for (layer, side) in Layer::BOTH.into_iter().flat_map(|layer| Side::BOTH.map(|side| (layer, side))) {
            let side_of_book = (instrument, layer, side, i64::MIN)..=(instrument, layer, side, i64::MAX);
            let best = model.levels.range(side_of_book).next().map(|(_, orders)| orders[0]);
            assert_eq!(books.best(instrument, layer, side), best.map(|order| order.price));
            assert_eq!(books.front(instrument, layer, side).map(|slot| books.resting(slot)), best);
        }
    }
    assert_eq!(books.len(), model.places.len() as u64);
}

fn compare_all(books: &Books, model: &Model) {
    books.check();
    let mut expected = Vec::new();
    for (&(instrument, layer, side, _), orders) in &model.levels {
        let level = books.level(instrument, layer, side, orders[0].price).unwrap();
        assert_eq!(level.quantity, orders.iter().map(|order| order.leaves.get()).sum::<u64>());
        assert_eq!(level.orders as usize, orders.len());
        assert_eq!(level.reserve, model.reserve(orders));
        assert!(books.queue(level).eq(orders.iter().copied()));
        assert!(books.levels(instrument, layer, side).any(|other| other.price == level.price));
        expected.extend(orders);
    }
    assert!(books.orders().eq(expected));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// After every step the tops are those of the model, and in the end everything is, also when it was stored and
    /// read again.
    ///
    /// Caught when planted: a refilled order that keeps its place; a best level that is not looked up again when
    /// it empties; a window that is laid anew without what stood in the old one; a stored level without its reserve.
    #[test]
    fn books_do_what_a_vector_of_orders_per_level_does(steps in prop::collection::vec(step(), 1..1_500)) {
        let (mut books, mut model) = (Books::default(), Model::default());
        (0..INSTRUMENTS).for_each(|_| books.add_instrument());
        for step in steps {
            run(&mut books, &mut model, step);
            compare_tops(&books, &model);
        }
        compare_all(&books, &model);

        let bytes = postcard::to_allocvec(&books).unwrap();
        let mut again: Books = postcard::from_bytes(&bytes).unwrap();
        compare_all(&again, &model);
        prop_assert_eq!(&again, &books);
        prop_assert_eq!(postcard::to_allocvec(&again).unwrap(), bytes);
        if let Some(order) = model.places.keys().next().copied() {
            let slot = again.find(order).unwrap();
            again.set_reserve(slot, 0, 1);
            prop_assert_ne!(&again, &books);
        }
    }

    /// Bytes of books never panic, and what they give is whole.
    #[test]
    fn any_bytes_are_books_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        bytes.insert(0, 2);
        if let Ok(books) = postcard::from_bytes::<Books>(&bytes) {
            books.check();
        }
    }
}

#[test]
fn orders_and_quiet_instruments_stay_small() {
    assert!(size_of::<Sides>() <= 128, "{}", size_of::<Sides>());
    assert!(size_of::<OrderRecord>() + size_of::<Link>() <= 40);
    assert!(size_of::<LevelQueue>() <= 40);
}

/// One order at a level of its own.
fn single() -> Books {
    let mut books = Books::default();
    books.add_instrument();
    let (price, quantity) = (Price::new(100).unwrap(), Qty::new(5).unwrap());
    books.rest(RestingOrder {
        order: OrderId::new(1).unwrap(),
        account: AccountId::new(1),
        instrument: InstrumentId::new(0),
        layer: Layer::Lit,
        side: Side::Buy,
        price,
        quantity,
        leaves: quantity,
        flags: OrderFlags::NONE,
        version: 1,
    });
    books.check();
    books
}

#[test]
#[should_panic(expected = "a level knows its sums")]
fn a_sum_that_is_stale_is_found_out() {
    let mut books = single();
    books.levels[Slot::at(0)].quantity += 1;
    books.check();
}

#[test]
#[should_panic(expected = "every level is in a book")]
fn a_level_that_is_lost_is_found_out() {
    let mut books = single();
    let level = books.levels[Slot::at(0)];
    books.levels.insert(level);
    books.check();
}

/// The first number of the stored form is that of the instruments: 65,536 there may be, each with both sides.
#[test]
fn stored_books_have_as_many_instruments_as_an_exchange_may() {
    let stored = |instruments: u32| {
        let bytes = postcard::to_allocvec(&(instruments, Vec::<u8>::new())).unwrap();
        postcard::from_bytes::<Books>(&bytes)
    };
    assert_eq!(stored(MAX_INSTRUMENTS).unwrap().sides.len(), MAX_INSTRUMENTS as usize);
    assert!(stored(MAX_INSTRUMENTS + 1).is_err());
}

/// A level that lies in no instrument is no stored book.
#[test]
fn a_stored_level_is_of_an_instrument_that_there_is() {
    let mut bytes = postcard::to_allocvec(&single()).unwrap();
    assert!(postcard::from_bytes::<Books>(&bytes).is_ok());
    assert_eq!(std::mem::take(&mut bytes[0]), 1, "so many instruments");
    assert!(postcard::from_bytes::<Books>(&bytes).is_err());
}

/// Orders that no command could have brought to rest are no stored book.
#[test]
fn stored_orders_are_such_as_can_rest() {
    let order = |number: u64, account: u32, quantity: u64, leaves: u64| {
        (number, account, quantity, leaves, OrderFlags::NONE, 1_u32)
    };
    let stored = |orders: Vec<(u64, u32, u64, u64, OrderFlags, u32)>| {
        let level = (0_u32, Layer::Lit, Side::Buy, 100_i64, 0_u64, orders);
        let bytes = postcard::to_allocvec(&(1_u32, vec![level])).unwrap();
        postcard::from_bytes::<Books>(&bytes).map(|books| books.len())
    };
    assert_eq!(stored(vec![order(1, 1, 5, 5), order(2, MAX_ACCOUNTS - 1, 9, 4)]), Ok(2));
    assert!(stored(vec![order(1, 1, 5, 6)]).is_err(), "more is left than was ordered");
    assert!(stored(vec![order(1, MAX_ACCOUNTS, 5, 5)]).is_err(), "an account that cannot be");
    assert!(stored(vec![order(1, 1, 5, 5), order(1, 1, 5, 5)]).is_err(), "twice the same order");
    assert!(stored(Vec::new()).is_err(), "a level without orders");
}
