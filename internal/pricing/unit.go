package pricing

import (
	"fmt"
	"sync"
	"time"
)

// Unit is an index into the registry of billable units of the genai-prices schema.
type Unit uint8

// Units that have a field in Usage or a meaning in Cost.
const (
	UnitInput Unit = iota
	UnitOutput
	UnitCacheRead
	UnitCacheWrite
	UnitCacheWrite1h
	UnitInputAudio
	UnitInputImage
	UnitInputVideo
	UnitCacheAudioRead
	UnitCacheImageRead
	UnitReasoning
	UnitOutputAudio
	UnitOutputImage
	UnitWebSearches
	UnitRequests
	UnitAudioTime
	UnitInputAudioTime
	UnitOutputAudioTime
)

// dims are the dimensions of a unit. A unit contains every unit that has the same dimensions and more.
type dims struct{ family, direction, modality, kind, ttl string }

type unitDef struct {
	usage, price string // names in usage and in price rows
	dims         dims
	per          int64 // quantity that a price is quoted for; for durations in nanoseconds
}

const (
	million = 1_000_000
	hour    = int64(time.Hour)
)

// registry is in no order but the first entries, which the constants above name.
var registry = []unitDef{
	{"input_tokens", "input_mtok", dims{"tokens", "input", "", "", ""}, million},
	{"output_tokens", "output_mtok", dims{"tokens", "output", "", "", ""}, million},
	{"cache_read_tokens", "cache_read_mtok", dims{"tokens", "input", "", "cache_read", ""}, million},
	{"cache_write_tokens", "cache_write_mtok", dims{"tokens", "input", "", "cache_write", ""}, million},
	{"cache_write_1h_tokens", "cache_write_1h_mtok", dims{"tokens", "input", "", "cache_write", "1h"}, million},
	{"input_audio_tokens", "input_audio_mtok", dims{"tokens", "input", "audio", "", ""}, million},
	{"input_image_tokens", "input_image_mtok", dims{"tokens", "input", "image", "", ""}, million},
	{"input_video_tokens", "input_video_mtok", dims{"tokens", "input", "video", "", ""}, million},
	{"cache_audio_read_tokens", "cache_audio_read_mtok", dims{"tokens", "input", "audio", "cache_read", ""}, million},
	{"cache_image_read_tokens", "cache_image_read_mtok", dims{"tokens", "input", "image", "cache_read", ""}, million},
	{"output_reasoning_tokens", "output_reasoning_mtok", dims{"tokens", "output", "", "reasoning", ""}, million},
	{"output_audio_tokens", "output_audio_mtok", dims{"tokens", "output", "audio", "", ""}, million},
	{"output_image_tokens", "output_image_mtok", dims{"tokens", "output", "image", "", ""}, million},
	{"web_searches", "web_searches_kcount", dims{"tool_calls", "", "", "web_search", ""}, 1000},
	{"requests", "requests_kcount", dims{"requests", "", "", "", ""}, 1000},
	{"audio_seconds", "audio_hours", dims{"durations", "", "audio", "", ""}, hour},
	{"input_audio_seconds", "input_audio_hours", dims{"durations", "input", "audio", "", ""}, hour},
	{"output_audio_seconds", "output_audio_hours", dims{"durations", "output", "audio", "", ""}, hour},

	{"input_text_tokens", "input_text_mtok", dims{"tokens", "input", "text", "", ""}, million},
	{"input_tool_tokens", "input_tool_mtok", dims{"tokens", "input", "", "tool", ""}, million},
	{"input_text_tool_tokens", "input_text_tool_mtok", dims{"tokens", "input", "text", "tool", ""}, million},
	{"input_audio_tool_tokens", "input_audio_tool_mtok", dims{"tokens", "input", "audio", "tool", ""}, million},
	{"input_image_tool_tokens", "input_image_tool_mtok", dims{"tokens", "input", "image", "tool", ""}, million},
	{"input_video_tool_tokens", "input_video_tool_mtok", dims{"tokens", "input", "video", "tool", ""}, million},
	{"cache_text_read_tokens", "cache_text_read_mtok", dims{"tokens", "input", "text", "cache_read", ""}, million},
	{"cache_video_read_tokens", "cache_video_read_mtok", dims{"tokens", "input", "video", "cache_read", ""}, million},
	{"cache_write_5m_tokens", "cache_write_5m_mtok", dims{"tokens", "input", "", "cache_write", "5m"}, million},
	{"cache_text_write_tokens", "cache_text_write_mtok", dims{"tokens", "input", "text", "cache_write", ""}, million},
	{"cache_text_write_5m_tokens", "cache_text_write_5m_mtok", dims{"tokens", "input", "text", "cache_write", "5m"}, million},
	{"cache_text_write_1h_tokens", "cache_text_write_1h_mtok", dims{"tokens", "input", "text", "cache_write", "1h"}, million},
	{"cache_audio_write_tokens", "cache_audio_write_mtok", dims{"tokens", "input", "audio", "cache_write", ""}, million},
	{"cache_audio_write_5m_tokens", "cache_audio_write_5m_mtok", dims{"tokens", "input", "audio", "cache_write", "5m"}, million},
	{"cache_audio_write_1h_tokens", "cache_audio_write_1h_mtok", dims{"tokens", "input", "audio", "cache_write", "1h"}, million},
	{"cache_image_write_tokens", "cache_image_write_mtok", dims{"tokens", "input", "image", "cache_write", ""}, million},
	{"cache_image_write_5m_tokens", "cache_image_write_5m_mtok", dims{"tokens", "input", "image", "cache_write", "5m"}, million},
	{"cache_image_write_1h_tokens", "cache_image_write_1h_mtok", dims{"tokens", "input", "image", "cache_write", "1h"}, million},
	{"cache_video_write_tokens", "cache_video_write_mtok", dims{"tokens", "input", "video", "cache_write", ""}, million},
	{"cache_video_write_5m_tokens", "cache_video_write_5m_mtok", dims{"tokens", "input", "video", "cache_write", "5m"}, million},
	{"cache_video_write_1h_tokens", "cache_video_write_1h_mtok", dims{"tokens", "input", "video", "cache_write", "1h"}, million},
	{"output_text_tokens", "output_text_mtok", dims{"tokens", "output", "text", "", ""}, million},
	{"output_video_tokens", "output_video_mtok", dims{"tokens", "output", "video", "", ""}, million},
	{"output_citation_tokens", "output_citation_mtok", dims{"tokens", "output", "", "citation", ""}, million},
	{"output_text_reasoning_tokens", "output_text_reasoning_mtok", dims{"tokens", "output", "text", "reasoning", ""}, million},
	{"output_audio_reasoning_tokens", "output_audio_reasoning_mtok", dims{"tokens", "output", "audio", "reasoning", ""}, million},
	{"output_image_reasoning_tokens", "output_image_reasoning_mtok", dims{"tokens", "output", "image", "reasoning", ""}, million},
	{"output_video_reasoning_tokens", "output_video_reasoning_mtok", dims{"tokens", "output", "video", "reasoning", ""}, million},
	{"output_text_citation_tokens", "output_text_citation_mtok", dims{"tokens", "output", "text", "citation", ""}, million},
	{"output_audio_citation_tokens", "output_audio_citation_mtok", dims{"tokens", "output", "audio", "citation", ""}, million},
	{"output_image_citation_tokens", "output_image_citation_mtok", dims{"tokens", "output", "image", "citation", ""}, million},
	{"output_video_citation_tokens", "output_video_citation_mtok", dims{"tokens", "output", "video", "citation", ""}, million},
	{"input_document_pages", "input_document_kpages", dims{"document_pages", "input", "", "", ""}, 1000},
	{"input_annotated_document_pages", "input_annotated_document_kpages", dims{"document_pages", "input", "", "annotated", ""}, 1000},
	{"input_characters", "input_mchars", dims{"characters", "input", "", "", ""}, million},
	{"input_pixels", "input_gpixels", dims{"pixels", "input", "", "", ""}, 1000 * million},
	{"input_text_messages", "input_text_messages_kcount", dims{"messages", "input", "text", "", ""}, 1000},
	{"code_executions", "code_executions_kcount", dims{"tool_calls", "", "", "code_execution", ""}, 1000},
	{"rerank_searches", "rerank_searches_kcount", dims{"rerank", "", "", "", ""}, 1000},
	{"social_searches", "social_searches_kcount", dims{"tool_calls", "", "", "social_search", ""}, 1000},
	{"storage_searches", "storage_searches_kcount", dims{"tool_calls", "", "", "storage_search", ""}, 1000},
}

