package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadmeExplains runs what the README has a newcomer run: every line that it shows is printed, and no other.
func TestReadmeExplains(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	shown := regexp.MustCompile("(?s)```sh\nbin/llmprice (explain [^\n]*)\n```\n\n```\n(.*?)```\n").FindSubmatch(readme)
	require.Len(t, shown, 3)
	code, out, _ := llmprice(t, strings.Fields(string(shown[1]))...)
	require.Zero(t, code)
	require.Equal(t, string(shown[2]), out)
}
