// The OpenAI and Anthropic SDKs under OpenInference. The Anthropic SDK makes spans of its own inside OpenInference's.
import { provider, run, timeout, drain } from "./telemetry.mjs";
import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import { AnthropicInstrumentation } from "@arizeai/openinference-instrumentation-anthropic";
import OpenAI from "openai";
import Anthropic from "@anthropic-ai/sdk";

new OpenAIInstrumentation().manuallyInstrument(OpenAI);
new AnthropicInstrumentation().manuallyInstrument(Anthropic);

const openai = new OpenAI({ baseURL: `${provider}/v1`, apiKey: "test", timeout, maxRetries: 1 });
const anthropic = new Anthropic({ baseURL: provider, apiKey: "test", timeout, maxRetries: 0 });
const messages = [{ role: "user", content: "weather?" }];
const chat = (model, more) => openai.chat.completions.create({ model, messages, ...more });
const claude = (more) => anthropic.messages.create({ model: "claude-sonnet-4-5", max_tokens: 200, messages, ...more });
const anHour = { type: "text", text: "weather?", cache_control: { type: "ephemeral", ttl: "1h" } };

await run({
  chat: () => chat("gpt-4o-mini"),
  routed: () => chat("gpt-4.1"),
  retried: () => chat("flaky-gpt-4o-mini"),
  streamed: async () => drain(await chat("gpt-4o-mini", { stream: true, stream_options: { include_usage: true } })),
  reasoning: () => openai.responses.create({ model: "gpt-5-mini", input: "weather?" }),
  reasoningStreamed: async () => drain(await openai.responses.create({ model: "gpt-5-mini", input: "weather?", stream: true })),
  embeddings: () => openai.embeddings.create({ model: "text-embedding-3-small", input: "weather" }),
  anthropic: () => claude(),
  anthropicHour: () => claude({ messages: [{ role: "user", content: [anHour] }] }),
  anthropicStreamed: async () => drain(await claude({ stream: true })),
  fails: () => chat("fail-400-model"),
  failsAgain: () => claude({ model: "fail-500-model" }),
});
