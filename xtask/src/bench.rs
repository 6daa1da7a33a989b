//! `cargo xtask bench`: the figures of `docs/BENCHMARKS.md`, as rows of a Markdown table.
//!
//! The engine is measured natively and in Chromium's worker in the same run; the page is measured as it is delivered.
//! What is measured, and how, stands in `tests/src/bin/measure.rs`; other engines are compared by
//! [`rivals`](crate::rivals), which needs neither page nor browser.

use crate::browser::Browser;
use crate::failure::Outcome;
use crate::page;
use crate::process::run;
use crate::rivals;
use crate::run::build_server;
use crate::step::step;
use crate::test::name_programs;
use crate::workspace::Workspace;

/// Builds in release and measures; with a filter, only what contains it.
pub(crate) fn bench(workspace: &Workspace, filter: Option<&str>) -> Outcome<()> {
    match filter {
        Some(rivals::NAME) => return rivals::rivals(workspace),
        Some(rivals::SWEEPS) => return rivals::sweeps(workspace),
        _ => {}
    }
    let browser = Browser::ready(workspace)?;
    page::deliver(workspace)?;
    build_server(workspace)?;
    step("measure", || {
        let mut cargo = workspace.cargo();
        cargo.args([
            "run",
            "--quiet",
            "--package",
            "outcry-tests",
            "--features",
            "e2e",
            "--bin",
            "measure",
            "--",
        ]);
        name_programs(workspace, &browser, &mut cargo);
        run(cargo.args(filter))
    })?;
    if filter.is_none() { rivals::rivals(workspace) } else { Ok(()) }
}
