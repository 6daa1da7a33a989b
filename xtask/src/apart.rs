//! Packages that are workspaces of their own, each with a lock file of its own, so that nothing else of Outcry builds what
//! they depend on. No other gate reaches them: [`Apart::check`] is theirs.

use std::process::Command;

use crate::failure::Outcome;
use crate::process::run;
use crate::workspace::Workspace;

/// A package that is a workspace of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Apart {
    /// Its folder, from the root.
    folder: &'static str,
    /// Where it is built: a folder beside ours, so that neither rebuilds the other's.
    target: &'static str,
}

/// Outcry and other open engines on the same flows.
pub(crate) const RIVALS: Apart = Apart { folder: "bench/rivals", target: "rivals" };
/// What plants mutants behind switches.
pub(crate) const MUTANTS: Apart = Apart { folder: "tests/mutants", target: "mutants/program" };

impl Apart {
    /// Cargo on it.
    pub(crate) fn cargo(self, workspace: &Workspace, verb: &str) -> Command {
        let mut cargo = workspace.cargo();
        cargo.arg(verb).args(["--locked", "--manifest-path"]).arg(self.manifest(workspace));
        cargo.arg("--target-dir").arg(workspace.target().join(self.target));
        cargo
    }

    /// Its formatting, lints and unit tests.
    pub(crate) fn check(self, workspace: &Workspace) -> Outcome<()> {
        let manifest = self.manifest(workspace);
        run(workspace.cargo().args(["fmt", "--check", "--manifest-path"]).arg(manifest))?;
        run(self.cargo(workspace, "clippy").args(["--all-targets", "--", "-D", "warnings"]))?;
        run(self.cargo(workspace, "test").arg("--quiet"))
    }

    fn manifest(self, workspace: &Workspace) -> std::path::PathBuf {
        workspace.root().join(self.folder).join("Cargo.toml")
    }
}
