package series

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/common/model"
)

const (
	labelBucket   = "le"
	labelQuantile = "quantile"
)

var (
	escapes   = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
	unescapes = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\"`, `"`)
)

// labelText writes labels, by name, as both text formats have them between their braces. None may be called reserved. Odd is a name that only
// quotes or an escape make readable.
func labelText(labels []pair, reserved string) (text string, odd bool, err error) {
	slices.SortFunc(labels, byKey)
	var b strings.Builder
	last := ""
	for n, l := range labels {
		switch {
		case n > 0 && last == l.key:
			return "", false, fmt.Errorf("two labels are called %q", l.key)
		case l.key == "" || strings.HasPrefix(l.key, "__") || l.key == reserved || !utf8.ValidString(l.key):
			return "", false, fmt.Errorf("no label can be called %q", l.key)
		case !utf8.ValidString(l.value):
			return "", false, fmt.Errorf("the value of %q is not UTF-8", l.key)
		}
		if n > 0 {
			b.WriteByte(',')
		}
		last = l.key
		if model.LegacyValidation.IsValidMetricName(l.key) {
			b.WriteString(l.key)
		} else {
			odd = true
			writeQuoted(&b, l.key)
		}
		b.WriteByte('=')
		writeQuoted(&b, l.value)
	}
	return b.String(), odd, nil
}

func writeQuoted(b *strings.Builder, text string) {
	b.WriteByte('"')
	_, _ = escapes.WriteString(b, text) // never fails
	b.WriteByte('"')
}

// readLabels is what labelText wrote.
func readLabels(out []pair, text string) []pair {
	for text != "" {
		var p pair
		if text[0] == '"' {
			p.key, text = unquoted(text)
		} else {
			at := strings.IndexByte(text, '=')
			p.key, text = text[:at], text[at:]
		}
		p.value, text = unquoted(text[1:])
		text = strings.TrimPrefix(text, ",")
		out = append(out, p)
	}
	return out
}

// unquoted splits a text that begins with a quoted one behind it.
func unquoted(text string) (inner, rest string) {
	end := 1
	for text[end] != '"' {
		if text[end] == '\\' {
			end++
		}
		end++
	}
	inner = text[1:end]
	if strings.IndexByte(inner, '\\') >= 0 {
		inner = unescapes.Replace(inner)
	}
	return inner, text[end+1:]
}

// labels are all labels of a series.
func (b *arrival) labels(attributes []pair) (text string, odd bool, err error) {
	out := slices.Clone(b.store.constL)
	add := func(prefix string, all []pair, but ...string) {
		for _, a := range all {
			if slices.Contains(but, a.key) {
				continue
			}
			name, failed := b.store.opts.Labels.Build(prefix + a.key)
			err = errors.Join(err, failed)
			out = append(out, pair{name, a.value})
		}
	}
	add("", attributes)
	if !b.store.opts.WithoutScope {
		add("otel_scope_", b.scope.attributes, "name", "version", "schema_url")
		out = append(out, pair{"otel_scope_name", b.scope.name}, pair{"otel_scope_version", b.scope.version},
			pair{"otel_scope_schema_url", b.scope.schema})
	}
	if b.resource.hasJob {
		out = append(out, pair{labelJob, b.resource.job})
	}
	if b.resource.hasInstance {
		out = append(out, pair{labelInstance, b.resource.instance})
	}
	if err != nil {
		return "", false, err
	}
	return labelText(out, map[kind]string{histogram: labelBucket, summary: labelQuantile}[b.kind])
}
