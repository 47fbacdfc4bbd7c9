package budgetalert

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBudgetsOfAFile(t *testing.T) {
	all, err := parseBudgets([]byte("- {name: a, period: day, limit_usd: 5}\n- name: b\n  period: {rolling: 24h}\n  limit_calls: 7\n"))
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, "b", all[1].Name)
	all, err = parseBudgets([]byte("budgets:\n  - {name: a, period: day, limit_usd: 5}\n"))
	require.NoError(t, err)
	require.Len(t, all, 1)
	for _, none := range []string{"[]", "budgets: []"} {
		all, err = parseBudgets([]byte(none))
		require.NoError(t, err)
		require.Empty(t, all)
	}
	for _, cut := range []string{"", "\n", "# budgets\n", "budgets:\n"} { // to end all budgets somebody must say so
		_, err = parseBudgets([]byte(cut))
		require.ErrorContains(t, err, "line 1: must be a list of budgets", "%q", cut)
	}
}

// A directory, a pipe, which need not end, and what is far too large are no budgets_file.
func TestWhatIsNoFile(t *testing.T) {
	cfg := testConfig(t)
	cfg.BudgetsFile = t.TempDir()
	var f budgetsFile
	_, err := f.read(cfg)
	require.ErrorContains(t, err, "must be a file")
	cfg.BudgetsFile = filepath.Join(cfg.BudgetsFile, "large.yaml")
	require.NoError(t, os.WriteFile(cfg.BudgetsFile, nil, 0o600))
	require.NoError(t, os.Truncate(cfg.BudgetsFile, maxFile+1))
	_, err = f.read(cfg)
	require.ErrorContains(t, err, "must be at most")
}

func TestABadFileSaysLineAndReason(t *testing.T) {
	for text, wants := range map[string][]string{
		"- {name: a, period: day, limit_usd: 5}\n- {name: b, period: day, limit_usd: 0}\n- {name: c, period: noon, limit_usd: 1}\n": {"line 2: ", "got 0", "line 3: ", "noon"},
		"- name: a\n  period: day\n  limit_usd: 5\n- nme: b\n":                                                                      {"line 4: ", "nme"},
		"- {name: a\n": {"line 1"},
		"- {name: a, period: day, limit_usd: 5}\n- {name: a, period: week, limit_usd: 5}\n":        {"line 2: ", `unique, got "a" as in line 1`},
		"- {name: a, period: day, limit_usd: 5}\n- {name: b, period: day, limit_usd: 5, where: (}": {"line 2: ", "where: ", "1:2"},
		"- {name: a, period: day, limit_usd: 5}\n---\n- {name: b, period: day, limit_usd: 5}\n":    {"line 2: must be one document"},
		"a: 1\nb: 2\n":    {"line 1: must be a list of budgets"},
		"- just a text\n": {"line 1: "},
	} {
		_, err := parseBudgets([]byte(text))
		for _, want := range wants {
			require.ErrorContains(t, err, want, text)
		}
	}
}

func TestAFileThatChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "budgets.yaml")
	write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
	cfg := testConfig(t)
	cfg.Budgets, cfg.BudgetsFile = nil, path
	write("- {name: a, period: day, limit_usd: 5}\n")
	var f budgetsFile
	all, err := f.read(cfg)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.False(t, f.changed(cfg))
	write("- {name: a, period: day, limit_usd: x}\n")
	require.False(t, f.changed(cfg), "it is perhaps not whole")
	require.True(t, f.changed(cfg))
	_, err = f.read(cfg)
	require.ErrorContains(t, err, "line 1")
	require.False(t, f.changed(cfg), "it is complained about once")
	require.NoError(t, os.Remove(path))
	require.False(t, f.changed(cfg))
	require.True(t, f.changed(cfg))
	_, err = f.read(cfg)
	require.Error(t, err)
	require.False(t, f.changed(cfg))
	write("- {name: a, period: day, limit_usd: 6}\n")
	require.False(t, f.changed(cfg))
	require.True(t, f.changed(cfg))
	_, err = f.read(cfg)
	require.NoError(t, err)

	write("")
	require.False(t, f.changed(cfg), "emptied, to be written")
	write("- {name: a, period: day,")
	require.False(t, f.changed(cfg), "half of it is written")
	write("- {name: a, period: day, limit_usd: 7}\n")
	require.False(t, f.changed(cfg))
	require.True(t, f.changed(cfg))
	_, err = f.read(cfg)
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	require.False(t, f.changed(cfg), "removed, to be made anew")
	write("- {name: a, period: day, limit_usd: 7}\n")
	require.False(t, f.changed(cfg))
	require.False(t, f.changed(cfg), "as it was")
	require.False(t, f.writing)
}
