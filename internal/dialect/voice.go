package dialect

import (
	"cmp"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var jLivekitMetrics = newText()

// livekit is LiveKit's agents. Its counts hold cached tokens; what was written to a cache, and what Google's models thought, stand in the
// metrics beside them, the latter in the total.
var livekit = &client{
	name:   "livekit",
	scopes: []scope{{name: "livekit-agents*"}},
	keys:   texts(jLivekitMetrics, plain, "lk.llm_metrics"),
	mayBe:  func(*facts) bool { return true },
	kind: func(r *reading) verdict {
		if livekitRun(r) {
			return verdict{genai.Step, ""}
		}
		return verdict{}
	},
	passes: livekitRun,
	json:   []member{{fact: jLivekitMetrics, read: func(r *reading, s string) { r.f.readUsage(s, noTally, noTally) }}},
	traits: traits{hides: func(r *reading, u *genai.Usage) string {
		return cmp.Or(hiddenWrites(r, u), hiddenThoughts(r, u))
	}},
}

// livekitRun is one try of what the span around it tells, in which an SDK's own span lies.
func livekitRun(r *reading) bool { return r.span.Name() == "llm_request_run" && !r.hasPair() }

// pipecat passes on the input of Anthropic and Amazon, and Google's candidates.
var pipecat = &client{
	name:   "pipecat",
	scopes: []scope{{name: "pipecat*"}},
	keys: join(
		values(vAudioSeconds, plain, "metrics.audio_seconds"),
		tallies(nInputAudio, "gen_ai.usage.audio.input_tokens"),
		tallies(nOutputAudio, "gen_ai.usage.audio.output_tokens"),
		tallies(nCacheAudio, "gen_ai.usage.audio.cache_read.input_tokens"),
	),
	traits: traits{thoughtsApart: true, cacheApart: (*reading).soldNet},
}
