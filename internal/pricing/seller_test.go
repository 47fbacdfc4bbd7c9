package pricing

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSellerAt(t *testing.T) {
	local := Seller{Local: true}
	for address, want := range map[string]Seller{
		"":                                                    {},
		"api.openai.com":                                      {Provider: "openai"},
		"https://api.openai.com/v1/":                          {Provider: "openai"},
		"HTTPS://API.OPENAI.COM:443/v1":                       {Provider: "openai"},
		"eu.api.openai.com":                                   {Provider: "openai", Region: "eu"},
		"https://us.api.openai.com/v1":                        {Provider: "openai", Region: "us"},
		"api.openai.com.evil.example":                         {},
		"notapi.openai.com":                                   {},
		"api.anthropic.com":                                   {Provider: "anthropic"},
		"https://openrouter.ai/api/v1":                        {Provider: "openrouter"},
		"openrouter.ai":                                       {Provider: "openrouter"},
		"api.groq.com":                                        {Provider: "groq"},
		"https://api.groq.com/openai/v1":                      {Provider: "groq"},
		"generativelanguage.googleapis.com":                   {Provider: "google"},
		"us-east5-aiplatform.googleapis.com":                  {Provider: "google", Region: "us-east5"},
		"aiplatform.googleapis.com":                           {Provider: "google", Region: "global"},
		"aiplatform.eu.rep.googleapis.com":                    {Provider: "google", Region: "eu"},
		"bedrock-runtime.eu-west-1.amazonaws.com":             {Provider: "aws", Region: "eu-west-1"},
		"bedrock-runtime-fips.us-east-1.amazonaws.com:443":    {Provider: "aws", Region: "us-east-1"},
		"contoso.openai.azure.com":                            {Provider: "azure"},
		"https://contoso.services.ai.azure.com/models":        {Provider: "azure"},
		"https://contoso.azure-api.net/openai":                {Provider: "azure"},
		"api.z.ai":                                            {Provider: "zai"},
		"api.x.ai":                                            {Provider: "x-ai"},
		"api.moonshot.cn":                                     {Provider: "moonshotai"},
		"api.moonshot.ai":                                     {Provider: "moonshotai"},
		"api.moonshot.evil.example":                           {},
		"api.githubcopilot.com":                               {Provider: "github-copilot"},
		"api.business.githubcopilot.com":                      {Provider: "github-copilot"},
		"models.github.ai":                                    {Provider: "github-models"},
		"models.inference.ai.azure.com":                       {Provider: "github-models"},
		"eu.openrouter.ai":                                    {Provider: "openrouter", Region: "eu"},
		"api.openrouter.ai":                                   {Provider: "openrouter"},
		"ai-gateway.vercel.sh":                                {Provider: "gateway"},
		"oai.helicone.ai":                                     {Provider: "openai"},
		"groq.helicone.ai":                                    {Provider: "groq"},
		"anthropic.hconeai.com":                               {Provider: "anthropic"},
		"gateway.helicone.ai":                                 {}, // whom it asks is in a header
		"https://gateway.ai.cloudflare.com/v1/a1/g/groq/chat": {Provider: "groq"},
		"https://gateway.ai.cloudflare.com/v1/a1/g/openai":    {Provider: "openai"},
		"https://gateway.ai.cloudflare.com/v1/a1/g/grok/v1":   {Provider: "x-ai"},
		"https://gateway.ai.cloudflare.com/v1/a1/g/compat":    {},
		"https://gateway.ai.cloudflare.com/v1/a1":             {},
		"gateway.ai.cloudflare.com":                           {},
		"https://gateway.ai.cloudflare.com/v1/a1/g/google-vertex-ai/v1/projects/p/locations/us-east4/publishers/google/models/m": {
			Provider: "google", Region: "us-east4",
		},
		"https://gateway.ai.cloudflare.com/v1/a1/g/google-vertex-ai/v1/projects/p/locations/global/publishers/google/models/m": {Provider: "google"},
		"https://gateway.ai.cloudflare.com/v1/a1/g/aws-bedrock/bedrock-runtime/us-east-1/model/m/invoke": {
			Provider: "aws", Region: "us-east-1",
		},
		"api.together.ai":                                        {Provider: "together"},
		"https://router.huggingface.co/nebius/v1":                {Provider: "huggingface_nebius"},
		"https://api.cloudflare.com/client/v4/accounts/a1/ai/v1": {Provider: "cloudflare"},
		"llm.example.com":                                        {},
		"localhost":                                              local,
		"localhost:8000":                                         local,
		"http://127.0.0.1:11434/v1":                              local,
		"127.8.9.1":                                              local,
		"::1":                                                    local,
		"[::1]:8000":                                             local,
		"http://[fd00::1]:8000/v1":                               local,
		"10.1.2.3":                                               local,
		"172.16.0.1":                                             local,
		"172.32.0.1":                                             {},
		"192.168.1.4:4000":                                       local,
		"100.100.1.1":                                            local,
		"0.0.0.0":                                                local,
		"::ffff:10.0.0.1":                                        local,
		"litellm":                                                local,
		"vllm:8000":                                              local,
		"ollama.models.svc.cluster.local":                        local,
		"vllm.models.svc":                                        local,
		"host.docker.internal":                                   local,
		"8.8.8.8":                                                {},
		"user:secret@api.groq.com":                               {Provider: "groq"},
		strings.Repeat("a.", 5000):                               {},
	} {
		require.Equal(t, want, Default().SellerAt(address), address)
	}
}

