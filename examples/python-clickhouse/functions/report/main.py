import logging

from opentelemetry import trace

logger = logging.getLogger("report")
logger.setLevel(logging.INFO)
tracer = trace.get_tracer("report")


def handler(event, context):
    """Sums up sales: {"sales": [{"region": "north", "amount": 3}]}"""
    with tracer.start_as_current_span("read sales") as span:
        sales = event.get("sales", [])
        span.set_attribute("sales.count", len(sales))
    logger.info("%s sales", len(sales))
    return {"total": total_of(sales)}


@tracer.start_as_current_span("sum up")
def total_of(sales):
    span = trace.get_current_span()
    total = 0
    for sale in sales:
        try:
            total += int(sale["amount"])
        except ValueError as error:
            span.record_exception(error)
            logger.warning("left out: %s", error)
    span.set_attribute("sales.total", total)
    return total
