//! `cargo xtask run`: build everything in release and become the server.
//!
//! On Unix this process turns into the server, so that signals and the exit code are the server's own. A
//! second process waits beside it until `/health` answers, prints the address and opens the page.

use std::env;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{self, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::{Opening, RunOptions};
use crate::failure::{Context, Outcome};
use crate::page;
use crate::process::run as run_program;
use crate::step::{Colour, paint, step};
use crate::workspace::Workspace;

/// How long to wait between two questions to a server that is not up yet.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest a server may take before it answers.
const LONGEST_START: Duration = Duration::from_secs(120);

/// Builds page and server and serves them until stopped.
pub(crate) fn run(workspace: &Workspace, options: &RunOptions) -> Outcome<()> {
    let port = free_port(options.port)?;
    page::deliver(workspace)?;
    build_server(workspace)?;
    let mut server = workspace.command(workspace.server());
    server.args(["serve", "--port", &port.to_string(), "--data"]).arg(workspace.target().join("outcry-data"));
    server.arg("--page").arg(workspace.dist());
    start_announcer(port, options.open)?;
    become_program(&mut server)
}

/// Builds the server and command line in release.
pub(crate) fn build_server(workspace: &Workspace) -> Outcome<()> {
    step("build the server (release)", || {
        run_program(workspace.cargo().args([
            "build",
            "--release",
            "--package",
            "outcry-server",
            "--bin",
            "outcry",
        ]))
    })
}

/// Waits until the server answers, prints its address and opens the page; ends without a word when the
/// process `server` has ended.
pub(crate) fn announce(server: u32, options: &RunOptions) -> Outcome<()> {
    let started = Instant::now();
    while !is_healthy(options.port) {
        if has_ended(server) {
            return Ok(());
        }
        if started.elapsed() > LONGEST_START {
            return Err(format!("the server does not answer on port {}", options.port).into());
        }
        thread::sleep(PAUSE);
    }
    let address = format!("http://127.0.0.1:{}/", options.port);
    println!("\n{} {address}   (Ctrl-C stops it)\n", paint(Colour::Green, "Outcry is open at"));
    if options.open == Opening::OnDesktop {
        open(&address);
    }
    Ok(())
}

/// Checks before the long build that the port can be had; finds one when `port` is 0.
fn free_port(port: u16) -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        format!(
            "port {port} cannot be used ({error}): stop what listens there, or choose another with --port"
        )
    })?;
    listener.local_addr().map(|address| address.port()).context(|| "the port".to_owned())
}

fn start_announcer(port: u16, open: Opening) -> Outcome<()> {
    let own = env::current_exe().context(|| "the path of this program".to_owned())?;
    let mut announcer = Command::new(own);
    announcer.args(["announce", &process::id().to_string(), "--port", &port.to_string()]);
    if open == Opening::Never {
        announcer.arg("--no-open");
    }
    announcer.stdin(Stdio::null()).spawn().context(|| "starting the announcer".to_owned()).map(|_| ())
}

fn is_healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(String::from_utf8_lossy(&status).into_owned())
    };
    ask().is_ok_and(|status| status.ends_with(" 200"))
}

/// Opens `address` where there is a desktop. That it cannot be opened is no failure: it has been printed.
fn open(address: &str) {
    let mut opener = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else if env::var_os("DISPLAY").is_some() || env::var_os("WAYLAND_DISPLAY").is_some() {
        Command::new("xdg-open")
    } else {
        return;
    };
    let opened =
        opener.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !opened.is_ok_and(|status| status.success()) {
        println!("    the page could not be opened from here: open the address by hand");
    }
}

#[cfg(unix)]
fn become_program(command: &mut Command) -> Outcome<()> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(format!("{} could not be started: {error}", crate::process::quoted(command)).into())
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Outcome<()> {
    run_program(command)
}

/// Whether `server`, our parent, is gone: we then have another parent.
#[cfg(unix)]
fn has_ended(server: u32) -> bool {
    std::os::unix::process::parent_id() != server
}

/// Elsewhere this is not known, and only the longest start bounds the wait.
#[cfg(not(unix))]
fn has_ended(_server: u32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_refused_before_anything_is_built() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let refusal = free_port(port).unwrap_err().to_string();
        assert!(refusal.contains("choose another with --port"), "{refusal}");
        assert_ne!(free_port(0), Ok(0));
    }

    #[test]
    fn health_is_a_200_and_nothing_else() {
        for (answer, healthy) in
            [("HTTP/1.1 200 OK\r\n\r\n", true), ("HTTP/1.1 503 Busy\r\n\r\n", false), ("", false)]
        {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 16];
                stream.read_exact(&mut request).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(is_healthy(port), healthy, "{answer:?}");
            server.join().unwrap();
        }
    }
}
