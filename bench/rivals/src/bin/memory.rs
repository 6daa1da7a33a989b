//! `memory`: the live bytes of each engine per resting order, counted at the allocator.
//!
//! A program of its own, because counting costs every allocation a little, and engines that allocate for each message
//! would pay for it in the comparison of speeds.

use clap::Parser;
use outcry_rivals::engines::{CONTENDERS, Contender};
use outcry_rivals::{Flow, Kind, Tally, table};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes per resting order of Outcry and other open matching engines.
#[derive(Parser)]
struct Arguments {
    /// Orders that rest.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..=100_000_000))]
    orders: u32,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

fn main() -> Result<(), serde_json::Error> {
    let Arguments { orders, json } = Arguments::parse();
    let flow = Flow::resting(Kind::Deep, 1, orders);
    // Each engine once, however many ways it is driven.
    let engines = CONTENDERS.into_iter().filter(|contender| !contender.name.contains(','));
    let weigh = |contender: Contender| {
        let before = ALLOCATOR.current_usage();
        let mut engine = (contender.start)(&flow);
        let mut tally = Tally::default();
        engine.play(&flow.opening, &mut tally);
        let after = ALLOCATOR.current_usage();
        assert_eq!(engine.depth(), flow.depth, "{} holds the book", contender.name);
        (contender.name, after - before)
    };
    let bytes: Vec<_> = engines.map(weigh).collect();
    if json {
        println!("{}", serde_json::to_string_pretty(&bytes)?);
    } else {
        print!("{}", table::memory(orders, &bytes));
    }
    Ok(())
}
