// Command generate turns the exported JSON of a genai-prices package and our overlay into the embedded price table.
package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/otelcol-llm/otelcol-llm/internal/priceimport"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

func main() {
	prices := flag.String("prices", "", "JSON that export.mjs wrote")
	overlay := flag.String("overlay", "", "JSON of the overlay")
	released := flag.String("released", "", "date of the package, YYYY-MM-DD")
	pack := flag.String("gzip", "", "only compress this file, with reproducible bytes")
	out := flag.String("o", "", "output file")
	flag.Parse()
	err := func() error {
		if *pack != "" {
			return compress(*pack, *out)
		}
		return table(*prices, *overlay, *released, *out)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func table(prices, overlay, released, out string) error {
	raw, err := os.ReadFile(prices)
	over, err2 := os.ReadFile(overlay)
	if err = errors.Join(err, err2); err != nil {
		return err
	}
	rules, err := priceimport.ReadOverlay(over)
	if err != nil {
		return err
	}
	data, warnings, err := priceimport.Import(raw, rules, released)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		fmt.Fprintln(os.Stderr, "generate: warning:", w)
	}
	b, err := pricing.Encode(data)
	if err != nil {
		return err
	}
	return os.WriteFile(out, b, 0o644)
}

func compress(in, out string) error {
	raw, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	_, err = z.Write(raw)
	if err = errors.Join(err, z.Close()); err != nil {
		return err
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}
