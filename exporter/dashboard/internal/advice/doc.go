// Package advice says what to change: recommendations, which are PromQL rules over the history, and the model to take for a kind of call.
package advice
