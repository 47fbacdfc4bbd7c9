// The Vercel AI SDK, as the test asks for it: VERCEL_AI = v5 or v6 (experimental_telemetry), or v7 (@ai-sdk/otel).
import { provider, run, drain, tracing } from "./telemetry.mjs";
import { z } from "zod";

const version = process.env.VERCEL_AI;
const ai = await import(`ai-${version}`);
const { createOpenAI } = await import(`@ai-sdk/openai-${version}`);
const { createAnthropic } = await import(`@ai-sdk/anthropic-${version}`);
if (version === "v7") {
  const { OpenTelemetry } = await import("@ai-sdk/otel");
  ai.registerTelemetry(new OpenTelemetry({ tracer: tracing.getTracer("gen_ai"), usage: true }));
}

const openai = createOpenAI({ baseURL: `${provider}/v1`, apiKey: "test" });
const anthropic = createAnthropic({ baseURL: `${provider}/v1`, apiKey: "test" });
const settings = { isEnabled: true, functionId: "weather_agent", ...(version === "v7" ? {} : { metadata: { userId: "user-42" } }) };
const telemetry = version === "v7" ? { telemetry: settings } : { experimental_telemetry: settings };
const ask = (model, more) => ({ model, prompt: "weather?", ...telemetry, ...more });
const streamed = async (options) => drain(ai.streamText(options).textStream);

const weather = ai.tool({ description: "The weather", inputSchema: z.object({ city: z.string() }), execute: async () => "sunny" });
const anHour = { anthropic: { cacheControl: { type: "ephemeral", ttl: "1h" } } };

await run({
  chat: () => ai.generateText(ask(openai.chat("gpt-4o-mini"))),
  routed: () => ai.generateText(ask(openai.chat("gpt-4.1"))),
  retried: () => ai.generateText(ask(openai.chat("flaky-gpt-4o-mini"))),
  streamed: () => streamed(ask(openai.chat("gpt-4o-mini"))),
  reasoning: () => ai.generateText(ask(openai.responses("gpt-5-mini"))),
  reasoningStreamed: () => streamed(ask(openai.responses("gpt-5-mini"))),
  agent: () => ai.generateText(ask(openai.chat("gpt-4o-mini"), { tools: { get_weather: weather }, stopWhen: ai.stepCountIs(4) })),
  anthropic: () => ai.generateText(ask(anthropic("claude-sonnet-4-5"))),
  anthropicStreamed: () => streamed(ask(anthropic("claude-sonnet-4-5"))),
  anthropicHour: () =>
    ai.generateText({
      model: anthropic("claude-sonnet-4-5"), ...telemetry,
      messages: [{ role: "user", content: [{ type: "text", text: "weather?", providerOptions: anHour }] }],
    }),
  embeddings: () => {
    const model = openai.textEmbeddingModel ?? openai.embeddingModel;
    return ai.embed({ model: model("text-embedding-3-small"), value: "weather", ...telemetry });
  },
  fails: () => ai.generateText(ask(openai.chat("fail-400-model"), { maxRetries: 0 })),
});
