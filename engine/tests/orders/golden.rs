//! All that is told of orders in a flow of everything, held to golden digests: reports by their stored form and as FIX writes them, the
//! views of their lives, and the reasons of fills, ends and refusals.
//!
//! What is right in them the other tests of this program say; this one notices any word that changes. `UPDATE_EXPECT=1` writes
//! the digests anew. Planted, each caught: a life that does not tell its trigger, reports without the reason of a new price.

use std::fmt::{self, Write};

use expect_test::expect;
use outcry_engine::AccountId;
use outcry_engine::life::{OrderLives, Report};
use outcry_engine::reasons::explain;
use serde::Serialize;

use crate::floor::Floor;

/// FNV-1a, 64 bits: enough to notice a change.
struct Fnv(u64);

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

impl Fnv {
    /// A value by its form, in which no name occurs.
    fn form(&mut self, value: &impl Serialize) {
        for byte in postcard::to_allocvec(value).unwrap() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

#[test]
fn what_is_told_of_orders_stays_as_it_is() {
    let mut text = String::new();
    for seed in 0..12 {
        let (mut floor, mut lives) = (Floor::new(seed), OrderLives::new());
        let (mut reports, mut fix, mut views, mut reasons) =
            (Fnv::default(), Fnv::default(), Fnv::default(), Fnv::default());
        for _ in 0..400 {
            let before = floor.exchange.clone();
            let command = floor.next();
            let mut events = Vec::new();
            let receipt = floor.exchange.execute(before.now(), &command, &mut events);
            for report in lives.take(&command, &receipt, &events) {
                reports.form(&report);
                write!(fix, "{}", report.fix(&floor.exchange)).unwrap();
                let Report::Execution(report) = report else { continue };
                let Some(life) = report.order.and_then(|order| lives.order(order)) else { continue };
                views.form(&(
                    life.trigger(),
                    life.is_pegged(),
                    life.display(),
                    life.rests_at(),
                    life.shown(),
                ));
                views.form(&(life.waits_for(), life.average(), life.status(), life.leaves()));
            }
            for account in (0..6).map(AccountId::new) {
                let open: Vec<_> = lives.open(account).map(|life| life.order()).collect();
                views.form(&open);
            }
            reasons.form(&explain(&before, &command, &events));
            floor.count(&events);
        }
        let (reports, fix, views, reasons) = (reports.0, fix.0, views.0, reasons.0);
        writeln!(
            text,
            "{seed}: reports {reports:016x}, FIX {fix:016x}, lives {views:016x}, reasons {reasons:016x}"
        )
        .unwrap();
    }
    expect![[r#"
        0: reports 423bf8b09597e3f0, FIX e8b07f18a162a25a, lives 37c36ce52dd69582, reasons 1b20cc5a474a811f
        1: reports 47d818c5e6286a0b, FIX 5e0e7f7fc22b6a91, lives 36e987263413b634, reasons 9edbf41af243c7ff
        2: reports 20e9fad681069cbf, FIX b6358d2fd2ada8c1, lives d7b5810baf61c15e, reasons 32d28233a8fb1621
        3: reports 7bce800832414346, FIX 53d562221428e91e, lives 09e13de502d7b93f, reasons 3c2c83c75d2c92d7
        4: reports 46876f4a85af4694, FIX 39e14b0852fbd39b, lives 4c10a2bfc6823fc3, reasons 452b5ca468cbcc25
        5: reports 3d32cf58488779bc, FIX 67972be0b69d2fdd, lives 957ef7ce4be31b61, reasons 4afae2c8d9dcd659
        6: reports 1d0738ea25e44b42, FIX 0e967bcb5a43ad8e, lives 9890112bdb2c5e87, reasons 710c8b516420e91b
        7: reports 8700cf27c901c58f, FIX 5016170e4012708b, lives 7d847cda82d49a32, reasons 4a8ba4cd7c862696
        8: reports 7e073b090be48ca2, FIX 91fea377986a3867, lives af50d3feba4a5d3b, reasons 15579da960472a78
        9: reports 00e983273b12de53, FIX c3bf18ce4f34e01a, lives 18d9ce86b27535b6, reasons 703a71f123b07d6e
        10: reports 874438d002219fb1, FIX 35accf7adf6a223e, lives 949dd5048d637f6c, reasons d7da6ae2726c583d
        11: reports 14ea4273631da1c6, FIX f8ea71054e1a34f5, lives c6266b4ff028cd0f, reasons 99e207b1df0a7d93
    "#]]
    .assert_eq(&text);
}
