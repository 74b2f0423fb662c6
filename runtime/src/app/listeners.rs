//! The two ports that the extension listens on, and the subscription that brings telemetry to one of them.

use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::config::ReceiverConfig;
use crate::config::settings::{self, Setting};
use crate::diagnostics::Diagnostics;
use crate::lambda::client::Client;
use crate::lambda::listener;
use crate::session::Session;
use crate::{receiver, timestamp};

/// Binds the receivers for the function's SDK. Another extension may have a port: then only that receiver is off.
pub async fn serve_receivers(config: &ReceiverConfig, session: &Rc<RefCell<Session>>, diagnostics: &Diagnostics) {
    let config = Rc::new(config.clone());
    let take = || {
        let session = Rc::clone(session);
        move |received| session.borrow_mut().received(received)
    };
    let (http, grpc) = (&settings::ROTEL_OTLP_HTTP_ENDPOINT, &settings::ROTEL_OTLP_GRPC_ENDPOINT);
    if let Some(listener) = bind_receiver("HTTP", config.http_address, http, diagnostics).await {
        tokio::task::spawn_local(receiver::http::serve(listener, Rc::clone(&config), take()));
    }
    if let Some(listener) = bind_receiver("gRPC", config.grpc_address, grpc, diagnostics).await {
        tokio::task::spawn_local(receiver::grpc::serve(listener, Rc::clone(&config), take()));
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
            "the OTLP/{name} receiver is off, the function's own OpenTelemetry data is not taken there: {address}: \
             {error}; set {} to a free port, or remove the extension that has it",
            setting.variable
        ));
    };
    bound.inspect_err(warn).ok()
}

/// Binds the telemetry listener, to any free port if its own is taken, and gives the port.
pub async fn serve_telemetry(
    address: SocketAddr,
    session: &Rc<RefCell<Session>>,
    changed: &Rc<Notify>,
    diagnostics: &Diagnostics,
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
                "no port for Lambda's telemetry ({error}): logs can't be received"
            ));
            return None;
        }
    };
    let (session, changed) = (Rc::clone(session), Rc::clone(changed));
    tokio::task::spawn_local(listener::serve(listener, move |body: Option<Bytes>| {
        let body = body.unwrap_or_default();
        session
            .borrow_mut()
            .telemetry(&String::from_utf8_lossy(&body), timestamp::now());
        changed.notify_one();
    }));
    Some(port)
}

/// Has Lambda deliver telemetry to this port; false, and said, where it won't.
pub async fn subscribe(client: &mut Client, port: u16, diagnostics: &Diagnostics) -> bool {
    match client.subscribe(port).await {
        Ok(true) => true,
        Ok(false) => {
            diagnostics.warn_once("this host has no Telemetry API: logs can't be received");
            false
        }
        Err(error) => {
            diagnostics.warn_once(&format!("{error}: logs can't be received"));
            false
        }
    }
}
