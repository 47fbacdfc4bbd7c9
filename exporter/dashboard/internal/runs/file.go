package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/wholefile"
)

// SaveEvery is how often the runs are written: what came since is lost by a kill -9.
const SaveEvery = 30 * time.Second

// header begins the file; the sum is that of all behind it.
const header = "otelcol-llm runs 1 %08x\n"

// Open reads the runs of the process before this one. A file that is damaged or cannot be read is moved aside, and moved hears where to. With an
// error that is impossible, and the store is empty and of use.
func Open(path string, now time.Time, moved func(to string)) (*Store, error) {
	s := &Store{
		path: path, moved: moved, hasher: genai.NewHasher(), runs: map[runKey]*Run{},
		seen: bounded.NewHashes[struct{}](maxSpans, genai.DedupeWindow),
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return s, err
	}
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	var runs []Run
	if err == nil {
		runs, err = decode(body)
	}
	if err != nil {
		to := path + ".damaged-" + now.UTC().Format("20060102T150405.000000000Z")
		if failed := os.Rename(path, to); failed != nil {
			return s, errors.Join(err, failed)
		}
		if moved != nil {
			moved(to)
		}
		return s, nil
	}
	for i := range runs {
		if r := &runs[i]; now.Sub(r.EndedAt) <= MaxAge {
			s.runs[runKey{r.Kind, r.ID}] = r
		}
	}
	return s, nil
}

var errDamaged = errors.New("damaged")

func decode(body []byte) (runs []Run, err error) {
	first, rest, _ := bytes.Cut(body, []byte("\n"))
	if string(first)+"\n" != fmt.Sprintf(header, crc32.ChecksumIEEE(rest)) {
		return nil, errDamaged
	}
	return runs, json.Unmarshal(rest, &runs)
}

// Save writes the runs where they changed since they were written last.
func (s *Store) Save() error {
	s.mu.Lock()
	changed, runs := s.changed, make([]*Run, 0, len(s.runs))
	for _, r := range s.runs {
		runs = append(runs, r)
	}
	var body []byte
	var err error
	if changed {
		body, err = json.Marshal(runs)
	}
	s.changed = false
	s.mu.Unlock()
	if err == nil && changed {
		err = s.write(body)
	}
	if err != nil {
		s.mu.Lock()
		s.changed = true
		s.mu.Unlock()
	}
	return err
}

func (s *Store) write(body []byte) error {
	return wholefile.Replace(s.path, 0o600, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, header, crc32.ChecksumIEEE(body))
		if err == nil {
			_, err = w.Write(body)
		}
		return err
	})
}
