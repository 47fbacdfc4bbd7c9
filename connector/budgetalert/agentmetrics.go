package budgetalert

import (
	"encoding/binary"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// addedTokens are the points of one metric that differ in nothing but the type of their tokens. Only together they say what was used: some
// clients count what was cached in the input, too. They are counted by one id, in whatever order they come.
type addedTokens struct {
	op     genai.Operation
	first  points.Point
	id     uint64
	counts map[string]float64
}

// agentPoints counts what a metric of a command-line agent adds, as llmcost read it; false is a metric in which it read nothing.
func (of *metricOf) agentPoints() (read bool) {
	var groups []*addedTokens
	byKey := map[string]*addedTokens{}
	var key []byte
	for p := range points.All(of.m) {
		var op genai.Operation
		counts := genai.ReadCanonicalPoint(p.Attributes, &op)
		read = read || counts != ""
		switch {
		case counts == "" || !tells(&op):
		case counts == genai.CountsUSD:
			of.costPoint(p)
		default:
			n, id := of.added(p, genai.MaxAdded)
			if !(n >= 0 && n <= genai.MaxAdded) {
				of.b.counts.badAmount++
			} else if counts == genai.CountsCalls && n >= 1 {
				of.add(&op, p, id, &book.Sums{Calls: int64(n)})
			} else if n > 0 && counts != genai.CountsCalls {
				key = of.likeness(key[:0], &op, p)
				g := byKey[string(key)]
				if g == nil {
					g = &addedTokens{op: op, first: p, counts: map[string]float64{}}
					byKey[string(key)], groups = g, append(groups, g)
				}
				g.id += id
				g.counts[counts] += n
			}
		}
	}
	for _, g := range groups {
		of.add(&g.op, g.first, g.id, &book.Sums{Tokens: tokensOf(&genai.Operation{Usage: genai.UsageOfPoints(g.counts)})})
	}
	return read
}

// likeness is the same for points that count in the same row of the book and in the same budgets.
func (of *metricOf) likeness(key []byte, op *genai.Operation, p points.Point) []byte {
	b, r := of.b, of.r
	missing, shares, texts := b.counts.missing, len(b.shares), len(b.texts)
	c := of.call(op, p, 0, nil, func() seen { return stand(of.resource, of.scope, p.Attributes) })
	row := r.row(b, c)
	key = book.AppendKey(appendText(key, op.Status), &row)
	for _, share := range r.shares(b, c) {
		key = appendText(binary.AppendUvarint(key, uint64(share.Budget)), share.Run) //nolint:gosec // the place in a list
		for _, value := range share.Group {
			key = appendText(key, value)
		}
	}
	b.counts.missing, b.shares, b.texts = missing, b.shares[:shares], b.texts[:texts] // they are counted, and kept, with the group
	return key
}

func appendText(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}
