//go:generate mdatagen metadata.yaml

// Package llmcost puts the true cost on every span that is a model call. It reads spans in any GenAI dialect
// (internal/genai), prices them from a table (internal/pricing), and sees to it that a call that several spans report
// counts once.
package llmcost
