package test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// testUnwritable starts a gateway that cannot write to its directory until it is mended.
func testUnwritable(t *testing.T, data string, mend func()) {
	t.Helper()
	s := startSpender(t, data)
	s.send(t, 9) // 0.90 USD of 1.00
	s.hears(t, genai.AlertStoreUnavailable, genai.AlertFiring, 1)
	s.hears(t, "YEARLY_BUDGET_WARNING", genai.AlertFiring, 1)
	s.resend(t)
	s.hasAll(t)
	mend()
	s.hears(t, genai.AlertStoreUnavailable, genai.AlertResolved, 1)
	s.Kill()
	s.again(t)
	s.resend(t)
	s.send(t, 1)
	s.hears(t, "YEARLY_BUDGET_EXCEEDED", genai.AlertFiring, 1)
	s.hasAll(t)
	for _, kind := range []string{genai.AlertStoreUnavailable, "YEARLY_BUDGET_WARNING"} {
		assert.Equal(t, 1, s.heard(kind, genai.AlertFiring), kind)
	}
}

// TestFileInThePlaceOfTheDirectory is TestReadOnlyDirectory with a file where the ledger's directory should be.
func TestFileInThePlaceOfTheDirectory(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	file := filepath.Join(data, "budgets")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	testUnwritable(t, data, func() { require.NoError(t, os.Remove(file)) })
}

// TestDamagedState: files that cannot be read are moved aside and said. The ledger begins anew, with nothing that nobody has spent.
func TestDamagedState(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	ledger, alerts := filepath.Join(data, "budgets", "ledger.db"), filepath.Join(data, "alertnotify", "alertnotify.db")
	s := startSpender(t, data)
	s.send(t, 9)
	s.hears(t, "YEARLY_BUDGET_WARNING", genai.AlertFiring, 1)
	s.hasAll(t)
	s.Kill()
	for _, file := range []string{ledger, alerts} {
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, make([]byte, info.Size()), 0o600))
	}
	s.again(t)
	s.hears(t, genai.AlertStoreReset, genai.AlertFiring, 1)
	assert.Zero(t, s.spent(t))
	for _, file := range []string{ledger, alerts} {
		aside, err := filepath.Glob(file + ".damaged-*")
		require.NoError(t, err)
		assert.NotEmpty(t, aside, file) // with what belongs to it
	}
	s.resend(t) // nobody knows any more that they were counted
	s.hasAll(t)
	s.Kill()
	s.again(t)
	s.resend(t)
	s.hasAll(t)
	assert.Equal(t, 1, s.heard(genai.AlertStoreReset, genai.AlertFiring))
	assert.Equal(t, 1, s.heard("YEARLY_BUDGET_WARNING", genai.AlertFiring), "the same crossing has the same id")
}

// TestLedgerTruncatedInUse: a file that somebody cuts off while it is in use is said and written anew from memory: nothing is lost.
func TestLedgerTruncatedInUse(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := startSpender(t, data)
	s.send(t, 9)
	s.hasAll(t)
	require.NoError(t, os.Truncate(filepath.Join(data, "budgets", "ledger.db"), 4096))
	s.send(t, 1)
	s.hears(t, genai.AlertStoreReset, genai.AlertFiring, 1)
	s.resend(t)
	s.hasAll(t)
	s.Kill()
	s.again(t)
	s.resend(t)
	s.hasAll(t)
	assert.Equal(t, 1, s.heard("YEARLY_BUDGET_EXCEEDED", genai.AlertFiring))
}