// UsageName is the unit's name in usage, such as "cache_read_tokens".
func (u Unit) UsageName() string { return registry[u].usage }

// PriceName is the unit's name in price rows, such as "cache_read_mtok".
func (u Unit) PriceName() string { return registry[u].price }

// Duration says that quantities of the unit are nanoseconds.
func (u Unit) Duration() bool { return registry[u].dims.family == "durations" }

type unitIndex struct{ usage, price map[string]Unit }

var index = sync.OnceValue(func() unitIndex {
	ix := unitIndex{make(map[string]Unit, len(registry)), make(map[string]Unit, len(registry))}
	for i := range registry {
		ix.usage[registry[i].usage] = Unit(i)
		ix.price[registry[i].price] = Unit(i)
	}
	return ix
})

// UnitByUsageName finds a unit by its name in usage.
func UnitByUsageName(name string) (Unit, bool) { u, ok := index().usage[name]; return u, ok }

// UnitByPriceName finds a unit by its name in price rows.
func UnitByPriceName(name string) (Unit, bool) { u, ok := index().price[name]; return u, ok }

// within says that every b is also an a: b has all dimensions of a, and more.
func within(b, a Unit) bool { return a != b && registry[b].dims.has(registry[a].dims) }

func (d dims) has(o dims) bool {
	return fits(d.family, o.family) && fits(d.direction, o.direction) && fits(d.modality, o.modality) &&
		fits(d.kind, o.kind) && fits(d.ttl, o.ttl)
}

