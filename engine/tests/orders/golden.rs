//! All that is told of orders in a flow of everything, held to golden digests: reports as they are and as FIX writes them, the
//! views of their lives, and the reasons of fills, ends and refusals.
//!
//! What is right in them the other tests of this program say; this one notices any word that changes. `UPDATE_EXPECT=1` writes
//! the digests anew. Planted, each caught: a life that does not tell its trigger, reports without the reason of a new price.

use std::fmt::{self, Write};

use expect_test::expect;
use outcry_engine::AccountId;
use outcry_engine::life::{OrderLives, Report};
use outcry_engine::reasons::explain;

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
                write!(reports, "{report:?}").unwrap();
                write!(fix, "{}", report.fix(&floor.exchange)).unwrap();
                let Report::Execution(report) = report else { continue };
                let Some(life) = report.order.and_then(|order| lives.order(order)) else { continue };
                let terms = (life.trigger(), life.is_pegged(), life.display(), life.rests_at(), life.shown());
                write!(views, "{terms:?} {:?} {:?}", life.waits_for(), life.average()).unwrap();
            }
            for account in (0..6).map(AccountId::new) {
                let open: Vec<_> = lives.open(account).map(|life| life.order()).collect();
                write!(views, "{open:?}").unwrap();
            }
            write!(reasons, "{:?}", explain(&before, &command, &events)).unwrap();
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
        0: reports e0151c86aefd0f7c, FIX e8b07f18a162a25a, lives 7e277c5feb941ff8, reasons 72e9d0ef2217d76b
        1: reports f20cbe37931039e7, FIX ef8ebb413c73d503, lives 1952fbed8f69de52, reasons b351a75c56146076
        2: reports 7862210d10dfb9d4, FIX b6358d2fd2ada8c1, lives bcbe68db1287c829, reasons 5f7ffe30909c1f30
        3: reports 558d2caeb6b7e678, FIX 53d562221428e91e, lives 1eae3ef55e17b919, reasons 3c8ffe38cd007b66
        4: reports 9455dbeac396387f, FIX 39e14b0852fbd39b, lives 43369a112e45139b, reasons 2b9d92f3c2f62089
        5: reports 13398b3e4ba49a53, FIX 67972be0b69d2fdd, lives 4bc8e4282be619be, reasons 8dc62390d1b04f07
        6: reports 4e9a646746b7e891, FIX 0e967bcb5a43ad8e, lives a223021d5ba1ae60, reasons a123f5a043893195
        7: reports afdef43fbda05d0f, FIX 5016170e4012708b, lives 3e5ede0a8a2026e1, reasons 9857f03ca8e6125d
        8: reports 4771354a7486b646, FIX 91fea377986a3867, lives 06ccd20d1670bbf7, reasons 24b3ccf3ee3fff99
        9: reports e20d9044ff742e59, FIX c3bf18ce4f34e01a, lives 5054ea094f203658, reasons 6366a46a9307dd74
        10: reports db39102140921719, FIX 35accf7adf6a223e, lives 70127de59880aab9, reasons e1686b347f22529f
        11: reports 05b572832b0bca29, FIX f8ea71054e1a34f5, lives 602c41804d4cdc37, reasons c77215ab55785527
    "#]]
    .assert_eq(&text);
}
