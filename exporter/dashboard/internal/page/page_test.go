package page

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func get(t *testing.T, method, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}

func names(t *testing.T) []string {
	t.Helper()
	entries, err := files.ReadDir("assets")
	require.NoError(t, err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func source(t *testing.T, name string) string {
	t.Helper()
	b, err := files.ReadFile("assets/" + name)
	require.NoError(t, err)
	return string(b)
}

func TestEveryFileIsServed(t *testing.T) {
	wantTypes := map[string]string{".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".LICENSE": "text/plain"}
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			target := "/assets/" + name
			if name == "index.html" {
				target = "/"
			}
			plain := get(t, http.MethodGet, target)
			assert.Equal(t, http.StatusOK, plain.Code)
			assert.Equal(t, wantTypes[path.Ext(name)]+"; charset=utf-8", plain.Header().Get("Content-Type"))
			assert.Equal(t, Policy, plain.Header().Get("Content-Security-Policy"))
			assert.Equal(t, "nosniff", plain.Header().Get("X-Content-Type-Options"))
			assert.Equal(t, source(t, name), body(t, plain.Body))

			zipped := get(t, http.MethodGet, target, "Accept-Encoding", "gzip, br")
			assert.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"))
			assert.NotEqual(t, plain.Header().Get("ETag"), zipped.Header().Get("ETag"), "two forms of a file are two entities")
			reader, err := gzip.NewReader(zipped.Body)
			require.NoError(t, err)
			assert.Equal(t, source(t, name), body(t, reader))

			for _, first := range []*httptest.ResponseRecorder{plain, zipped} {
				again := get(t, http.MethodGet, target, "If-None-Match", first.Header().Get("ETag"), "Accept-Encoding", first.Header().Get("Content-Encoding"))
				assert.Equal(t, http.StatusNotModified, again.Code)
				assert.Equal(t, Policy, again.Header().Get("Content-Security-Policy"))
				assert.Empty(t, body(t, again.Body))
			}
			assert.Equal(t, http.StatusOK, get(t, http.MethodGet, target, "If-None-Match", `"another"`).Code)

			head := get(t, http.MethodHead, target)
			assert.Equal(t, plain.Header().Get("Content-Length"), head.Header().Get("Content-Length"))
			assert.Empty(t, body(t, head.Body))
		})
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, target := range []string{
		"/index.html", "/assets/", "/assets/index.html", "/assets/../page.go", "/assets/%2e%2e/page.go", "/api/v1/query",
		"/favicon.ico",
	} {
		r := get(t, http.MethodGet, target)
		assert.Equal(t, http.StatusNotFound, r.Code, target)
		assert.Equal(t, Policy, r.Header().Get("Content-Security-Policy"), target)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		r := get(t, method, "/")
		assert.Equal(t, http.StatusMethodNotAllowed, r.Code, method)
		assert.Equal(t, "GET, HEAD", r.Header().Get("Allow"), method)
	}
}

func TestPolicy(t *testing.T) {
	for _, part := range []string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data: blob:", "frame-ancestors 'none'",
		"base-uri 'none'", "form-action 'none'",
	} {
		assert.Contains(t, strings.Split(Policy, "; "), part)
	}
	assert.NotContains(t, Policy, "unsafe")
}

// The policy would stop it in a browser; here it is found where it is written.
func TestNothingInline(t *testing.T) {
	for _, name := range names(t) {
		text := source(t, name)
		switch path.Ext(name) {
		case ".html":
			assert.NotRegexp(t, `(?i)\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:`, text, name)
			for _, script := range regexp.MustCompile(`<script[^>]*>`).FindAllString(text, -1) {
				assert.Regexp(t, `src="/assets/[a-zA-Z.]+"`, script, name)
			}
			assert.NotRegexp(t, `(src|href)="(https?:)?//`, text, name)
		case ".js":
			// A name that a sender chose may never become markup, or code.
			assert.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|createContextualFragment|setAttribute\('style'`, text, name)
		case ".css":
			assert.NotRegexp(t, `(?i)@import|url\(|https?:`, text, name)
		}
	}
}

var imports = regexp.MustCompile(`(?m)^import [^;]*from '\./([a-zA-Z.]+)';`)

// needed follows the imports of a module.
func needed(t *testing.T, module string, seen map[string]bool) {
	t.Helper()
	if seen[module] {
		return
	}
	seen[module] = true
	for _, found := range imports.FindAllStringSubmatch(source(t, module), -1) {
		needed(t, found[1], seen)
	}
}

// Until the first number stands a browser asks for these files, /costs and /health: 8 requests.
func TestWhatTheFirstNumberNeeds(t *testing.T) {
	first := map[string]bool{"index.html": true, "page.css": true}
	needed(t, "main.js", first)
	assert.LessOrEqual(t, len(first)+2, 8, "requests before the first number")
	size := 0
	for name := range first {
		size += len(source(t, name))
	}
	assert.LessOrEqual(t, size, 60_000, "bytes before the first number")

	html := source(t, "index.html")
	for name := range first {
		if path.Ext(name) == ".js" {
			assert.Contains(t, html, `"/assets/`+name+`"`, "not preloaded: one more round trip")
		}
	}
}

func TestTheWholePageIsSmall(t *testing.T) {
	plain, zipped := 0, 0
	for _, a := range loaded() {
		plain += len(a.plain.body)
		zipped += len(a.zipped.body)
	}
	t.Logf("%d bytes, %d zipped", plain, zipped)
	assert.LessOrEqual(t, plain, 150_000)
	assert.LessOrEqual(t, zipped, 60_000)
}

// What is offscreen in a frame that scrolls is so within the frame: else the page is as long as all that the frame has, and empty below its end.
func TestFramesHoldWhatIsOffscreen(t *testing.T) {
	frames := 0
	for _, rule := range regexp.MustCompile(`[^{}]+\{[^}]*overflow(-y)?: auto[^}]*\}`).FindAllString(source(t, "page.css"), -1) {
		frames++
		assert.Contains(t, rule, "position: relative")
	}
	assert.GreaterOrEqual(t, frames, 2)
}

// Every file is used by the page, and every file that it names is there.
func TestNoFileIsLeftOver(t *testing.T) {
	used := map[string]bool{"index.html": true, "uPlot.LICENSE": true}
	for _, name := range names(t) {
		if strings.HasPrefix(name, "uPlot") {
			continue
		}
		for _, found := range regexp.MustCompile(`['"](?:/assets/|\./)([a-zA-Z.]+)['"]`).FindAllStringSubmatch(source(t, name), -1) {
			assert.Contains(t, names(t), found[1], "named by %s", name)
			used[found[1]] = true
		}
	}
	for _, name := range names(t) {
		assert.True(t, used[name], "%s is used by nothing", name)
	}
}
