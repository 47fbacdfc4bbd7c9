package main

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every link of a document to a file, and to a heading of one, leads somewhere.
func TestLinksInDocuments(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	found := 0
	for _, document := range markdownFiles(t, root) {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, link := range localLinks(string(text)) {
			found++
			require.NoError(t, checkLink(document, link), "%s: %s", document, link)
		}
	}
	require.NotZero(t, found)
}

func TestWrongLinksAreFound(t *testing.T) {
	dir := t.TempDir()
	document := filepath.Join(dir, "a.md")
	text := "# Some `Words`, here\n[web](https://host/x) [b](b.md) ![c](c.png \"title\") [d](a.md#some-words-here) [e](#none)\n" +
		"```sh\n# none\n[[ -f x ]](y)\n```\n"
	require.NoError(t, os.WriteFile(document, []byte(text), 0o600))
	links := localLinks(text)
	require.Equal(t, []string{"b.md", "c.png", "a.md#some-words-here", "#none"}, links)
	for i, wrong := range []bool{true, true, false, true} {
		assert.Equal(t, wrong, checkLink(document, links[i]) != nil, links[i])
	}
}

var (
	markdownLink   = regexp.MustCompile(`\]\(([^)\s]+)[^)]*\)`)
	notInAnchor    = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
	markdownTitles = regexp.MustCompile(`(?m)^#+ +(.*)$`)
)

// localLinks are the targets of a document's links that are not on the web.
func localLinks(markdown string) []string {
	var out []string
	for _, match := range markdownLink.FindAllStringSubmatch(withoutCode(markdown), -1) {
		if target, err := url.Parse(match[1]); err != nil || target.Scheme == "" {
			out = append(out, match[1])
		}
	}
	return out
}

func checkLink(document, link string) error {
	file, heading, _ := strings.Cut(link, "#")
	path := document
	if file != "" {
		path = filepath.Join(filepath.Dir(document), filepath.FromSlash(file))
	}
	if _, err := os.Stat(path); err != nil || heading == "" {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, title := range markdownTitles.FindAllStringSubmatch(withoutCode(string(text)), -1) {
		if anchor(title[1]) == heading {
			return nil
		}
	}
	return os.ErrNotExist
}

// anchor is what a heading is called in links.
func anchor(title string) string {
	return strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(title), ""), " ", "-")
}

// withoutCode leaves fenced blocks out: what looks like a link or a heading there is none.
func withoutCode(markdown string) string {
	var out strings.Builder
	inside := false
	for line := range strings.Lines(markdown) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			inside = !inside
			continue
		}
		if !inside {
			out.WriteString(line)
		}
	}
	return out.String()
}
