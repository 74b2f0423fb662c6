//! OTLP/gRPC, implemented directly over HTTP/2.

use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, Response, StatusCode};
use tokio::net::TcpListener;

use super::refusals::Refusals;
use super::{Take, answer};
use crate::config::ReceiverConfig;
use crate::grpc::{self, Code, MessageReader, Status};
use crate::http::{HeaderMap, HeaderValue, server};
use crate::otlp::received;
use crate::record::Signal;

/// Passes every valid request to `take`.
pub async fn serve(listener: TcpListener, config: Rc<ReceiverConfig>, take: impl Take, refusals: Rc<Refusals>) {
    server::serve_http2(listener, move |request| {
        let (config, take, refusals) = (Rc::clone(&config), take.clone(), Rc::clone(&refusals));
        async move {
            let content_type = content_type(&request);
            let signal = grpc::signal_of(request.uri().path());
            if !is_grpc(&request) {
                refusals.report(signal, &content_type, "the port accepts OTLP/gRPC only");
                let mut response = Response::new(Answer::default());
                *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                return response;
            }
            match receive(request, &config, take).await {
                Ok(message) => accepted(&message),
                Err(status) => {
                    refusals.report(signal, &content_type, &status.message);
                    refused(&status)
                }
            }
        }
    })
    .await;
}

fn content_type(request: &Request<Incoming>) -> String {
    let value = request.headers().get(CONTENT_TYPE);
    let value = value.map_or(&b""[..], |value| value.as_bytes());
    String::from_utf8_lossy(value).trim().to_ascii_lowercase()
}

fn is_grpc(request: &Request<Incoming>) -> bool {
    let content_type = content_type(request);
    let rest = content_type.strip_prefix(grpc::CONTENT_TYPE).map(str::trim_start);
    // `application/grpc-web` is a different protocol.
    *request.method() == Method::POST && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', ';']))
}

/// Reads one call and returns the response's message.
async fn receive(request: Request<Incoming>, config: &ReceiverConfig, take: impl Take) -> Result<Vec<u8>, Status> {
    let signal = signal_of(request.uri().path(), config)?;
    let gzip = grpc::is_gzip(request.headers())?;
    let mut reader = MessageReader::new(config.largest_grpc_message);
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Status::new(Code::Cancelled, "the call was interrupted"))?;
        if let Some(data) = frame.data_ref() {
            reader.push(data)?;
        }
    }
    let message = reader.finish(gzip)?;
    let received = received::read(signal, message)
        .map_err(|_| Status::new(Code::InvalidArgument, "the message is not a protobuf export request"))?;
    let items = received.forwarded.items;
    let refused = if take(received) { 0 } else { items };
    Ok(answer::response(signal, refused))
}

fn signal_of(path: &str, config: &ReceiverConfig) -> Result<Signal, Status> {
    match grpc::signal_of(path) {
        Some(signal) if config.takes(signal) => Ok(signal),
        Some(signal) => Err(Status::new(
            Code::Unimplemented,
            format!(
                "{0} are not accepted: ROTEL_OTLP_RECEIVER_{1}_DISABLED",
                signal.name(),
                signal.name().to_uppercase()
            ),
        )),
        None => Err(Status::new(
            Code::Unimplemented,
            "there is no such method, only Export of OTLP's LogsService, TraceService and MetricsService",
        )),
    }
}

/// A message if there is one, then trailers if there are any.
#[derive(Default)]
struct Answer {
    message: Option<Bytes>,
    trailers: Option<HeaderMap>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let message = self.message.take().map(Frame::data);
        let frame = message.or_else(|| self.trailers.take().map(Frame::trailers));
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.message.is_none() && self.trailers.is_none()
    }
}

fn response(body: Answer) -> Response<Answer> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(grpc::CONTENT_TYPE));
    headers.insert(grpc::ACCEPT_ENCODING, HeaderValue::from_static("identity,gzip"));
    response
}

fn accepted(message: &[u8]) -> Response<Answer> {
    let mut trailers = HeaderMap::new();
    Status::new(Code::Ok, "").write(&mut trailers);
    response(Answer {
        message: grpc::frame(message, false),
        trailers: Some(trailers),
    })
}

/// A headers-only response.
fn refused(status: &Status) -> Response<Answer> {
    let mut response = response(Answer::default());
    status.write(response.headers_mut());
    response
}
