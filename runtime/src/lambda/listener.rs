//! Receives the Telemetry API's batches.

use bytes::Bytes;
use hyper::StatusCode;
use tokio::net::TcpListener;

use crate::server::{self, answer};

/// Lambda sends at most the subscribed 256 KB and one event more; this leaves room.
const LARGEST_BATCH: usize = 8 * 1024 * 1024;

/// Hands every batch to `take`. The answer is always 200: Lambda would deliver a refused batch again, for ever.
/// `None` stands for a batch that couldn't be read whole.
pub async fn serve(listener: TcpListener, take: impl AsyncFn(Option<Bytes>) + Clone + 'static) {
    server::serve(listener, move |request| {
        let take = take.clone();
        async move {
            take(server::read_body(request.into_body(), LARGEST_BATCH).await.ok()).await;
            answer(StatusCode::OK, "text/plain", Bytes::new())
        }
    })
    .await;
}
