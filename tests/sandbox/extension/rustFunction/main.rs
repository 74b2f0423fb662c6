//! A function with OpenTelemetry by hand: its spans go to the extension, which is on localhost, by OTLP.

use std::collections::HashMap;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use serde_json::Value;

/// Of the event, what a carrier of W3C's headers is made of.
fn headers(event: &Value) -> HashMap<String, String> {
    let headers = event["headers"].as_object().into_iter().flatten();
    headers
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn reserve(tracer: &SdkTracer, around: &Context, event: &Value) -> Result<&'static str, String> {
    let sku = event["sku"].as_str().unwrap_or_default().to_owned();
    let amount = event["amount"].as_u64().unwrap_or_default();
    println!("reserving {amount} of {sku}");
    let span = tracer
        .span_builder("reserve")
        .with_attributes([KeyValue::new("order.sku", sku)])
        .start_with_context(tracer, around);
    let _ended_with_scope = Context::current_with_span(span);
    if amount > 100 {
        return Err("not that many in stock".to_owned());
    }
    Ok("reserved")
}

async fn handle(
    provider: &SdkTracerProvider,
    event: LambdaEvent<Value>,
) -> Result<&'static str, Error> {
    let tracer = provider.tracer("orders");
    let parent = TraceContextPropagator::new().extract(&headers(&event.payload));
    let span = tracer
        .span_builder("orders-rust")
        // With this kind and this attribute it stands for the invocation.
        .with_kind(SpanKind::Server)
        .with_attributes([KeyValue::new(
            "faas.invocation_id",
            event.context.request_id,
        )])
        .start_with_context(&tracer, &parent);
    let context = parent.with_span(span);
    let reserved = reserve(&tracer, &context, &event.payload);
    if let Err(error) = &reserved {
        context.span().set_status(Status::error(error.clone()));
    }
    context.span().end();
    // Before the response, after which the environment may be frozen.
    provider.force_flush()?;
    Ok(reserved?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let exporter = SpanExporter::builder().with_http().build()?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .build();
    lambda_runtime::run(service_fn(|event| handle(&provider, event))).await
}
