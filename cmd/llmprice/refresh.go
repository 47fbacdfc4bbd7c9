package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/cli"
	"github.com/otelcol-llm/otelcol-llm/internal/priceimport"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
	"github.com/otelcol-llm/otelcol-llm/internal/wholefile"
)

const packageName = "@pydantic/genai-prices"

// source is where the package comes from.
type source struct{ from, version, integrity string }

func (s *source) register(fs *flag.FlagSet) {
	fs.StringVar(&s.from, "from", "", "`PATH` of an unpacked package or its .tgz, instead of asking npm")
	fs.StringVar(&s.version, "version", "latest", "`VERSION` that npm fetches")
	fs.StringVar(&s.integrity, "integrity", "", "refuse a package whose hash is not `SHA512`, written as in package-lock.json: sha512-…")
}

// refresh runs the package's code, so it is for a package that you trust: npm compares what it downloads with the hash that the
// registry names, and --integrity with one that you know.
func (c *command) refresh(ctx context.Context, args []string) error {
	fs := c.flags("refresh", "[FLAGS]   (needs node, and npm without --from; the package's code is run)")
	var src source
	src.register(fs)
	released := fs.String("released", "", "`DATE` of the package, such as 2026-09-23 (default today)")
	out := fs.String("o", "prices.json.gz", "`FILE` to write; llmprice --table reads it")
	if _, err := cli.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	if *released == "" {
		*released = c.now().UTC().Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, *released); err != nil {
		return fmt.Errorf("--released: %w", err)
	}
	tmp, err := os.MkdirTemp("", "llmprice-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	dir, err := src.fetch(ctx, tmp)
	if err != nil {
		return err
	}
	raw, err := export(ctx, dir, tmp)
	if err != nil {
		return err
	}
	data, warnings, err := priceimport.Import(raw, pricing.Default().Data().Overlay, *released)
	for _, w := range warnings {
		fmt.Fprintln(c.err, "warning:", w)
	}
	if err != nil {
		return err
	}
	b, err := pricing.Encode(data)
	if err != nil {
		return err
	}
	if err := wholefile.Replace(*out, 0o644, wholefile.Bytes(b)); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: %s %s\n", *out, data.Source, data.Version)
	return nil
}

// fetch returns the directory of the unpacked package.
func (s *source) fetch(ctx context.Context, tmp string) (string, error) {
	from := s.from
	if from == "" {
		if strings.HasPrefix(s.version, "-") {
			return "", fmt.Errorf("--version must be a version, got %q", s.version)
		}
		if _, err := run(ctx, tmp, "npm", "pack", "--silent", packageName+"@"+s.version); err != nil {
			return "", err
		}
		found, err := filepath.Glob(filepath.Join(tmp, "*.tgz"))
		if err != nil || len(found) != 1 {
			return "", fmt.Errorf("npm pack left %d packages, not one", len(found))
		}
		from = found[0]
	}
	info, err := os.Stat(from)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		if s.integrity != "" {
			return "", fmt.Errorf("--integrity needs the .tgz, and %s is a directory", from)
		}
		return filepath.Abs(from)
	}
	if err := checkIntegrity(from, s.integrity); err != nil {
		return "", err
	}
	dir := filepath.Join(tmp, "unpacked")
	return filepath.Join(dir, "package"), unpack(from, dir)
}

// checkIntegrity compares a file's hash with the one wanted, if one is.
func checkIntegrity(name, want string) error {
	if want == "" {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	hash := sha512.New()
	if _, err := io.Copy(hash, f); err != nil {
		return err
	}
	if got := "sha512-" + base64.StdEncoding.EncodeToString(hash.Sum(nil)); got != want {
		return fmt.Errorf("%s: --integrity wants %q, the package has %q", filepath.Base(name), clip(want), got)
	}
	return nil
}

// Bounds of a package: the present one is 2.2 MB in six files.
const (
	maxPackage = 64 << 20
	maxFiles   = 1000
)

// unpack writes the regular files of a .tgz under dir.
func unpack(name, dir string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t := tar.NewReader(io.LimitReader(z, maxPackage))
	for range maxFiles {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if !filepath.IsLocal(h.Name) {
			return fmt.Errorf("%s: file name %q leaves the package", name, h.Name)
		}
		b, err := io.ReadAll(t)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		path := filepath.Join(dir, h.Name) //nolint:gosec // IsLocal has just said that the name stays inside
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, b, 0o600)); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: more than %d files", name, maxFiles)
}

// export runs the package's code in node and reads its prices.
func export(ctx context.Context, dir, tmp string) ([]byte, error) {
	script := filepath.Join(tmp, "export.mjs")
	if err := os.WriteFile(script, priceimport.ExportScript, 0o600); err != nil {
		return nil, err
	}
	return run(ctx, tmp, "node", script, dir)
}

func run(ctx context.Context, dir, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // node or npm, by our own choice
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", name, err, clip(strings.TrimSpace(stderr.String())))
	}
	return out, nil
}
