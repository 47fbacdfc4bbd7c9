package advice

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ptr(f float64) *float64 { return &f }

func threeModels() []Model {
	return []Model{
		{Name: "gpt-4", Quality: 0.95, CostPerCall: 0.045, Speed: ptr(0.7)},
		{Name: "gpt-3.5-turbo", Quality: 0.85, CostPerCall: 0.002, Speed: ptr(0.9)},
		{Name: "claude-3-sonnet", Quality: 0.90, CostPerCall: 0.015, Speed: ptr(0.8)},
	}
}

func TestSuggest(t *testing.T) {
	for _, c := range []struct {
		complexity string
		min        float64
		model      string
		score      float64
		suitable   int
	}{
		{"simple", 0.85, "gpt-3.5-turbo", 0.9389, 3},
		{"medium", 0.9, "claude-3-sonnet", 0.7633, 2},
		{"complex", 0.85, "gpt-3.5-turbo", 0.8761, 3},
		{"complex", 0.9, "claude-3-sonnet", 0.8433, 2},
		{"complex", 0.95, "gpt-4", 0.7350, 1},
	} {
		found, why := Suggest(threeModels(), Complexities[c.complexity], c.min)
		require.Len(t, found, c.suitable)
		assert.Equal(t, c.model, found[0].Model)
		assert.InDelta(t, c.score, found[0].Score, 0.00005)
		assert.Empty(t, why)
	}
}

func TestSuggestNone(t *testing.T) {
	found, why := Suggest(threeModels(), Complexities["complex"], 0.96)
	assert.Empty(t, found)
	assert.Equal(t, "no model has a quality of at least 0.96; the best is gpt-4 with 0.95", why)
	found, why = Suggest(nil, Complexities["simple"], 0)
	assert.Empty(t, found)
	assert.Contains(t, why, "no model has both")
}

func TestSuggestPartScores(t *testing.T) {
	found, _ := Suggest([]Model{
		{Name: "slow", Quality: 0.9, CostPerCall: 0.02, P95: ptr(10)},
		{Name: "fast", Quality: 0.9, CostPerCall: 0.01, P95: ptr(2)},
		{Name: "new", Quality: 0.9, CostPerCall: 0.01},
		{Name: "bad", Quality: 0.1, CostPerCall: 1, P95: ptr(100)}, // not suitable: it is no measure for the others
	}, Complexities["medium"], 0.5)
	require.Len(t, found, 3)
	assert.Equal(t, []string{"fast", "new", "slow"}, []string{found[0].Model, found[1].Model, found[2].Model})
	assert.InDelta(t, 0.5, found[0].Cost, 1e-9)
	assert.InDelta(t, 0.8, found[0].Speed, 1e-9)
	assert.Equal(t, 0.5, found[1].Speed, "nobody knows how fast it is")
	assert.Equal(t, [2]float64{0, 0}, [2]float64{found[2].Cost, found[2].Speed})

	found, _ = Suggest([]Model{{Name: "only", Quality: 0.9, CostPerCall: 0.02, P95: ptr(10)}}, Complexities["simple"], 0.5)
	assert.Equal(t, 0.5, found[0].Speed, "no other to compare with")
	found, _ = Suggest([]Model{{Name: "local", Quality: 0.9, P95: ptr(10)}}, Complexities["simple"], 0.5)
	assert.Equal(t, 1.0, found[0].Cost, "nothing is as cheap as nothing")
}

func TestSuggestTies(t *testing.T) {
	free := Weights{Quality: 1}
	found, _ := Suggest([]Model{
		{Name: "b", Quality: 0.9, CostPerCall: 0.01}, {Name: "c", Quality: 0.9, CostPerCall: 0.005}, {Name: "a", Quality: 0.9, CostPerCall: 0.01},
	}, free, 0)
	assert.Equal(t, []string{"c", "a", "b"}, []string{found[0].Model, found[1].Model, found[2].Model})
}
