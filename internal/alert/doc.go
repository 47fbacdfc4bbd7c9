// Package alert is one alert as its log record carries it: budgetalert writes it, alertnotify and dashboard read it. The names are
// those of internal/genai.
package alert
