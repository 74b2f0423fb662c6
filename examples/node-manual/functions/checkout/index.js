const { SpanStatusCode, trace } = require("@opentelemetry/api");

const tracer = trace.getTracer("checkout");
const prices = { "A-17": 40, "B-4": 2.5 };

// Prices a basket: { "items": [{ "sku": "A-17", "amount": 2 }] }
exports.handler = async ({ items = [] }) =>
  tracer.startActiveSpan("price basket", async (basket) => {
    try {
      basket.setAttribute("basket.items", items.length);
      let total = 0;
      for (const item of items) total += await priceOf(item);
      console.log(`the basket costs ${total}`);
      return { total };
    } finally {
      basket.end();
    }
  });

// A span below the one that is active here, without passing anything on.
async function priceOf({ sku, amount }) {
  return tracer.startActiveSpan("price item", async (span) => {
    span.setAttributes({ "item.sku": sku, "item.amount": amount });
    try {
      if (!(sku in prices)) throw new RangeError(`no price for ${sku}`);
      return amount * prices[sku];
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      span.addEvent("left out of the basket");
      return 0;
    } finally {
      span.end();
    }
  });
}
