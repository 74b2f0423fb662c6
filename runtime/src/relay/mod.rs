//! The runtime API proxy: passes every byte between the function's runtime and Lambda on unchanged, and parses it.
//!
//! It has its own threads, so that the extension's other work (compression, TLS) never delays the function. It holds no
//! message back, keeps only the beginning of each, and passes on unparsed what it cannot parse.

pub mod http;
pub mod observers;

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::invocation::Read;
use crate::timestamp;
use http::{Messages, Side};
use observers::{Answers, Events};

/// The exec wrapper finds the proxy's address in this file, whose name ends with the address of the runtime API.
const ADDRESS_FILE: &str = "/tmp/.clickstack-runtime-proxy-";

/// Bytes read at a time.
const AT_ONCE: usize = 32 * 1024;

/// A thread's stack. JSON nests 127 levels deep at most.
const STACK: usize = 256 * 1024;

/// Connections at a time; runtimes have one or two.
const MOST_CONNECTIONS: usize = 64;

/// Maximum number of reads that are not yet processed; further ones are dropped.
const MOST_UNTAKEN: usize = 256;

/// Pause after a failure to accept a connection.
const PAUSE: Duration = Duration::from_millis(10);

/// Removes the address file for this runtime API, which an earlier process may have left.
pub fn withdraw(upstream: &str) {
    let _ = std::fs::remove_file(address_file(upstream));
}

fn address_file(upstream: &str) -> String {
    format!("{ADDRESS_FILE}{upstream}")
}

/// Starts the proxy in front of the runtime API at `upstream` (host and port), writes its address for the exec wrapper,
/// and returns the receiver for what it reads.
///
/// # Errors
/// Port, thread or file are not available. The runtime then uses Lambda's API directly.
pub fn start(upstream: &str) -> io::Result<Receiver<Read>> {
    withdraw(upstream);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let (sender, receiver) = sync_channel(MOST_UNTAKEN);
    let upstream_of_thread = upstream.to_owned();
    spawn(move || accept(&listener, &upstream_of_thread, &sender))?;
    std::fs::write(address_file(upstream), format!("{address}\n"))?;
    Ok(receiver)
}

fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let work: Box<dyn FnOnce() + Send> = Box::new(work);
    thread::Builder::new().stack_size(STACK).spawn(work).map(drop)
}

fn accept(listener: &TcpListener, upstream: &str, reads: &SyncSender<Read>) {
    let open = Arc::new(());
    loop {
        let Ok((runtime, _)) = listener.accept() else {
            thread::sleep(PAUSE);
            continue;
        };
        // Each connection holds two more references.
        if Arc::strong_count(&open) <= 2 * MOST_CONNECTIONS {
            // A connection that cannot be served is closed, as Lambda would do.
            let _ = serve(runtime, upstream, reads, &open);
        }
    }
}

/// Connects a runtime with Lambda, each direction in a thread.
fn serve(runtime: TcpStream, upstream: &str, reads: &SyncSender<Read>, open: &Arc<()>) -> io::Result<()> {
    let (runtime, lambda) = (Arc::new(runtime), Arc::new(TcpStream::connect(upstream)?));
    for stream in [&runtime, &lambda] {
        stream.set_nodelay(true)?;
    }
    let (from, to, sender, held) = (lambda.clone(), runtime.clone(), reads.clone(), open.clone());
    spawn(move || {
        let _held = held;
        events(&from, &to, &sender);
    })?;
    let (from, to, sender, held) = (runtime.clone(), lambda.clone(), reads.clone(), open.clone());
    let second = spawn(move || {
        let _held = held;
        answers(&from, &to, &sender);
    });
    // With only one direction the runtime would wait forever.
    second.inspect_err(|_| close([&runtime, &lambda]))
}

/// Handles the direction from Lambda to the runtime.
fn events(lambda: &TcpStream, runtime: &TcpStream, reads: &SyncSender<Read>) {
    let mut messages = Messages::new(Side::Responses, Events::default());
    pump(lambda, runtime, |bytes, passed| {
        reading(&mut messages, |messages| {
            if !passed {
                return messages.push(bytes);
            }
            // The runtime already has the event.
            if let Some(begun) = messages.observer.take(timestamp::now()) {
                let _ = reads.try_send(Read::Begun(Box::new(begun)));
            }
        });
    });
}

/// Handles the direction from the runtime to Lambda.
fn answers(runtime: &TcpStream, lambda: &TcpStream, reads: &SyncSender<Read>) {
    let mut messages = Messages::new(Side::Requests, Answers::default());
    pump(runtime, lambda, |bytes, passed| {
        if passed {
            return;
        }
        // Before Lambda has the response, so that no event of Lambda about it can arrive first.
        reading(&mut messages, |messages| {
            messages.push(bytes);
            if let Some(answered) = messages.observer.take() {
                let _ = reads.try_send(Read::Answered(Box::new(answered)));
            }
        });
    });
}

fn close(streams: [&TcpStream; 2]) {
    for stream in streams {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

/// An internal error while parsing only stops the parsing.
fn reading<O: http::Observer>(messages: &mut Messages<O>, read: impl FnOnce(&mut Messages<O>)) {
    if catch_unwind(AssertUnwindSafe(|| read(messages))).is_err() {
        messages.give_up();
    }
}

/// Passes all bytes on until one side ends; `seen` is called for each part before and after it is passed on.
fn pump(mut from: &TcpStream, mut to: &TcpStream, mut seen: impl FnMut(&[u8], bool)) {
    let mut buffer = vec![0; AT_ONCE];
    loop {
        let part = match from.read(&mut buffer) {
            Ok(0) => {
                // The other direction may still have data.
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
            Ok(count) => buffer.get(..count).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        seen(part, false);
        if to.write_all(part).is_err() {
            break;
        }
        seen(part, true);
    }
    close([from, to]);
}

#[cfg(test)]
mod tests;
