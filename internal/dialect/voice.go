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
	traits: traits{guess: livekitAddsUp, hides: func(r *reading, u *genai.Usage) string {
		return cmp.Or(hiddenWrites(r, u), hiddenThoughts(r, u))
	}},
}

// livekitRun is one try of what the span around it tells, in which an SDK's own span lies.
func livekitRun(r *reading) bool { return r.span.Name() == "llm_request_run" && !r.hasPair() }

// livekitAddsUp: in Python the output of Anthropic's streams, as which it makes all calls, has the count of their start once more. Its provider
// is the host.
func livekitAddsUp(r *reading, _ *genai.Usage) bool {
	return genai.ContainsFold(r.saidProvider(), "anthropic")
}

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
	traits: traits{thoughtsApart: true, cacheApart: (*reading).soldNet, corrects: pipecatTwice, guess: pipecatAddsUp},
}

// pipecatAddsUp: a stream of Anthropic says at its end again what it said at its start, of the input all, and Pipecat adds the two. Of a turn
// that was cut off the output is an estimate of its own, and the input was said once; nothing on the span tells the two apart.
func pipecatAddsUp(r *reading, _ *genai.Usage) bool { return r.saidProvider() == "anthropic" }

// pipecatTwice takes the half of what is twice a number.
func pipecatTwice(r *reading, c *counts) {
	if r.saidProvider() == "anthropic" && c.in%2 == 0 {
		c.in /= 2
	}
}
