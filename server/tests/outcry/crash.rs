//! The real server killed while it is written to: what it answered is there afterwards.
//!
//! Seen to fail: with the store's writer answering before it commits, the next append no longer fits.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Stdio};

use outcry_journal::{Chunk, Head};
use outcry_server::serve::Store;

use crate::program::{command, outcry};
use crate::writer::Writer;

/// Rounds of write, kill, restart.
const ROUNDS: u64 = 6;

struct Running {
    child: Child,
    address: String,
    /// Kept open, or the server's log would have nowhere to go.
    _log: BufReader<ChildStderr>,
}

impl Running {
    fn start(data: &Path) -> Self {
        let mut child = command()
            .args(["serve", "--port", "0", "--data", data.to_str().unwrap()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Outcry on http://").expect(&line).to_owned();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, address, _log: log }
    }

    /// Sends a chunk without waiting for the answer.
    fn send(&self, chunk: &Chunk) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.address)?;
        let body = chunk.to_bytes();
        let head = format!(
            "POST /api/v1/exchanges/{}/append?epoch=1 HTTP/1.1\r\nhost: outcry\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            chunk.journal(),
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(&body)?;
        Ok(stream)
    }

    /// Sends a chunk and returns whether it was acknowledged.
    fn append(&self, chunk: &Chunk) -> std::io::Result<bool> {
        let mut answer = Vec::new();
        self.send(chunk)?.read_to_end(&mut answer)?;
        Ok(answer.starts_with(b"HTTP/1.1 200"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(9);
    let mut unsent: Option<Chunk> = None;
    let mut acknowledged = Head::genesis(writer.id());
    for round in 0..ROUNDS {
        let mut server = Running::start(folder.path());
        // What was under way when the last server died is sent again: stored or not, it must be taken.
        if let Some(chunk) = unsent.take() {
            assert!(server.append(&chunk).unwrap(), "round {round}");
            acknowledged = chunk.after();
        }
        for _ in 0..10 {
            let chunk = writer.chunk(3);
            assert!(server.append(&chunk).unwrap());
            acknowledged = chunk.after();
        }
        // Killed right after an answer, or with one append under way: written to the socket, not answered yet.
        if round % 2 == 1 {
            let chunk = writer.chunk(3);
            server.send(&chunk).unwrap();
            unsent = Some(chunk);
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();

        let store = Store::open(folder.path()).unwrap();
        let head = store.exchange(writer.id()).unwrap().unwrap().head;
        let possible = [acknowledged, unsent.as_ref().map_or(acknowledged, Chunk::after)];
        assert!(possible.contains(&head), "round {round}: {head:?} is neither of {possible:?}");
    }
    assert!(acknowledged.sequence >= ROUNDS * 30);
}

#[cfg(unix)]
#[test]
fn it_stops_cleanly_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::start(folder.path());
    assert!(server.append(&Writer::new(1).chunk(1)).unwrap());
    let told =
        std::process::Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn a_port_in_use_gives_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(&folder.path().join("a"));
    let port = server.address.rsplit(':').next().unwrap();
    let second = outcry(&["serve", "--port", port, "--data", folder.path().join("b").to_str().unwrap()], "");
    assert_eq!(second.code, 2);
    let expected = format!(
        "outcry: cannot listen on 127.0.0.1:{port}: something else listens there; stop it, or take another port with --port\n"
    );
    assert_eq!(second.errors, expected);
}

#[test]
fn folders_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let data = file.to_str().unwrap();
    let ran = outcry(&["serve", "--port", "0", "--data", data], "");
    assert_eq!(ran.code, 2);
    assert!(ran.errors.starts_with(&format!("outcry: cannot use the store in {data}")), "{}", ran.errors);
    let page = folder.path().to_str().unwrap();
    let ran = outcry(
        &["serve", "--port", "0", "--data", folder.path().join("d").to_str().unwrap(), "--page", page],
        "",
    );
    assert_eq!(ran.code, 2);
    assert!(ran.errors.contains("has no index.html"), "{}", ran.errors);
}
