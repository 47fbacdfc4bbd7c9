package advice

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Model is what is known of a model. Cost and P95 are of real calls.
type Model struct {
	Name          string
	Quality       float64 // 0 to 1
	QualitySource string
	CostPerCall   float64  // USD
	P95           *float64 // seconds; nil is not known
	Speed         *float64 // 0 to 1, where it is given; else P95 decides
}

// Candidate is a model that is good enough, with the scores that it was judged by.
type Candidate struct {
	Model         string   `json:"model"`
	Quality       float64  `json:"quality"`
	Cost          float64  `json:"cost"`
	Speed         float64  `json:"speed"`
	Score         float64  `json:"score"`
	CostPerCall   *float64 `json:"cost_per_call_usd"`
	P95           *float64 `json:"p95_seconds"`
	QualitySource string   `json:"quality_source"`
}

// The values of Candidate.QualitySource.
const (
	QualityEvaluated  = "evaluations"
	QualityConfigured = "configured"
)

// Weights are what a part score counts.
type Weights struct{ Cost, Speed, Quality float64 }

// Complexities are the kinds of calls and what counts for each.
var Complexities = map[string]Weights{
	"simple":  {0.7, 0.3, 0},
	"medium":  {0.5, 0.2, 0.3},
	"complex": {0.2, 0.1, 0.7},
}

// unknownSpeed is also the speed of a model with which no other can be compared.
const unknownSpeed = 0.5

// Suggest gives the models whose quality is at least minQuality, the best for these weights first: of two with one score the cheaper, then
// the first by name. Where there is none, why says so.
func Suggest(models []Model, weights Weights, minQuality float64) (found []Candidate, why string) {
	var fit []*Model
	var best *Model
	for i := range models {
		m := &models[i]
		if best == nil || m.Quality > best.Quality {
			best = m
		}
		if m.Quality >= minQuality {
			fit = append(fit, m)
		}
	}
	switch {
	case best == nil:
		return nil, "no model has both a quality (from evaluations, or models.quality of the dashboard) and calls with a cost"
	case len(fit) == 0:
		return nil, fmt.Sprintf("no model has a quality of at least %g; the best is %s with %g", minQuality, best.Name, best.Quality)
	}
	var dearest, slowest float64
	for _, m := range fit {
		dearest = max(dearest, m.CostPerCall)
		if m.P95 != nil {
			slowest = max(slowest, *m.P95)
		}
	}
	for _, m := range fit {
		cost := m.CostPerCall
		c := Candidate{
			Model: m.Name, Quality: m.Quality, QualitySource: m.QualitySource, CostPerCall: &cost, P95: m.P95,
			Cost: 1, Speed: m.speed(slowest, len(fit)),
		}
		if dearest > 0 {
			c.Cost = 1 - cost/dearest
		}
		// Rounded, so that two equal scores are equal however they were added up.
		c.Score = math.Round((weights.Cost*c.Cost+weights.Speed*c.Speed+weights.Quality*c.Quality)*1e12) / 1e12
		found = append(found, c)
	}
	slices.SortFunc(found, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(*a.CostPerCall, *b.CostPerCall), cmp.Compare(a.Model, b.Model))
	})
	return found, ""
}

func (m *Model) speed(slowest float64, models int) float64 {
	switch {
	case m.Speed != nil:
		return *m.Speed
	case m.P95 == nil || models == 1 || slowest <= 0:
		return unknownSpeed
	}
	return 1 - *m.P95/slowest
}
