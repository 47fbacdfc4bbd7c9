package llmcost

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// processPoint is what becomes of the attributes of a point, whatever its type.
func processPoint(t *testing.T, change func(*Config), scope, metric string, attrs map[string]any) map[string]any {
	t.Helper()
	cfg, sink := createDefaultConfig().(*Config), new(consumertest.MetricsSink)
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	p, err := NewFactory().CreateMetrics(context.Background(), settings(), cfg, sink)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	md := pmetric.NewMetrics()
	sm := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(scope)
	add := func() pmetric.Metric {
		m := sm.Metrics().AppendEmpty()
		m.SetName(metric)
		return m
	}
	for _, to := range []pcommon.Map{
		add().SetEmptySum().DataPoints().AppendEmpty().Attributes(),
		add().SetEmptyGauge().DataPoints().AppendEmpty().Attributes(),
		add().SetEmptyHistogram().DataPoints().AppendEmpty().Attributes(),
		add().SetEmptyExponentialHistogram().DataPoints().AppendEmpty().Attributes(),
	} {
		require.NoError(t, to.FromRaw(attrs))
	}
	require.NoError(t, p.ConsumeMetrics(context.Background(), md))
	require.NoError(t, p.Shutdown(context.Background()))
	var all []map[string]any
	for _, m := range sink.AllMetrics()[0].ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		for p := range points.All(m) {
			all = append(all, p.Attributes.AsRaw())
		}
	}
	require.Len(t, all, 4)
	for i := range all {
		require.Equal(t, all[0], all[i])
	}
	return all[0]
}

const (
	claudeScope = "com.anthropic.claude_code"
	claudeUSD   = "claude_code.cost.usage"
)

