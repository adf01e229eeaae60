"""Makes the calls of a file with the instrumented official clients and writes the spans they recorded, as JSON.

Arguments: the file of calls, `{"gateway": URL, "calls": [{"script", "client", "method", "parameters"}]}`; the file to write.
The clients believe that they speak to the providers; the gateway is their proxy.
"""

import json
import logging
import sys
from importlib.metadata import version

import anthropic
import openai
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

PACKAGES = (
    "openai",
    "anthropic",
    "openinference-instrumentation-openai",
    "openinference-instrumentation-anthropic",
    "openinference-instrumentation",
    "opentelemetry-sdk",
)

# what names the call to the upstream; a hook adds it to the request, where no instrumentation sees it
current = {}


def mark(request):
    request.headers["x-script"] = current["script"]


def drive(clients, exporter, call):
    exporter.clear()
    current["script"] = call["script"]
    target = clients[call["client"]]
    for name in call["method"].split("."):
        target = getattr(target, name)
    error = None
    try:
        consume(target(**call["parameters"]), call)
    except Exception as exception:  # an answer of status 429 is one
        error = f"{type(exception).__name__}: {exception}"
    return {"error": error, "spans": [described(span) for span in exporter.get_finished_spans()]}


def consume(result, call):
    if call["method"].endswith(".stream"):
        with result as stream:
            for _event in stream:
                pass
    elif call["parameters"].get("stream"):
        for _event in result:
            pass
    elif "with_raw_response" in call["method"]:
        result.parse()


def described(span):
    return {
        "name": span.name,
        "status": {"code": span.status.status_code.name, "message": span.status.description or ""},
        "attributes": {
            key: list(value) if isinstance(value, tuple) else value for key, value in span.attributes.items()
        },
        "events": [{"name": event.name, "attributes": dict(event.attributes)} for event in span.events],
    }


def main(source, target):
    # what an instrumentation fails to read it logs and leaves out; the comparison shows it
    logging.disable(logging.CRITICAL)
    with open(source, encoding="utf-8") as file:
        task = json.load(file)
    exporter = InMemorySpanExporter()
    provider = TracerProvider(span_limits=SpanLimits(max_attributes=10_000))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    AnthropicInstrumentor().instrument(tracer_provider=provider)
    transport = {"proxy": task["gateway"], "event_hooks": {"request": [mark], "response": []}}
    clients = {
        "openai": openai.OpenAI(
            api_key="none",
            base_url="http://api.openai.com/v1",
            max_retries=0,
            http_client=openai.DefaultHttpxClient(**transport),
        ),
        "anthropic": anthropic.Anthropic(
            api_key="none",
            base_url="http://api.anthropic.com",
            max_retries=0,
            http_client=anthropic.DefaultHttpxClient(**transport),
        ),
    }
    calls = [drive(clients, exporter, call) for call in task["calls"]]
    with open(target, "w", encoding="utf-8") as file:
        json.dump({"versions": {name: version(name) for name in PACKAGES}, "calls": calls}, file)


main(*sys.argv[1:])
