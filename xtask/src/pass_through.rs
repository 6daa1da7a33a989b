//! A stand-in for wasm-opt where the real one cannot be had.
//!
//! Trunk insists on a `wasm-opt` in release builds and would fail without one. The stand-in is this very
//! program under that name: it copies its input to its output, so the page works but stays larger.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Context, Outcome};

const NAME: &str = "wasm-opt";

/// Whether this process was started as the stand-in.
pub(crate) fn is_called_for() -> bool {
    env::args_os()
        .next()
        .is_some_and(|program| Path::new(&program).file_stem().is_some_and(|stem| stem == NAME))
}

/// Puts the stand-in into `folder` and returns the folder.
pub(crate) fn install(folder: &Path) -> Outcome<PathBuf> {
    fs::create_dir_all(folder).context(|| folder.display().to_string())?;
    let own = env::current_exe().context(|| "the path of this program".to_owned())?;
    let copy = folder.join(format!("{NAME}{}", env::consts::EXE_SUFFIX));
    fs::copy(own, &copy).context(|| copy.display().to_string())?;
    Ok(folder.to_owned())
}

/// Answers the two calls that trunk makes: `--version`, and `--output=FILE -O... INPUT [more options]`.
pub(crate) fn optimise() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    if words.iter().any(|word| word == "--version") {
        println!("{NAME} version 0 (copies only)");
        return Ok(());
    }
    let (input, output) = input_and_output(&words).ok_or("wasm-opt stand-in: no input or no --output=")?;
    fs::copy(input, output).context(|| format!("copying {input} to {output}")).map(|_| ())
}

fn input_and_output(words: &[String]) -> Option<(&str, &str)> {
    let output = words.iter().find_map(|word| word.strip_prefix("--output="))?;
    let input = words.iter().find(|word| !word.starts_with('-'))?;
    Some((input, output))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_and_output_are_told_from_options() {
        let words = ["--output=b.wasm", "-Oz", "a.wasm", "--enable-bulk-memory"].map(str::to_owned);
        assert_eq!(input_and_output(&words), Some(("a.wasm", "b.wasm")));
        assert_eq!(input_and_output(&words[1..]), None);
    }
}
