import { provider, run, timeout, drain } from "./telemetry.mjs";
import { LangChainInstrumentation } from "@arizeai/openinference-instrumentation-langchain";
import * as CallbackManagerModule from "@langchain/core/callbacks/manager";
new LangChainInstrumentation().manuallyInstrument(CallbackManagerModule);

const { ChatOpenAI, OpenAIEmbeddings } = await import("@langchain/openai");
const { ChatAnthropic } = await import("@langchain/anthropic");
const { createReactAgent } = await import("@langchain/langgraph/prebuilt");
const { tool } = await import("@langchain/core/tools");
const { z } = await import("zod");

const configuration = { baseURL: `${provider}/v1` };
const openai = (model, more) => new ChatOpenAI({ model, apiKey: "test", timeout, maxRetries: 1, configuration, ...more });
const claude = (more) =>
  new ChatAnthropic({ model: "claude-sonnet-4-5", apiKey: "test", maxRetries: 0, anthropicApiUrl: provider, maxTokens: 200, ...more });
const weather = tool(async () => "sunny", { name: "get_weather", description: "The weather", schema: z.object({ city: z.string() }) });

await run({
  chat: () => openai("gpt-4o-mini").invoke("weather?"),
  routed: () => openai("gpt-4.1").invoke("weather?"),
  retried: () => openai("flaky-gpt-4o-mini").invoke("weather?"),
  streamed: async () => drain(await openai("gpt-4o-mini", { streamUsage: true }).stream("weather?")),
  reasoning: () => openai("gpt-5-mini", { useResponsesApi: true }).invoke("weather?"),
  agent: () => createReactAgent({ llm: openai("gpt-4o-mini"), tools: [weather] }).invoke({ messages: [{ role: "user", content: "weather?" }] }),
  anthropic: () => claude().invoke("weather?"),
  anthropicStreamed: async () => drain(await claude({ streaming: true }).stream("weather?")),
  embeddings: () => new OpenAIEmbeddings({ model: "text-embedding-3-small", apiKey: "test", configuration }).embedQuery("weather"),
  fails: () => openai("fail-400-model").invoke("weather?"),
  failsAgain: () => openai("fail-500-model").invoke("weather?"),
});
