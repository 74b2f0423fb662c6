//! A listener on loopback that ends with its connections.

use std::future::Future;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet, spawn_local};

/// Ends with its connections when dropped.
pub struct Listener {
    pub port: u16,
    accepting: JoinHandle<()>,
}

impl Listener {
    /// Takes connections on a port of 127.0.0.1; 0 for any.
    pub async fn start<F: Future<Output = ()> + 'static>(
        port: u16,
        serve: impl Fn(TcpStream) -> F + 'static,
    ) -> Listener {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepting = spawn_local(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn_local(serve(stream));
            }
        });
        Listener { port, accepting }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