func TestSellerByName(t *testing.T) {
	for model, want := range map[string]Seller{
		"":                           {},
		"gpt-4o":                     {},
		"claude-sonnet-4-5-20250929": {},
		"us.anthropic.claude-opus-4-5-20251101-v1:0":                                        {Provider: "aws"},
		"anthropic.claude-3-haiku-20240307-v1:0":                                            {Provider: "aws"},
		"global.anthropic.claude-sonnet-4-6-v1:0":                                           {Provider: "aws"},
		"amazon.nova-lite-v1:0":                                                             {Provider: "aws"},
		"arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-4-6-v1:0": {Provider: "aws", Region: "eu-west-1"},
		"claude-sonnet-4-5@20250929":                                                        {Provider: "google"},
		"claude-opus-4-8@default":                                                           {Provider: "google"},
		"gemini-2.0-flash@001":                                                              {Provider: "google"},
		"publishers/google/models/gemini-2.5-pro":                                           {Provider: "google"},
		"projects/p/locations/us-east5/publishers/anthropic/models/claude-x":                {Provider: "google", Region: "us-east5"},
		"openrouter/anthropic/claude-sonnet-4.5":                                            {Provider: "openrouter"},
		"groq/openai/gpt-oss-120b":                                                          {Provider: "groq"},
		"together_ai/meta-llama/llama-3":                                                    {Provider: "together"},
		"accounts/fireworks/models/llama-v3p1-70b-instruct":                                 {Provider: "fireworks"},
		"@cf/meta/llama-3.1-8b-instruct":                                                    {Provider: "cloudflare"},
		"azure/gpt-4o":                                                                      {Provider: "azure"},
		"fireworks_ai/kimi-k2p6":                                                            {Provider: "fireworks"},
		"vercel_ai_gateway/openai/gpt-4o":                                                   {Provider: "gateway"},
		"github/gpt-4o":                                                                     {Provider: "github-models"},
		"github_copilot/gpt-4o":                                                             {Provider: "github-copilot"},
		"in.openai.gpt-5.6-luna":                                                            {Provider: "aws"},
		"moonshotai.kimi-k2.5":                                                              {Provider: "aws"},
		"vertex_ai/gemini-2.5-flash":                                                        {Provider: "google"},
		"bedrock/us.anthropic.claude-x-v1:0":                                                {Provider: "aws"},
		"anthropic/claude-sonnet-4.5":                                                       {}, // many sell it under this name
		"openai/gpt-4o":                                                                     {},
		"meta-llama/llama-3.3-70b-instruct":                                                 {},
		"someone@example.com":                                                               {},
	} {
		require.Equal(t, want, Default().SellerByName(model), model)
	}
}

func TestMaker(t *testing.T) {
	for model, want := range map[string]string{
		"gpt-4o": "openai only", "openai/gpt-4o": "openai only", "claude-sonnet-4-5": "anthropic only", "anthropic/claude-sonnet-4.5": "anthropic only",
		"openrouter/anthropic/claude-sonnet-4.5": "anthropic only", "gemini-2.5-flash": "google only", "grok-4": "x-ai only",
		"gpt-oss-20b": "openai", "openai/gpt-oss-20b": "openai", "kimi-k2-0905-preview": "moonshotai", "deepseek-chat": "deepseek", "house-llm-7": "", "": "",
	} {
		row, only := Default().Maker(model)
		got := ""
		if row != nil {
			got = row.Provider
		}
		if only {
			got += " only"
		}
		require.Equal(t, want, got, model)
	}
}

func FuzzSellerAt(f *testing.F) {
	f.Add("https://user:pw@[::1]:80/x")
	f.Add("us-east5-aiplatform.googleapis.com")
	f.Fuzz(func(t *testing.T, address string) {
		s := Default().SellerAt(address)
		if s.Local && (s.Provider != "" || s.Region != "") {
			t.Fatal("local and sold")
		}
		Default().SellerByName(address)
		Default().Maker(address)
	})
}
