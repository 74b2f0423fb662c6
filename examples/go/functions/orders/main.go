// A function with OpenTelemetry by hand: its spans go to the extension, which is on localhost, by OTLP.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"go.opentelemetry.io/contrib/instrumentation/github.com/aws/aws-lambda-go/otellambda"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

type order struct {
	Sku     string            `json:"sku"`
	Amount  int               `json:"amount"`
	Headers map[string]string `json:"headers"`
}

var tracer = otel.Tracer("orders")

func handle(ctx context.Context, o order) (string, error) {
	invocation := trace.SpanFromContext(ctx)
	_, span := tracer.Start(ctx, "reserve")
	defer span.End()
	span.SetAttributes(attribute.String("order.sku", o.Sku))
	fmt.Printf("reserving %d of %s\n", o.Amount, o.Sku)
	if o.Amount > 100 {
		err := errors.New("not that many in stock")
		span.RecordError(err)
		// otellambda leaves the status of the invocation's span to the handler.
		for _, failed := range []trace.Span{span, invocation} {
			failed.SetStatus(codes.Error, err.Error())
		}
		return "", err
	}
	return "reserved", nil
}

func main() {
	ctx := context.Background()
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithInsecure())
	if err != nil {
		panic(err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter))
	otel.SetTracerProvider(provider)
	lambda.Start(otellambda.InstrumentHandler(handle,
		otellambda.WithTracerProvider(provider),
		// Before the environment is frozen.
		otellambda.WithFlusher(provider),
		otellambda.WithPropagator(propagation.TraceContext{}),
		otellambda.WithEventToCarrier(carrier),
	))
}

// The caller's context is where API Gateway and function URLs have it: in the headers.
func carrier(event []byte) propagation.TextMapCarrier {
	return propagation.MapCarrier(headers(event))
}

func headers(event []byte) map[string]string {
	var request order
	if json.Unmarshal(event, &request) != nil {
		return nil
	}
	return request.Headers
}
