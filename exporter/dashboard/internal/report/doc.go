// Package report answers /api/llm/v1: what the page and scripts ask of a gateway. docs/api.md says what each field is; a test holds it to
// the types here. What is not known is null, never 0: such fields are pointers.
package report
