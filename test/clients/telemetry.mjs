// Shared by all clients: an OpenTelemetry SDK that sends every span in a request of its own, as SimpleSpanProcessor does, which is
// the hardest order for a gateway: children before parents, and never together.
import { NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";

export const provider = process.env.PROVIDER_URL;
export const timeout = 10_000;

export const tracing = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": process.env.OTEL_SERVICE_NAME }),
  spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces` }))],
});
tracing.register();

// run plays the scenarios one after the other, then hands over the last spans. A scenario that should fail must fail.
export async function run(scenarios) {
  for (const [name, scenario] of Object.entries(scenarios)) {
    let error;
    try {
      await scenario();
    } catch (e) {
      error = e;
    }
    if (name.startsWith("fails") !== Boolean(error)) {
      console.error(`scenario ${name}:`, error ?? "did not fail");
      process.exitCode = 1;
    }
  }
  await tracing.forceFlush();
  await tracing.shutdown();
}

export async function drain(stream) {
  for await (const _ of stream);
}