// What is added to a point of an agent, beside what the agent says.
func TestPointsOfAgents(t *testing.T) {
	type raw = map[string]any
	claude := raw{genai.ProviderName: "anthropic", genai.RequestModel: "m", genai.ConversationID: "s", genai.CostStatus: genai.StatusReported}
	unpriced := raw{genai.CostStatus: genai.StatusUnpriced, genai.CostReason: genai.ReasonNotReported, genai.RequestModel: "m"}
	failed := raw{
		genai.CostStatus: genai.StatusFree, genai.CostReason: genai.ReasonFailed, genai.RequestModel: "m", genai.CallCounts: genai.CountsCalls,
		genai.CallFailure: genai.CallRateLimited, genai.CallErrorType: "429",
	}
	for name, c := range map[string]struct {
		change        func(*Config)
		scope, metric string
		attrs, added  raw
	}{
		"cost":                {nil, claudeScope, claudeUSD, raw{"model": "m", "session.id": "s"}, with(claude, raw{genai.CallCounts: "usd"})},
		"tokens":              {nil, claudeScope, "claude_code.token.usage", raw{"model": "m", "session.id": "s", "type": "cacheRead"}, with(claude, raw{genai.CallCounts: genai.TokensCacheRead})},
		"bedrock":             {nil, claudeScope, claudeUSD, raw{"model": "m", "session.id": "s", "anthropic.provider": "bedrock"}, with(claude, raw{genai.CallCounts: "usd", genai.ProviderName: "aws.bedrock"})},
		"a type nobody knows": {nil, claudeScope, "claude_code.token.usage", raw{"model": "m", "type": "other"}, nil},
		"another metric":      {nil, claudeScope, "claude_code.session.count", raw{"model": "m"}, nil},
		"another scope":       {nil, "another", claudeUSD, raw{"model": "m"}, nil},
		"no client's cost": {
			func(c *Config) { c.ReportedCost = reportedIgnore }, claudeScope, claudeUSD,
			raw{"model": "m"},
			with(unpriced, raw{genai.CallCounts: "usd", genai.ProviderName: "anthropic"}),
		},
		"an ignored scope": {
			func(c *Config) { c.IgnoreScopes = []string{claudeScope} }, claudeScope, claudeUSD,
			raw{"model": "m"},
			raw{
				genai.CallCounts: "usd", genai.CostStatus: genai.StatusDuplicate, genai.CostReason: genai.ReasonIgnoredScope,
				genai.ProviderName: "anthropic", genai.CallRequestModel: "m",
			},
		},
		"by spans": {
			func(c *Config) { c.CLIAgents = defaultCLIAgents() }, claudeScope, claudeUSD,
			raw{"model": "m"},
			raw{
				genai.CallCounts: "usd", genai.CostStatus: genai.StatusReported, genai.CostCountedIn: "traces",
				genai.ProviderName: "anthropic", genai.RequestModel: "m",
			},
		},
		"no normalizing": {
			func(c *Config) { c.Normalize = false }, claudeScope, claudeUSD,
			raw{"model": "m"},
			raw{genai.CallCounts: "usd", genai.CostStatus: genai.StatusReported, genai.CallProvider: "anthropic", genai.CallRequestModel: "m"},
		},
		"codex, tokens": {
			nil, "codex", "codex.turn.token_usage",
			raw{"model": "m", "token_type": "input"},
			with(unpriced, raw{genai.CallCounts: genai.TokensInput, genai.ProviderName: "openai"}),
		},
		"codex, calls": {
			nil, "codex_exec", "codex.api_request",
			raw{"model": "m", "status": "200", "success": "true"},
			with(unpriced, raw{genai.CallCounts: genai.CountsCalls, genai.ProviderName: "openai"}),
		},
		"codex, refused": {
			nil, "codex", "codex.api_request", raw{"model": "m", "status": "429", "success": "false"}, with(failed, raw{genai.ProviderName: "openai"}),
		},
		"codex, without an answer": {
			nil, "codex", "codex.api_request",
			raw{"model": "m", "success": "false"},
			with(failed, raw{genai.ProviderName: "openai", genai.CallFailure: genai.CallError, genai.CallErrorType: genai.ErrorOther}),
		},
		"gemini, refused": {
			nil, "gemini-cli", "gemini_cli.api.request.count", raw{"model": "m", "status_code": "429"}, with(failed, raw{genai.ProviderName: "gcp.gemini"}),
		},
		"continue, Anthropic": {
			nil, "continue-cli", "continue_cli_token_usage",
			raw{"model": "claude-opus-4-5", "type": "input"},
			with(unpriced, raw{genai.CallCounts: genai.TokensInputUncached, genai.ProviderName: "anthropic", genai.RequestModel: "claude-opus-4-5"}),
		},
		"continue, OpenAI": {
			nil, "continue-cli", "continue_cli_token_usage",
			raw{"model": "gpt-4.1", "type": "input"},
			with(unpriced, raw{genai.CallCounts: genai.TokensInput, genai.ProviderName: "openai", genai.RequestModel: "gpt-4.1"}),
		},
		"continue, of a maker that it does not name": {
			nil, "continue-cli", "continue_cli_token_usage", raw{"model": "m", "type": "cacheRead"}, with(unpriced, raw{genai.CallCounts: genai.TokensCacheRead}),
		},
		"continue, a type nobody knows": {nil, "continue-cli", "continue_cli_token_usage", raw{"model": "m", "type": "other"}, nil},
		"continue, its cost":            {nil, "continue-cli", "continue_cli_cost_usage", raw{"model": "gpt-4.1"}, nil},
		"gemini, thoughts": {
			nil, "gemini-cli", "gemini_cli.token.usage",
			raw{"model": "m", "type": "thought"},
			with(unpriced, raw{genai.CallCounts: genai.TokensReasoning, genai.ProviderName: "gcp.gemini"}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			change := func(cfg *Config) {
				cfg.CLIAgents = allBy(signalMetrics)
				if c.change != nil {
					c.change(cfg)
				}
			}
			require.Equal(t, with(c.attrs, c.added), processPoint(t, change, c.scope, c.metric, c.attrs))
		})
	}
}

// Nobody but llmcost says that a point counts, and a gateway's own metrics keep what they are told apart by.
func TestClaimsOnPoints(t *testing.T) {
	claim := map[string]any{genai.CallCounts: genai.CountsUSD, genai.CostStatus: genai.StatusReported, genai.RequestModel: "m"}
	got := processPoint(t, nil, "forger", "their.cost", claim)
	require.NotContains(t, got, genai.CallCounts)
	require.Equal(t, genai.StatusReported, got[genai.CostStatus])

	claim[genai.CostTotal], claim["model"] = 1e6, "m"
	got = processPoint(t, nil, claudeScope, "claude_code.token.usage", claim)
	require.NotContains(t, got, genai.CallCounts, "of no type")
	claim["type"] = "input"
	got = processPoint(t, nil, claudeScope, "claude_code.token.usage", claim)
	require.Equal(t, genai.TokensInputUncached, got[genai.CallCounts])
	require.NotContains(t, got, genai.CostTotal)

	trust := func(c *Config) { c.TrustUpstream = true }
	require.Equal(t, claim, processPoint(t, trust, claudeScope, "claude_code.token.usage", claim), "read in a first tier")
	delete(claim, genai.CallCounts)
	require.Contains(t, processPoint(t, trust, claudeScope, "claude_code.token.usage", claim), genai.CallCounts, "not read yet")
}
