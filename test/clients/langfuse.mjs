// Langfuse's wrapper of OpenAI's SDK and its callbacks for LangChain.js.
import { provider, run, timeout, drain } from "./telemetry.mjs";
import { observeOpenAI } from "@langfuse/openai";
import { CallbackHandler } from "@langfuse/langchain";
import { ChatAnthropic } from "@langchain/anthropic";
import { ChatOpenAI } from "@langchain/openai";
import OpenAI from "openai";

const openai = observeOpenAI(new OpenAI({ baseURL: `${provider}/v1`, apiKey: "test", timeout, maxRetries: 1 }));
const messages = [{ role: "user", content: "weather?" }];
const chat = (model, more) => openai.chat.completions.create({ model, messages, ...more });
const callbacks = () => ({ callbacks: [new CallbackHandler()] });
const chain = (more) => new ChatOpenAI({ model: "gpt-4o-mini", apiKey: "test", timeout, configuration: { baseURL: `${provider}/v1` }, ...more });
const claude = (more) =>
  new ChatAnthropic({ model: "claude-sonnet-4-5", apiKey: "test", maxRetries: 0, anthropicApiUrl: provider, maxTokens: 200, ...more });

await run({
  chat: () => chat("gpt-4o-mini"),
  routed: () => chat("gpt-4.1"),
  retried: () => chat("flaky-gpt-4o-mini"),
  streamed: async () => drain(await chat("gpt-4o-mini", { stream: true, stream_options: { include_usage: true } })),
  reasoning: () => openai.responses.create({ model: "gpt-5-mini", input: "weather?" }),
  reasoningStreamed: async () => drain(await openai.responses.create({ model: "gpt-5-mini", input: "weather?", stream: true })),
  embeddings: () => openai.embeddings.create({ model: "text-embedding-3-small", input: "weather" }),
  chain: () => chain().invoke("weather?", callbacks()),
  chainStreamed: async () => drain(await chain().stream("weather?", callbacks())),
  anthropic: () => claude().invoke("weather?", callbacks()),
  anthropicStreamed: async () => drain(await claude().stream("weather?", callbacks())),
  fails: () => chat("fail-400-model"),
});
