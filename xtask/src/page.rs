//! The page: built by trunk in release, then given compressed copies for the server to hand out.

use crate::budget::Page;
use crate::failure::Outcome;
use crate::process::{capture, run};
use crate::step::{is_coloured, step};
use crate::tool::{self, PageTools};
use crate::workspace::{WASM, Workspace};

/// The program that writes the compressed copies, from the root of the workspace; Node runs it.
const PRECOMPRESS: &str = "xtask/src/precompress.js";

/// Builds the page into `dist/` with compressed copies, prints what it weighs, and returns that.
pub(crate) fn deliver(workspace: &Workspace) -> Outcome<Page> {
    let tools = step("find the tools of the page", || {
        let tools = tool::page_tools(workspace)?;
        tool::name_tools(&tools);
        Ok(tools)
    })?;
    step("build the page (trunk build --release)", || build(workspace, &tools))?;
    step("compress the page", || {
        let listing = capture(workspace.command(&tools.node).arg(PRECOMPRESS).arg(workspace.dist()))?;
        let page = Page::parse(&listing)?;
        print!("{}", page.table());
        Ok(page)
    })
}

/// Trunk runs offline, so that it takes our tools or none; the crates are fetched before.
fn build(workspace: &Workspace, tools: &PageTools) -> Outcome<()> {
    let host = capture(workspace.command("rustc").args(["--print", "host-tuple"]))?;
    run(workspace.cargo().args(["fetch", "--quiet", "--target", WASM, "--target", host.trim()]))?;
    let mut trunk = workspace.command(&tools.trunk);
    trunk.args(["build", "--release", "--offline"]);
    trunk.env("PATH", workspace.search_path(tools.first_on_path.as_deref())?);
    // Trunk takes NO_COLOR for a flag and stops at any value but true and false.
    trunk.env_remove("NO_COLOR").env("TRUNK_COLOR", if is_coloured() { "auto" } else { "never" });
    trunk.env("TRUNK_SKIP_VERSION_CHECK", "true");
    // Page and worker compare this name. Outside a git checkout it is the package's version.
    if let Ok(revision) = capture(workspace.command("git").args(["describe", "--always", "--dirty"])) {
        trunk.env("OUTCRY_BUILD", revision.trim());
    }
    run(&mut trunk)
}
