//! Faults of storage, as often as there is time for in every test; `cargo xtask campaign storage` runs these same tests
//! for hours.
//!
//! Planted faults, each seen by the same checks: an acknowledgement before `complete`, an abort that is ignored, a lock
//! without an epoch, a page without a witness. They are put between worker and browser by `tests/src/storage/faults.js`
//! or, the last, by deleting what the page keeps; no build of the page has them.

use outcry_tests::storage::{
    Bench, Death, Extent, Fate, Flaw, Moment, Planted, Stage, Tabs, Work, after_early_acknowledgement,
    after_ignored_abort, cleared, damage, deaths, quotas, refusals, writers,
};

#[test]
fn nothing_saved_is_lost_when_the_tab_is_closed_while_trading() {
    deaths(Death::TabClosed, Work::Trading, Extent::asked(3, 200)).conclude();
}

#[test]
fn nothing_saved_is_lost_when_the_worker_is_terminated_while_trading() {
    deaths(Death::WorkerTerminated, Work::Trading, Extent::asked(3, 200)).conclude();
}

#[test]
fn nothing_saved_is_lost_when_the_renderer_is_killed_while_trading() {
    deaths(Death::RendererKilled, Work::Trading, Extent::asked(3, 300)).conclude();
}

#[test]
fn nothing_saved_is_lost_when_the_browser_is_killed_while_trading() {
    deaths(Death::BrowserKilled, Work::Trading, Extent::asked(10, 250)).conclude();
}

#[test]
fn nothing_saved_is_lost_when_the_renderer_is_killed_while_importing() {
    deaths(Death::RendererKilled, Work::Importing, Extent::asked(1, 100)).conclude();
}

#[test]
fn an_acknowledgement_before_complete_is_noticed() {
    let mut stage = Stage::instrumented("early", &[Planted::AckBeforeComplete]);
    let flaw =
        after_early_acknowledgement(&mut stage).expect_err("the early acknowledgement was not noticed");
    assert!(matches!(flaw, Flaw::Lost { .. } | Flaw::OwnOrders(_)), "{flaw}");
}

#[test]
fn a_failed_call_while_trading_is_told_and_made_good() {
    refusals(Moment::Trading, Extent::asked(14, 1_500)).conclude();
}

#[test]
fn a_failed_call_while_opening_harms_nothing() {
    refusals(Moment::Opening, Extent::asked(5, 500)).conclude();
}

#[test]
fn an_abort_that_is_ignored_is_noticed() {
    let mut stage = Stage::instrumented("ignored", &[Planted::AbortIgnored]);
    let flaw = after_ignored_abort(&mut stage).expect_err("the ignored abort was not noticed");
    assert!(matches!(flaw, Flaw::Lost { .. } | Flaw::OwnOrders(_) | Flaw::Unsound(_)), "{flaw}");
}

#[test]
fn a_closed_writer_is_followed_by_one_other() {
    writers(Fate::Closed, Extent::asked(1, 100)).conclude();
}

#[test]
fn a_killed_writer_is_followed_by_one_other() {
    writers(Fate::Killed, Extent::asked(1, 100)).conclude();
}

/// A campaign also stops it in the middle of writing: Chromium gives the transaction up after a minute, too long for a test.
#[test]
fn a_stopped_writer_is_overruled_and_stops() {
    if let Some(extent) = Extent::of_campaign(20) {
        writers(Fate::StoppedWriting, extent).conclude();
    }
    writers(Fate::Stopped, Extent::asked(1, 100)).conclude();
}

#[test]
fn a_frozen_writer_is_overruled_and_stops() {
    writers(Fate::Frozen, Extent::asked(1, 100)).conclude();
}

#[test]
fn a_writer_is_overruled_while_it_writes_and_stops() {
    writers(Fate::Overruled, Extent::asked(1, 100)).conclude();
}

/// A tab may never be told that its lock was stolen: then the epoch alone keeps it from writing.
#[test]
fn the_epoch_is_enough_without_the_lock() {
    let outcome = Tabs::open(&[Planted::Deaf]).overrule_the_deaf();
    assert_eq!(outcome, Ok(()));
}

#[test]
fn a_lock_without_an_epoch_is_noticed() {
    let flaw = Tabs::open(&[Planted::Deaf, Planted::NoEpoch]).overrule_the_deaf();
    let flaw = flaw.expect_err("the second writer was not noticed");
    assert!(matches!(flaw, Flaw::Rewritten { .. } | Flaw::Unsound(_) | Flaw::Lost { .. }), "{flaw}");
}

#[test]
fn a_reached_quota_is_told_and_nothing_is_lost() {
    quotas(Extent::asked(2, 110)).conclude();
}

#[test]
fn cleared_storage_is_told() {
    cleared(Extent::asked(1, 10)).conclude();
}

#[test]
fn damage_is_told_with_what_there_was() {
    damage(Extent::asked(6, 200)).conclude();
}

#[test]
fn a_page_without_a_witness_is_noticed() {
    let flaw = Bench::prepare().forget_everything().expect_err("the silent first run was not noticed");
    assert!(matches!(flaw, Flaw::Untold(_)), "{flaw}");
}
