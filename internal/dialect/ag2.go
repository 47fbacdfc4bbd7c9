package dialect

// ag2 is AG2's own tracing, which passes on the input of Anthropic and Google's candidates, and tells no cache.
var ag2 = &client{
	name:   "ag2",
	scopes: []scope{{name: "opentelemetry.instrumentation.ag2"}, {name: "autogen.opentelemetry*"}},
	traits: inputAndOutput,
}
