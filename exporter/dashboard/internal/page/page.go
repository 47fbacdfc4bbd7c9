// Package page is the dashboard's page: one HTML file, a style sheet and plain ES modules, kept in the binary as they are written. It asks
// /api/llm/v1 for everything it shows, and nothing leaves the origin that served it.
package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Assets are named one by one: what lies about in the directory is not published.
//
//go:embed assets/*.html assets/*.css assets/*.js assets/uPlot.LICENSE
var files embed.FS

// Policy is the Content-Security-Policy of every answer. There is no inline script and no inline style: a name that a sender chose can
// be neither. connect-src 'self' keeps every request at home.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var types = map[string]string{
	".html":    "text/html; charset=utf-8",
	".css":     "text/css; charset=utf-8",
	".js":      "text/javascript; charset=utf-8",
	".LICENSE": "text/plain; charset=utf-8",
}

type asset struct {
	contentType   string
	plain, zipped form
}

// form is a file as it goes over the wire.
type form struct {
	etag, encoding string
	body           []byte
}

// Handler serves the page at / and its files under /assets/. Everything else is not found, so it can be the last resort of a mux.
func Handler() http.Handler {
	assets := loaded()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		a, known := assets[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
			return
		}
		a.serve(w, r)
	})
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

var loaded = sync.OnceValue(load)

// load reads the files. It panics where one has no type: that is a mistake of the build and no state of the world.
func load() map[string]*asset {
	assets := map[string]*asset{}
	entries, err := fs.ReadDir(files, "assets")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		body, err := files.ReadFile(path.Join("assets", entry.Name()))
		if err != nil {
			panic(err)
		}
		contentType, known := types[path.Ext(entry.Name())]
		if !known {
			panic("page: no content type for " + entry.Name())
		}
		sum := sha256.Sum256(body)
		tag := hex.EncodeToString(sum[:8])
		assets["/assets/"+entry.Name()] = &asset{
			contentType: contentType,
			plain:       form{etag: `"` + tag + `"`, body: body},
			zipped:      form{etag: `"` + tag + `-gzip"`, encoding: "gzip", body: zip(body)},
		}
	}
	assets["/"] = assets["/assets/index.html"]
	delete(assets, "/assets/index.html")
	return assets
}

func zip(body []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // fails for an unknown level only
	_, _ = w.Write(body)                                    // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// serve answers with 304 where the browser has the file. Browsers ask each time (no-cache): after an upgrade no old module meets a new one.
func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	f := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		f = a.zipped
	}
	h.Set("ETag", f.etag)
	if match := r.Header.Get("If-None-Match"); match == "*" || strings.Contains(match, f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if f.encoding != "" {
		h.Set("Content-Encoding", f.encoding)
	}
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(f.body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.body)
	}
}
