//! Receives the Telemetry API's batches.

use bytes::Bytes;
use hyper::StatusCode;
use tokio::net::TcpListener;

use crate::catch_panic::catch_panic;
use crate::http::server::{self, answer};

/// Lambda sends at most the subscribed 256 KB plus one event; this leaves a margin.
const LARGEST_BATCH: usize = 8 * 1024 * 1024;

/// Passes every batch to `take`. The response is always 200, even after an internal error (a panic): Lambda would
/// deliver a rejected batch again and again. `None` stands for a batch that could not be read completely.
pub async fn serve(listener: TcpListener, take: impl AsyncFn(Option<Bytes>) + Clone + 'static) {
    server::serve(listener, move |request| {
        let take = take.clone();
        async move {
            let batch = server::read_body(request.into_body(), LARGEST_BATCH).await.ok();
            catch_panic(take(batch)).await;
            answer(StatusCode::OK, "text/plain", Bytes::new())
        }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{client, run};
    use crate::http::{Endpoint, HeaderMap, Method, Request};
    use std::time::Duration;

    #[test]
    fn a_batch_that_an_error_of_ours_makes_unreadable_is_not_sent_again() {
        run(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            tokio::task::spawn_local(serve(listener, async |_: Option<Bytes>| panic!("on purpose")));
            let request = Request {
                method: Method::POST,
                endpoint: Endpoint::parse(&url).unwrap(),
                headers: HeaderMap::new(),
                body: Bytes::from_static(b"[]"),
                timeout: Duration::from_secs(20),
            };
            assert_eq!(client().send(request).await.unwrap().status, StatusCode::OK);
        });
    }
}
