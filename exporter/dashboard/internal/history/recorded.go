package history

import "strings"

// recordedPrefix begins the name of every recorded series and of no other one.
const recordedPrefix = "llm:"

func isRecorded(name string) bool { return strings.HasPrefix(name, recordedPrefix) }
