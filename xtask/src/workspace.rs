//! Where things are: the workspace, its build folder, the tools below it, and the versions it pins.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Outcome};

/// The target of the page and of the tests that run outside the native world.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The checkout that the chores work on. All paths are absolute.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the workspace from what cargo says about this crate.
    pub(crate) fn locate() -> Outcome<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .ok_or("start the chores with cargo: `cargo xtask --help`, anywhere in the checkout")?;
        let root = Path::new(&manifest).parent().ok_or("the manifest of xtask is in no folder")?;
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root: root.to_owned(), target })
    }

    /// The folder of the workspace manifest.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The build folder of cargo.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The folder where `trunk` delivers the page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The release build of the server and command line.
    pub(crate) fn server(&self) -> PathBuf {
        self.target.join("release").join(format!("outcry{}", env::consts::EXE_SUFFIX))
    }

    /// The folder of everything that chores install.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The folders that come before `PATH` when a program is looked up.
    pub(crate) fn tool_folders(&self) -> [PathBuf; 2] {
        [self.tools().join("bin"), self.tools().join("npm").join("node_modules").join(".bin")]
    }

    /// `PATH` for the programs we start: `first`, our own tools, then the caller's.
    pub(crate) fn search_path(&self, first: Option<&Path>) -> Outcome<OsString> {
        let caller = env::var_os("PATH").unwrap_or_default();
        let folders =
            first.map(Path::to_owned).into_iter().chain(self.tool_folders()).chain(env::split_paths(&caller));
        env::join_paths(folders).context(|| "a folder name that PATH cannot hold".to_owned())
    }

    /// A `cargo` command in the workspace; rustup hands it the toolchain that this chore was started with.
    pub(crate) fn cargo(&self) -> Command {
        self.command("cargo")
    }

    /// Any other program, started in the workspace.
    pub(crate) fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command.current_dir(&self.root);
        command
    }

    /// The exact version of `wasm-bindgen` that the workspace manifest pins; the command-line tool must
    /// have the very same.
    pub(crate) fn wasm_bindgen_version(&self) -> Outcome<String> {
        let path = self.root.join("Cargo.toml");
        let manifest = fs::read_to_string(&path).context(|| path.display().to_string())?;
        pinned(&manifest, "wasm-bindgen")
            .map(str::to_owned)
            .ok_or_else(|| "Cargo.toml does not pin wasm-bindgen with `wasm-bindgen = \"=X.Y.Z\"`".into())
    }
}

/// The version in the line `name = "=version"` of a manifest.
fn pinned<'a>(manifest: &'a str, name: &str) -> Option<&'a str> {
    manifest.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        if key.trim() != name {
            return None;
        }
        value.trim().strip_prefix("\"=")?.strip_suffix('"')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exact_pin_of_the_very_name_is_taken() {
        let manifest = "wasm-bindgen-test = \"=0.3.1\"\nwasm-bindgen = \"=0.2.1\"\nyew = \"0.23\"\n";
        assert_eq!(pinned(manifest, "wasm-bindgen"), Some("0.2.1"));
        assert_eq!(pinned(manifest, "yew"), None);
        assert_eq!(pinned(manifest, "gloo"), None);
    }

    #[test]
    fn the_workspace_pins_wasm_bindgen() {
        let workspace = Workspace::locate().unwrap();
        let version = workspace.wasm_bindgen_version().unwrap();
        assert_eq!(version.split('.').count(), 3, "{version}");
    }
}