func fits(have, want string) bool { return want == "" || have == want }

func (d dims) count() int {
	n := 0
	for _, s := range [...]string{d.family, d.direction, d.modality, d.kind, d.ttl} {
		if s != "" {
			n++
		}
	}
	return n
}

// overlap returns the unit of what is both an a and a b, when neither contains the other.
func overlap(a, b Unit) (Unit, bool) {
	if a == b || within(a, b) || within(b, a) {
		return 0, false
	}
	x, y := registry[a].dims, registry[b].dims
	var j dims
	for _, m := range []struct{ to, x, y *string }{
		{&j.family, &x.family, &y.family},
		{&j.direction, &x.direction, &y.direction},
		{&j.modality, &x.modality, &y.modality},
		{&j.kind, &x.kind, &y.kind},
		{&j.ttl, &x.ttl, &y.ttl},
	} {
		switch {
		case *m.x == "":
			*m.to = *m.y
		case *m.y == "" || *m.x == *m.y:
			*m.to = *m.x
		default:
			return 0, false
		}
	}
	for i := range registry {
		if registry[i].dims == j {
			return Unit(i), true
		}
	}
	return 0, false
}

// quantity is how much of a unit was used.
func (u *Usage) quantity(unit Unit) int64 {
	switch unit {
	case UnitInput:
		return u.Input
	case UnitOutput:
		return u.Output
	case UnitCacheRead:
		return u.CacheRead
	case UnitCacheWrite:
		return u.CacheWrite
	case UnitCacheWrite1h:
		return u.CacheWrite1h
	case UnitInputAudio:
		return u.InputAudio
	case UnitInputImage:
		return u.InputImage
	case UnitInputVideo:
		return u.InputVideo
	case UnitCacheAudioRead:
		return u.CacheAudioRead
	case UnitCacheImageRead:
		return u.CacheImageRead
	case UnitReasoning:
		return u.Reasoning
	case UnitOutputAudio:
		return u.OutputAudio
	case UnitOutputImage:
		return u.OutputImage
	case UnitWebSearches:
		return u.WebSearches
	case UnitRequests:
		return max(u.Requests, 1)
	case UnitAudioTime:
		return u.audioTime()
	}
	return u.other(unit)
}

func (u *Usage) other(unit Unit) int64 {
	for i := range u.Other {
		if u.Other[i].Unit == unit {
			return u.Other[i].N
		}
	}
	return 0
}

// audioTime is the whole length of the audio, also where only the two directions were reported.
func (u *Usage) audioTime() int64 {
	if u.AudioTime != 0 {
		return int64(u.AudioTime)
	}
	in, out := u.other(UnitInputAudioTime), u.other(UnitOutputAudioTime)
	if in > 0 && out > 0 && in+out < 0 {
		return -1 // overflow: bad usage
	}
	return in + out
}

// ParseQuantity reads a quantity as it stands in JSON: a number that is not negative, of seconds for a duration. Decimals is how many
// decimals a count may have; the quantity is then in units of 10^-decimals, which Model.Fractional prices.
func ParseQuantity(unit Unit, text string, decimals int) (int64, error) {
	places := decimals
	if unit.Duration() {
		places += 9
	}
	n, ok := parseDecimal(text, places)
	if !ok {
		return 0, fmt.Errorf("%w: %s is %q", ErrBadUsage, unit.UsageName(), clip(text))
	}
	return n, nil
}

// Set stores a quantity in its field, or in Other.
func (u *Usage) Set(unit Unit, n int64) {
	if p := u.field(unit); p != nil {
		*p = n
		return
	}
	u.Other = append(u.Other, Quantity{unit, n})
}

func (u *Usage) field(unit Unit) *int64 {
	switch unit {
	case UnitAudioTime:
		return (*int64)(&u.AudioTime)
	case UnitWebSearches:
		return &u.WebSearches
	case UnitRequests:
		return &u.Requests
	}
	fields := [...]*int64{
		&u.Input, &u.Output, &u.CacheRead, &u.CacheWrite, &u.CacheWrite1h, &u.InputAudio, &u.InputImage, &u.InputVideo,
		&u.CacheAudioRead, &u.CacheImageRead, &u.Reasoning, &u.OutputAudio, &u.OutputImage,
	}
	if int(unit) < len(fields) {
		return fields[unit]
	}
	return nil
}
