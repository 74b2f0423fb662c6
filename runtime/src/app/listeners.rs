//! The two ports that the extension listens on, and the subscription that delivers telemetry to one of them.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::config::{Config, LogsConfig, ReceiverConfig};
use crate::diagnostics::Diagnostics;
use crate::environment::settings::{self, Setting};
use crate::invocation::Read;
use crate::lambda::client::Client;
use crate::lambda::initialization::InitializationType;
use crate::lambda::listener;
use crate::otlp::received::Received;
use crate::receiver::refusals::Refusals;
use crate::session::Session;
use crate::spawn::spawn;
use crate::{receiver, relay, timestamp};

/// How long a batch waits for room in the buffer while nothing is sent: it delays Lambda's later batches.
const PATIENCE: Duration = Duration::from_secs(1);
/// The limit while something is being sent: a function with little CPU time takes seconds to send half a buffer.
const MOST_PATIENCE: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Binds the receivers for the function's SDK. If another extension uses a port, only that receiver is off.
pub async fn serve_receivers(
    config: &ReceiverConfig,
    session: &Rc<RefCell<Session>>,
    changed: &Rc<Notify>,
    diagnostics: &Rc<Diagnostics>,
) {
    let config = Rc::new(config.clone());
    let refusals = Rc::new(Refusals::new(Rc::clone(diagnostics)));
    let take = || {
        let (session, changed) = (Rc::clone(session), Rc::clone(changed));
        move |received: Received| {
            let ends = received.ended.is_some();
            let taken = session.borrow_mut().received(received);
            if ends {
                changed.notify_one();
            }
            taken
        }
    };
    let (http, grpc) = (&settings::ROTEL_OTLP_HTTP_ENDPOINT, &settings::ROTEL_OTLP_GRPC_ENDPOINT);
    if let Some(listener) = bind_receiver("HTTP", config.http_address, http, diagnostics).await {
        spawn(receiver::http::serve(
            listener,
            Rc::clone(&config),
            take(),
            Rc::clone(&refusals),
        ));
    }
    if let Some(listener) = bind_receiver("gRPC", config.grpc_address, grpc, diagnostics).await {
        spawn(receiver::grpc::serve(listener, Rc::clone(&config), take(), refusals));
    }
}

async fn bind_receiver(
    name: &str,
    address: SocketAddr,
    setting: &Setting,
    diagnostics: &Diagnostics,
) -> Option<TcpListener> {
    let bound = TcpListener::bind(address).await;
    let warn = |error: &std::io::Error| {
        diagnostics.warn(&format!(
            "the OTLP/{name} receiver is off, so the function's own OpenTelemetry data is not received there: \
             {address}: \
             {error}; set {} to a free port, or remove the extension that uses it",
            setting.variable
        ));
    };
    bound.inspect_err(warn).ok()
}

/// Starts the runtime API proxy if it is enabled, before the runtime looks for it, and returns the receiver for what it
/// reads.
pub fn start_proxy(config: &Config, diagnostics: &Diagnostics) -> Option<Receiver<Read>> {
    if !config.runtime_proxy {
        return None;
    }
    if config.function.initialization_type == InitializationType::ManagedInstances {
        relay::withdraw(&config.runtime_api);
        diagnostics.warn_once(
            "CLICKSTACK_RUNTIME_PROXY is not supported on Managed Instances; \
             the runtime uses Lambda's API itself, and spans of invocations have no trigger",
        );
        return None;
    }
    let started = relay::start(&config.runtime_api);
    let warn = |error: &std::io::Error| {
        diagnostics.warn_once(&format!(
            "the runtime API proxy is off: {error}; \
             the runtime uses Lambda's API itself, and spans of invocations have no trigger"
        ));
    };
    started.inspect_err(warn).ok()
}

/// Binds the telemetry listener, to any free port if its own is taken, and returns the port.
pub async fn serve_telemetry(
    address: SocketAddr,
    session: &Rc<RefCell<Session>>,
    changed: &Rc<Notify>,
    diagnostics: &Diagnostics,
    reads: Option<Receiver<Read>>,
) -> Option<u16> {
    let any_port = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let bound = match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind(any_port).await,
    };
    let bound = bound.and_then(|listener| Ok((listener.local_addr()?.port(), listener)));
    let (port, listener) = match bound {
        Ok(bound) => bound,
        Err(error) => {
            diagnostics.warn(&format!(
                "no port for Lambda's telemetry ({error}): logs cannot be received"
            ));
            return None;
        }
    };
    let (session, changed) = (Rc::clone(session), Rc::clone(changed));
    let (backpressure, reads) = (Rc::new(Backpressure::default()), Rc::new(reads));
    spawn(listener::serve(listener, async move |body: Option<Bytes>| {
        let body = body.unwrap_or_default();
        // Validating is much quicker than repairing, and Lambda's bodies are usually valid.
        let text = std::str::from_utf8(&body).map_or_else(|_| String::from_utf8_lossy(&body), Cow::Borrowed);
        // Handled before Lambda's events about the same invocations, because it determines their ids.
        for read in reads.iter().flat_map(Receiver::try_iter) {
            session.borrow_mut().read(read);
        }
        session.borrow_mut().telemetry(&text, timestamp::now());
        changed.notify_one();
        backpressure.wait_for_room(&session).await;
    }));
    Some(port)
}

