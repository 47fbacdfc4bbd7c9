package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var tRPCMethod = newText()

// awsSDK is OpenTelemetry's instrumentation of the AWS SDK. It hides cached tokens, which Amazon leaves out of the input too, and says an
// output of 1 of streams of InvokeModel, whose end it does not wait for.
var awsSDK = &client{
	name:   "aws-sdk",
	scopes: []scope{{name: "@opentelemetry/instrumentation-aws-sdk"}},
	own:    texts(tRPCMethod, plain, "rpc.method"),
	traits: traits{hidesCache: always, guess: func(r *reading, u *genai.Usage) bool {
		return u.Output <= 1 && r.f.texts[tRPCMethod] == "InvokeModelWithResponseStream"
	}},
}
