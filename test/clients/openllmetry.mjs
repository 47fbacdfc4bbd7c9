import { provider, run, timeout, drain } from "./telemetry.mjs";
import { OpenAIInstrumentation } from "@traceloop/instrumentation-openai";
import { AnthropicInstrumentation } from "@traceloop/instrumentation-anthropic";
import OpenAI from "openai";
import * as anthropicSDK from "@anthropic-ai/sdk";

const openaiInstrumentation = new OpenAIInstrumentation({ enrichTokens: process.env.ENRICH_TOKENS === "true" });
openaiInstrumentation.manuallyInstrument(OpenAI);
new AnthropicInstrumentation().manuallyInstrument(anthropicSDK);
const Anthropic = anthropicSDK.Anthropic;

const openai = new OpenAI({ baseURL: `${provider}/v1`, apiKey: "test", timeout, maxRetries: 1 });
const anthropic = new Anthropic({ baseURL: provider, apiKey: "test", timeout, maxRetries: 0 });
const messages = [{ role: "user", content: "weather?" }];
const chat = (model, more) => openai.chat.completions.create({ model, messages, ...more });
const claude = (more) => anthropic.messages.create({ model: "claude-sonnet-4-5", max_tokens: 200, messages, ...more });
const tools = [{ type: "function", function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } } }];

await run({
  chat: () => chat("gpt-4o-mini"),
  routed: () => chat("gpt-4.1"),
  retried: () => chat("flaky-gpt-4o-mini"),
  streamed: async () => drain(await chat("gpt-4o-mini", { stream: true, stream_options: { include_usage: true } })),
  reasoning: () => openai.responses.create({ model: "gpt-5-mini", input: "weather?" }),
  agent: async () => {
    const { choices } = await chat("gpt-4o-mini", { tools });
    const answer = { role: "tool", tool_call_id: choices[0].message.tool_calls[0].id, content: "sunny" };
    await chat("gpt-4o-mini", { tools, messages: [...messages, choices[0].message, answer] });
  },
  anthropic: () => claude(),
  anthropicStreamed: async () => drain(await claude({ stream: true })),
  fails: () => chat("fail-400-model"),
});
