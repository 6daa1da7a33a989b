//! The tools of the chores, most of which build the page: found on `PATH` in the right version, else installed into `target/tools`.
//!
//! Nothing outside `target/tools` is changed, except that rustup adds the wasm target to its toolchain.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::pass_through;
use crate::process::{capture, run};
use crate::step::{note, step, warn};
use crate::workspace::{WASM, Workspace};

/// The trunk that builds the page; newer ones need a newer rustc.
const TRUNK: &str = "0.21.14";
/// The npm package `binaryen`, which holds wasm-opt as a Node program.
const BINARYEN: &str = "132.0.0";
/// Why most tools are needed.
const BUILDS_THE_PAGE: &str = "it builds the page";
/// The oldest wasm-opt that reads what our rustc writes.
const OLDEST_WASM_OPT: u32 = 116;

/// The tools of the page, all present.
#[derive(Debug, Clone)]
pub(crate) struct PageTools {
    /// The `trunk` program.
    pub(crate) trunk: PathBuf,
    /// The `node` program.
    pub(crate) node: PathBuf,
    /// A folder that must come first on `PATH`: it holds the stand-in for a wasm-opt that cannot be had.
    pub(crate) first_on_path: Option<PathBuf>,
}

/// Finds or installs everything that building the page needs.
pub(crate) fn page_tools(workspace: &Workspace) -> Outcome<PageTools> {
    wasm_target(workspace)?;
    let node = node(workspace)?;
    wasm_bindgen(workspace, "wasm-bindgen")?;
    let trunk = cargo_tool(workspace, "trunk", "trunk", TRUNK, BUILDS_THE_PAGE)?;
    let first_on_path = wasm_opt(workspace)?;
    Ok(PageTools { trunk, node, first_on_path })
}

/// Finds or installs what runs wasm tests, and returns the path of wasm-bindgen's test runner.
pub(crate) fn wasm_test_runner(workspace: &Workspace) -> Outcome<PathBuf> {
    wasm_target(workspace)?;
    wasm_bindgen(workspace, "wasm-bindgen-test-runner")
}

/// Finds Node, which compresses the page and runs wasm tests.
pub(crate) fn node(workspace: &Workspace) -> Outcome<PathBuf> {
    find(workspace, "node").ok_or_else(|| {
        missing(
            "Node",
            "it compresses the page and runs wasm tests",
            "install Node 20 or newer from nodejs.org",
        )
    })
}

/// The first program called `name` among our tools and on `PATH`.
pub(crate) fn find(workspace: &Workspace, name: &str) -> Option<PathBuf> {
    let caller = env::var_os("PATH").unwrap_or_default();
    // On Windows what npm installs are scripts.
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    let mut folders = workspace.tool_folders().into_iter().chain(env::split_paths(&caller));
    folders.find_map(|folder| {
        endings.iter().map(|ending| folder.join(format!("{name}{ending}"))).find(|path| path.is_file())
    })
}

/// The one line about a tool that is not there: what, why, how to get it.
pub(crate) fn missing(what: &str, why: &str, how: &str) -> Failure {
    format!("{what} is missing: {why}; {how}").into()
}

fn wasm_target(workspace: &Workspace) -> Outcome<()> {
    let libraries = capture(workspace.command("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    step(&format!("install the Rust target {WASM}"), || {
        run(workspace.command("rustup").args(["target", "add", WASM])).map_err(|failure| {
            missing(
                &format!("the Rust target {WASM}"),
                "the page is compiled for it",
                &format!("get it with `rustup target add {WASM}` ({failure})"),
            )
        })
    })
}

fn wasm_bindgen(workspace: &Workspace, program: &str) -> Outcome<PathBuf> {
    cargo_tool(workspace, program, "wasm-bindgen-cli", &workspace.wasm_bindgen_version()?, BUILDS_THE_PAGE)
}

/// Finds `program` in exactly `version`, or installs it with cargo from the crate `package`; `why` it is needed is said
/// where it cannot be had.
pub(crate) fn cargo_tool(
    workspace: &Workspace,
    program: &str,
    package: &str,
    version: &str,
    why: &str,
) -> Outcome<PathBuf> {
    if let Some(path) = find(workspace, program)
        && version_of(&path).is_some_and(|found| found == version)
    {
        return Ok(path);
    }
    step(&format!("install {package} {version} into target/tools (once; some minutes)"), || {
        let tools = workspace.tools();
        let mut install = workspace.cargo();
        install.args(["install", "--locked", package, "--version", version]);
        install.arg("--root").arg(&tools).arg("--target-dir").arg(tools.join("build"));
        run(&mut install).map_err(|failure| {
            missing(
                &format!("{package} {version}"),
                why,
                &format!("get it with `cargo install --locked {package} --version {version}` ({failure})"),
            )
        })?;
        find(workspace, program)
            .ok_or_else(|| format!("{package} {version} was installed without {program}").into())
    })
}

/// Finds or installs a wasm-opt that is new enough; where it cannot be had, returns the folder of a
/// stand-in that leaves the page as rustc made it.
fn wasm_opt(workspace: &Workspace) -> Outcome<Option<PathBuf>> {
    if is_new_enough(workspace) {
        return Ok(None);
    }
    let installed =
        step(&format!("install wasm-opt (npm package binaryen {BINARYEN}) into target/tools"), || {
            let npm = find(workspace, "npm").ok_or("npm is not on PATH")?;
            let mut install = workspace.command(npm);
            install.args([
                "install",
                "--no-save",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--loglevel=error",
            ]);
            install.arg("--prefix").arg(workspace.tools().join("npm")).arg(format!("binaryen@{BINARYEN}"));
            run(&mut install)
        });
    let reason = match installed {
        Ok(()) if is_new_enough(workspace) => return Ok(None),
        Ok(()) => "it was installed but does not run".to_owned(),
        Err(failure) => failure.to_string(),
    };
    warn(&format!(
        "wasm-opt is missing ({reason}): it makes the page smaller; get binaryen {OLDEST_WASM_OPT} or newer onto PATH. \
         The page is built unoptimised"
    ));
    pass_through::install(&workspace.tools().join("pass-through")).map(Some)
}

fn is_new_enough(workspace: &Workspace) -> bool {
    // "wasm-opt version 132 (version_132)"
    let version = find(workspace, "wasm-opt").and_then(|path| version_of(&path));
    version.and_then(|text| text.parse::<u32>().ok()).is_some_and(|number| number >= OLDEST_WASM_OPT)
}

/// The first word that begins with a digit in what `program --version` prints; a plug-in of cargo wants to be called by
/// its name as well.
pub(crate) fn version_of(program: &Path) -> Option<String> {
    let name = program.file_stem()?.to_str()?;
    let text = capture(Command::new(program).args(name.strip_prefix("cargo-")).arg("--version")).ok()?;
    text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
}

/// Says which tools are used; a line each.
pub(crate) fn name_tools(tools: &PageTools) {
    note(&format!("trunk {TRUNK}: {}", tools.trunk.display()));
    note(&format!("node: {}", tools.node.display()));
}
