//! The processes in which a Chromium runs its pages: killed and stopped from outside, as the system does it. Linux only:
//! they are found in `/proc`.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use thirtyfour::WindowHandle;

use super::page::Page;
use super::wait::wait;

/// How the system names the thread of a dedicated worker. It cuts names at fifteen characters.
const WORKER_THREAD: &str = "DedicatedWorker";

/// How long the browser may take to answer about its tabs.
const ANSWER: Duration = Duration::from_secs(10);

/// A process that runs a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Renderer {
    process: u32,
}

impl Renderer {
    /// Ends it with SIGKILL, as the system does when memory is short, and waits until it is gone.
    ///
    /// # Panics
    /// If it does not end in time.
    pub fn kill(self) {
        signal("-KILL", self.process);
        wait("the renderer is gone", || (state_of(self.process) != Some(true)).then_some(()));
    }

    /// Stops it in the middle of what it does (SIGSTOP): it runs no more, and keeps all that it holds.
    pub fn freeze(self) {
        signal("-STOP", self.process);
    }

    /// Lets it go on where it was (SIGCONT).
    pub fn thaw(self) {
        signal("-CONT", self.process);
    }
}

impl Page {
    /// The processes in which the page runs with its engine, one for each tab that has it: those with a worker.
    #[must_use]
    pub fn renderers(&self) -> Vec<Renderer> {
        let mut found: Vec<Renderer> = below(self.chromium().id())
            .into_iter()
            .filter(|process| state_of(*process) == Some(true) && has_worker(*process))
            .map(|process| Renderer { process })
            .collect();
        found.sort_unstable();
        found
    }

    /// Closes a tab that is not in front without asking it, for it may be dead.
    ///
    /// # Panics
    /// If the browser does not close it in time.
    pub fn discard_tab(&self, tab: &WindowHandle) {
        let address = &self.chromium().address;
        // It answers before the tab is gone, and a dead one is not there to be closed.
        wait("the tab is closed", || {
            ask(address, &format!("/json/close/{tab}"))?;
            (!ask(address, "/json/list")?.contains(&tab.to_string())).then_some(())
        });
    }
}

/// Sends a signal to a process.
fn signal(signal: &str, process: u32) {
    let sent = Command::new("kill").args([signal, &process.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "{signal} could not be sent to {process}");
}

/// Asks Chromium's own server, which leaves the line open after its answer.
fn ask(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(ANSWER)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").ok()?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut answer = vec![0; length];
    reader.read_exact(&mut answer).ok()?;
    String::from_utf8(answer).ok()
}

/// Every process that descends from one.
fn below(ancestor: u32) -> Vec<u32> {
    let numbers = |name: &str| name.parse::<u32>().ok();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<(u32, u32)> = entries
        .filter_map(|entry| numbers(entry.file_name().to_str()?))
        .filter_map(|process| Some((process, parent_of(process)?)))
        .collect();
    let mut found = vec![ancestor];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(all.iter().filter(|(_, of)| *of == parent).map(|(process, _)| *process));
        next += 1;
    }
    found
}

/// What stands behind the name in `/proc/N/stat`: state, parent and more.
fn fields(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ").map(|(_, rest)| rest.to_owned())
}

fn parent_of(process: u32) -> Option<u32> {
    fields(process)?.split(' ').nth(1)?.parse().ok()
}

/// Whether it lives; `None` when there is no such process. One that has ended may wait to be taken note of.
fn state_of(process: u32) -> Option<bool> {
    Some(!fields(process)?.starts_with(['Z', 'X']))
}

fn has_worker(process: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    threads.filter_map(|thread| fs::read_to_string(thread.path().join("comm")).ok()).any(|name| {
        let name = name.trim();
        name.starts_with(WORKER_THREAD) || WORKER_THREAD.starts_with(name) && name.len() > 12
    })
}
