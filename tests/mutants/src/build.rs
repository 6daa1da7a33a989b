//! The copy with all switches, and what of it compiles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::mutant::{Mutant, by_file};
use crate::plant;
use crate::render::{Region, render};

/// Where the copy is, and what is in it.
pub(crate) struct Copy {
    pub(crate) root: PathBuf,
    /// The folder of the crate with the switches.
    pub(crate) part: String,
    /// The original.
    pub(crate) from: PathBuf,
    /// Where mutants stand in each file.
    regions: BTreeMap<String, Vec<Region>>,
}

/// What becomes of mutants before any test.
#[derive(Default)]
pub(crate) struct Planted {
    /// Switched, by number.
    pub(crate) switched: BTreeSet<u32>,
    /// What they put in does not compile.
    pub(crate) unviable: BTreeSet<u32>,
    /// Switched, in a function that constants may call.
    pub(crate) maybe_constant: BTreeSet<u32>,
}

impl Copy {
    /// Brings the copy up to date with the original; its build folder stays.
    pub(crate) fn new(from: &Path, root: &Path, part: &str) -> Result<Self, String> {
        let copy = Self {
            root: root.to_owned(),
            part: part.to_owned(),
            from: from.to_owned(),
            regions: BTreeMap::new(),
        };
        let list = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(from)
            .output()
            .map_err(|error| error.to_string())?;
        for name in String::from_utf8_lossy(&list.stdout).split('\0').filter(|name| !name.is_empty()) {
            if name.starts_with(&format!("{part}/src/")) {
                continue;
            }
            if let Ok(bytes) = fs::read(from.join(name)) {
                copy.write(name, &bytes)?;
            }
        }
        Ok(copy)
    }

    /// Writes a file, and leaves it alone when it is the same.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.root.join(name);
        if fs::read(&path).is_ok_and(|before| before == bytes) {
            return Ok(());
        }
        let told = |error: std::io::Error| format!("{}: {error}", path.display());
        fs::create_dir_all(path.parent().unwrap_or(&self.root)).map_err(told)?;
        fs::write(&path, bytes).map_err(told)
    }

    /// Plants all mutants but some, and leaves out those that do not compile until the rest does.
    pub(crate) fn plant(&mut self, mutants: &[Mutant], without: &Path) -> Result<Planted, String> {
        let mut left_out: BTreeSet<u32> = BTreeSet::new();
        let mut unviable: BTreeSet<u32> = BTreeSet::new();
        if let Ok(text) = fs::read_to_string(without) {
            for line in text.lines() {
                let (word, name) = line.split_once(' ').unwrap_or_default();
                if let Some(mutant) = mutants.iter().find(|mutant| mutant.name == name) {
                    if word == "unviable" {
                        unviable.insert(mutant.id)
                    } else {
                        left_out.insert(mutant.id)
                    };
                }
            }
        }
        loop {
            let without_these = |id: &u32| left_out.contains(id) || unviable.contains(id);
            let mut planted = self.render(mutants, &without_these)?;
            let errors = self.check()?;
            if errors.is_empty() {
                planted.unviable = unviable;
                return Ok(planted);
            }
            let before = (left_out.len(), unviable.len());
            for (file, place, message) in &errors {
                let regions = self.regions.get(file).map(Vec::as_slice).unwrap_or_default();
                let inside =
                    regions.iter().filter(|region| region.range.0 <= *place && *place < region.range.1);
                match inside.min_by_key(|region| region.range.1 - region.range.0) {
                    Some(region) if region.own => unviable.extend(&region.mutants),
                    Some(region) => left_out.extend(&region.mutants),
                    None => println!("nowhere: {file} at {place}: {message}"),
                }
            }
            println!("{} errors: {} left out, {} unviable", errors.len(), left_out.len(), unviable.len());
            if before == (left_out.len(), unviable.len()) {
                return Err("errors that belong to no mutant".to_owned());
            }
            let name =
                |id: u32| mutants.iter().find(|mutant| mutant.id == id).map(|mutant| mutant.name.as_str());
            let mut text = String::new();
            for (word, ids) in [("apart", &left_out), ("unviable", &unviable)] {
                for id in ids {
                    text += &format!("{word} {}\n", name(*id).unwrap_or_default());
                }
            }
            fs::write(without, text).map_err(|error| error.to_string())?;
        }
    }

    fn render(&mut self, mutants: &[Mutant], without: &impl Fn(&u32) -> bool) -> Result<Planted, String> {
        let mut planted = Planted::default();
        let files = by_file(mutants);
        let mut pending = vec![self.from.join(&self.part).join("src")];
        while let Some(folder) = pending.pop() {
            for entry in fs::read_dir(&folder).map_err(|error| error.to_string())? {
                let path = entry.map_err(|error| error.to_string())?.path();
                if path.is_dir() {
                    pending.push(path);
                    continue;
                }
                let name = path.strip_prefix(&self.from).map_err(|error| error.to_string())?;
                let name = name.to_string_lossy().into_owned();
                let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
                let mut here = files.get(name.as_str()).cloned().unwrap_or_default();
                here.retain(|mutant| !without(&mutant.id));
                let (edits, callable) =
                    plant::edits(&text, &here).map_err(|error| format!("{name}: {error}"))?;
                let (mut text, mut regions) = render(&text, &edits);
                if name == format!("{}/src/lib.rs", self.part) {
                    let head = "#![feature(core_intrinsics, const_eval_select)]\n";
                    text = format!("{head}{text}\nmod mutant_switch;\n");
                    for region in &mut regions {
                        region.range = (region.range.0 + head.len(), region.range.1 + head.len());
                    }
                }
                planted.switched.extend(regions.iter().flat_map(|region| &region.mutants));
                planted.maybe_constant.extend(callable);
                self.regions.insert(name.clone(), regions);
                self.write(&name, text.as_bytes())?;
            }
        }
        self.write(&format!("{}/src/mutant_switch.rs", self.part), include_bytes!("mutant_switch.rs"))?;
        Ok(planted)
    }

    /// A cargo command in the copy.
    pub(crate) fn cargo(&self, words: &[&str]) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&self.root).args(words).env_remove("CARGO_TARGET_DIR");
        // A switch in a function that constants call needs an intrinsic; and it is the mutants that lints complain of.
        cargo.env("RUSTC_BOOTSTRAP", "outcry_engine,outcry_journal").env("RUSTFLAGS", "--cap-lints=allow");
        // Whoever ends a run must not leave half an incremental build behind.
        cargo.env("CARGO_INCREMENTAL", "0");
        cargo
    }

    /// Where the errors of the crate are: file, byte, message.
    fn check(&self) -> Result<Vec<(String, usize, String)>, String> {
        let package = format!("outcry-{}", self.part);
        let mut cargo =
            self.cargo(&["check", "--profile", "mutants", "--lib", "--message-format=json", "-p", &package]);
        let output = cargo.stderr(Stdio::inherit()).output().map_err(|error| error.to_string())?;
        let mut errors = Vec::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let message = &line["message"];
            if message["level"] != "error" {
                continue;
            }
            for span in
                message["spans"].as_array().into_iter().flatten().filter(|span| span["is_primary"] == true)
            {
                let file = span["file_name"].as_str().unwrap_or_default().to_owned();
                let place = span["byte_start"].as_u64().and_then(|place| usize::try_from(place).ok());
                let text = message["rendered"].as_str().unwrap_or_default().to_owned();
                errors.push((file, place.unwrap_or_default(), text));
            }
        }
        if !output.status.success() && errors.is_empty() {
            return Err("the copy does not compile".to_owned());
        }
        Ok(errors)
    }
}