/// Delays the response to a batch while the buffer is half full: Lambda keeps the next batches in the meantime, which
/// is better than dropping records here while the buffered ones are being sent.
#[derive(Default)]
struct Backpressure {
    /// Waiting did not help: the backend accepts nothing. No batch waits until there is room again.
    in_vain: Cell<bool>,
}

impl Backpressure {
    async fn wait_for_room(&self, session: &RefCell<Session>) {
        let (mut waited, mut idle, mut least) = (Duration::ZERO, Duration::ZERO, usize::MAX);
        loop {
            let usage = session.borrow().usage();
            if usage.bytes <= usage.capacity / 2 {
                return self.in_vain.set(false);
            }
            if usage.bytes < least {
                (least, idle) = (usage.bytes, Duration::ZERO);
            }
            if self.in_vain.get() || idle >= PATIENCE || waited >= MOST_PATIENCE {
                return self.in_vain.set(true);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
            waited += LOOK_AGAIN;
            idle += LOOK_AGAIN;
        }
    }
}

/// Subscribes to telemetry on this port; returns false, with a warning, if Lambda rejects the subscription.
pub async fn subscribe(client: &mut Client, port: u16, logs: &LogsConfig, diagnostics: &Diagnostics) -> bool {
    let mut types = vec!["platform"];
    types.extend(logs.function.then_some("function"));
    types.extend(logs.extension.then_some("extension"));
    match client.subscribe(port, &types).await {
        Ok(true) => true,
        Ok(false) => {
            diagnostics.warn_once("this host has no Telemetry API: logs cannot be received");
            false
        }
        Err(error) => {
            diagnostics.warn_once(&format!("{error}: logs cannot be received"));
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;

    /// A session that holds more than half of its capacity.
    fn full_session() -> RefCell<Session> {
        let (config, _) = Config::parse(&Environment::default());
        let session = RefCell::new(Session::new(&config.function, &config.sending));
        while session.borrow().usage().bytes <= session.borrow().usage().capacity / 2 {
            add_record(&session);
        }
        session
    }

    fn add_record(session: &RefCell<Session>) {
        let record = "x".repeat(100_000);
        let batch = format!(r#"[{{"time":"2026-01-01T00:00:00.000Z","type":"function","record":"{record}"}}]"#);
        session.borrow_mut().telemetry(&batch, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_backend_that_takes_nothing_is_waited_for_once() {
        let (backpressure, session) = (Backpressure::default(), full_session());
        let start = tokio::time::Instant::now();
        backpressure.wait_for_room(&session).await;
        assert!(start.elapsed() >= PATIENCE);
        let again = tokio::time::Instant::now();
        backpressure.wait_for_room(&session).await;
        assert_eq!(again.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_waits_until_there_is_room() {
        let (backpressure, session) = (Backpressure::default(), full_session());
        let start = tokio::time::Instant::now();
        let drained = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            session.borrow_mut().end("spindown", 2);
            session.borrow_mut().take(crate::record::Signal::Logs, usize::MAX, 2);
        };
        tokio::join!(backpressure.wait_for_room(&session), drained);
        assert!(start.elapsed() < PATIENCE && start.elapsed() >= Duration::from_millis(100));
        assert!(!backpressure.in_vain.get());
    }

    /// Takes a record out of the session at this interval.
    async fn drain(session: &RefCell<Session>, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            session.borrow_mut().take(crate::record::Signal::Logs, 1, 2);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_waits_for_a_sender_that_is_slow_but_not_for_ever() {
        let most_idle = PATIENCE - Duration::from_millis(100);
        for (records_over, is_in_vain) in [(3, false), (7, true)] {
            let (backpressure, session) = (Backpressure::default(), full_session());
            for _ in 1..records_over {
                add_record(&session);
            }
            session.borrow_mut().end("spindown", 2);
            let start = tokio::time::Instant::now();
            tokio::select! {
                () = backpressure.wait_for_room(&session) => {}
                () = drain(&session, most_idle) => {}
            }
            assert_eq!(backpressure.in_vain.get(), is_in_vain, "{records_over}");
            assert!(start.elapsed() > PATIENCE && start.elapsed() <= MOST_PATIENCE + LOOK_AGAIN);
        }
    }
}
