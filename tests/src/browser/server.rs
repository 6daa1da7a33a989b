//! The real server: `outcry serve` on a free port, with a store of its own.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::process::Process;
use super::programs::{Programs, free_port};
use super::wait::wait;

/// A server that serves the built page and the sync API. Killed when dropped.
#[derive(Debug)]
pub struct Server {
    programs: Programs,
    folder: TempDir,
    port: u16,
    process: Option<Process>,
}

impl Server {
    /// Starts a server with an empty store and waits until it answers.
    ///
    /// # Panics
    /// If it does not come up, or was not built.
    #[must_use]
    pub fn start() -> Self {
        let programs = Programs::find();
        programs.must_be_built();
        Self::started(programs)
    }

    /// As [`Server::start`], with the page that is in `folder`.
    ///
    /// # Panics
    /// If it does not come up, or was not built.
    #[must_use]
    pub fn start_with_page(folder: &Path) -> Self {
        let mut programs = Programs::find();
        programs.must_be_built();
        programs.page = folder.to_owned();
        Self::started(programs)
    }

    fn started(programs: Programs) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the server can be made");
        let mut server = Self { programs, folder, port: free_port(), process: None };
        server.come_back();
        server
    }

    /// Where it listens, such as `http://127.0.0.1:43121`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Kills it as a power cut would, with SIGKILL. The store stays.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts it again on the same port and store.
    ///
    /// # Panics
    /// If it does not come up.
    pub fn come_back(&mut self) {
        let mut command = Command::new(&self.programs.outcry);
        command.args(["serve", "--host", "127.0.0.1", "--port", &self.port.to_string()]);
        command.arg("--data").arg(self.folder.path().join("store")).arg("--page").arg(&self.programs.page);
        let mut process = Process::start(&mut command, &self.folder.path().join("server.log"));
        wait("the server answers at /health", || {
            if let Some(end) = process.ended() {
                panic!("the server ended by itself: {end}");
            }
            self.get("/health").filter(|answer| answer.starts_with("HTTP/1.1 200"))
        });
        self.process = Some(process);
    }

    /// Asks for a path and returns the whole answer, head included, or `None` if there was none.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer).into_owned())
    }

    /// The digest that it tells for an exchange.
    ///
    /// # Panics
    /// If it does not answer.
    #[must_use]
    pub fn digest_of(&self, exchange: &str) -> Option<String> {
        let answer = self.get(&format!("/api/v1/exchanges/{exchange}")).expect("the server answers");
        let (_, body) = answer.split_once("\r\n\r\n")?;
        let body: Value = serde_json::from_str(body).ok()?;
        body["digest"].as_str().map(str::to_owned)
    }
}
