package dialect

// known are all clients, in the order in which their words are believed where a span has those of several.
var known = []*client{
	conventions, vercelAI, vercelOTel, litellm, langfuse, openInference, codex, claudeCode, geminiCLI, qwenCode, cline, continueCLI, langsmith, mlflow, googleADK,
	genkit, pydanticAI, anthropicSDK, openLIT, openLLMetry, mastra, sentry, agentFramework, copilotCLI,
	strands, awsSDK, voltAgent, langwatch, tanstack, livekit, pipecat, springAI, quarkus, servers, vendors, extensionsAI,
	envoyGateway, tensorZero, bifrost, cloudflare, kong, portkey, agentGateway, higress, plano, traceloopHub,
	agentScope, grafana, flowise, elixirLangchain, koog, rig, laminar, adot, twoCounts,
	agentOps, rubyLLM, braintrust, dify, langtrace, ax, effect, xsai, judgeval, monocle, trulens, confident, traceAI, agenta, nemo, promptFlow,
	openClaw, embabel, ag2, langdb, eve, trpcAgent, weave, reqLLM, datadog, datadogJS, dspyRuby, rustGenai, mcpAgent, paid, openaiPHP, eino, cloudflareAgents,
	zeroClaw, promptfoo, ellmer, mcp, langchain, older,
	applicationCache, sampled, ours, byHand,
}
