package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// llmprice runs the program in this process.
func llmprice(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	now := func() time.Time { return time.Date(2026, 9, 23, 12, 0, 0, 0, time.UTC) }
	c := &command{in: strings.NewReader(""), out: &out, err: &errs, now: now}
	code = c.run(t.Context(), args)
	return code, out.String(), errs.String()
}

func TestExplain(t *testing.T) {
	code, out, _ := llmprice(t, "explain", "--provider", "openai", "--model", "gpt-4o-mini", "--input", "1200", "--cache-read", "1024", "--output", "85")
	require.Zero(t, code)
	for _, want := range []string{
		"openai/gpt-4o-mini@2026-09-23",
		"cache_read_tokens  1024  × 0.075 USD per million  = 0.0000768 USD",
		"input_tokens       176   × 0.15 USD per million   = 0.0000264 USD",
		"output_tokens      85    × 0.6 USD per million    = 0.000051 USD",
		"total              0.0001542 USD",
		"saved by caching   0.0000768 USD",
	} {
		require.Contains(t, out, want)
	}

	code, out, _ = llmprice(t, "explain", "--provider", "anthropic", "--model", "claude-opus-4-6", "--input", "1000", "--cache-write", "1000",
		"--web-searches", "1", "--service-tier", "batch", "--region", "us", "--factor", "0.9")
	require.Zero(t, code)
	require.Contains(t, out, "× 0.55")
	require.Contains(t, out, "× 0.9")
	require.Contains(t, out, "total                 0.01209375 USD") // (0.00625 × 0.55 + 0.01) × 0.9
	require.Contains(t, out, "saved by caching      -0.00061875 USD")
}

func TestExplainOwnPrices(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(path, []byte("- match: {starts_with: mine}\n  prices: {input_mtok: 1000}\n"), 0o600))
	code, out, _ := llmprice(t, "explain", "--model", "mine-1", "--input", "1", "--prices", path)
	require.Zero(t, code)
	require.Contains(t, out, "mine*@"+path+":1")
	require.Contains(t, out, "total         0.001 USD")

	require.NoError(t, os.WriteFile(path, []byte("- match: {starts_with: mine}\n  prices: {input_mtok: -1}\n"), 0o600))
	code, _, errs := llmprice(t, "explain", "--model", "mine-1", "--prices", path)
	require.Equal(t, 1, code)
	require.Contains(t, errs, path+":2: [0].prices.input_mtok: price is negative: -1")
}

func TestExplainSaysWhenAPriceHolds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(path, []byte(`- match: mine
  prices:
    input_mtok: 2
    off_peak: {windows: [{hours_utc: "16:30-00:30", weekdays: [1, 2, 3, 4, 5]}, {weekdays: [6, 7]}], input_mtok: 1}
`), 0o600))
	for at, want := range map[string][2]string{
		"2026-09-26T12:00:00Z": {"Mon-Fri 16:30:00Z to 00:30:00Z; Sat,Sun all day", "0.00001"},
		"2026-09-25T12:00:00Z": {"outside Mon-Fri 16:30:00Z to 00:30:00Z; Sat,Sun all day", "0.00002"},
	} {
		code, out, _ := llmprice(t, "explain", "--model", "mine", "--input", "10", "--prices", path, "--at", at)
		require.Zero(t, code)
		require.Contains(t, out, "holds         "+want[0]+"\n")
		require.Contains(t, out, "total         "+want[1]+" USD\n")
	}
}

// A call whose counts nobody said did not cost 0.
func TestExplainWithoutCounts(t *testing.T) {
	code, out, _ := llmprice(t, "explain", "--provider", "deepseek", "--model", "deepseek-v4-pro", "--at", "2026-09-25T02:00:00Z")
	require.Zero(t, code)
	require.Equal(t, `price            deepseek/deepseek-v4-pro@2026-09-23
holds            daily 01:00:00Z to 04:00:00Z
input_mtok       1.32
output_mtok      3.96
cache_read_mtok  0.044
total            not known: no usage; give --input, --output or another count (-h lists them)
`, out)
	path := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(path, []byte("- {match: mine, prices: {}}\n"), 0o600))
	code, out, _ = llmprice(t, "explain", "--model", "mine", "--prices", path)
	require.Zero(t, code)
	require.Equal(t, "price  mine@"+path+":1\nfree   the row says that this model costs nothing\n", out)
}

func TestWrongCalls(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		code int
		say  string
	}{
		"nothing":          {nil, 2, "usage: llmprice COMMAND"},
		"unknown command":  {[]string{"guess"}, 2, "usage: llmprice COMMAND"},
		"unknown flag":     {[]string{"batch", "--nope"}, 2, "flag provided but not defined"},
		"extra argument":   {[]string{"batch", "file"}, 2, `unexpected argument "file"`},
		"no model":         {[]string{"explain"}, 2, "--model is missing"},
		"bad count":        {[]string{"explain", "--model", "gpt-4o", "--input", "-5"}, 2, "invalid value"},
		"bad unit":         {[]string{"explain", "--model", "gpt-4o", "--usage", "x=1"}, 2, "unknown unit"},
		"unknown model":    {[]string{"explain", "--model", "gpt-99"}, 1, `no price for model "gpt-99"`},
		"cache over input": {[]string{"explain", "--model", "gpt-4o", "--cache-read", "5"}, 1, "usage makes no sense"},
		"no such table":    {[]string{"models", "--table", "/no/such"}, 1, "no such file"},
		"bad date":         {[]string{"refresh", "--from", ".", "--released", "soon"}, 1, "--released"},
		"diff of nothing":  {[]string{"diff"}, 2, "usage: llmprice diff"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := llmprice(t, tt.args...)
			require.Equal(t, tt.code, code)
			require.Contains(t, errs, tt.say)
		})
	}
	code, out, _ := llmprice(t, "help")
	require.Zero(t, code)
	require.Contains(t, out, "refresh")
}

func TestModels(t *testing.T) {
	code, out, _ := llmprice(t, "models", "--provider", "openai", "GPT-4o-mini")
	require.Zero(t, code)
	require.Contains(t, out, "openai/gpt-4o-mini ")
	require.Contains(t, out, "input_mtok 0.15  output_mtok 0.6  cache_read_mtok 0.075")
	require.NotContains(t, out, "azure/")
	_, out, _ = llmprice(t, "models", "deepseek-v4-pro")
	require.Contains(t, out, "from 2026-08-17")
	require.Contains(t, out, "daily 01:00:00Z to 04:00:00Z")
}

func TestModelsListsOwnRowsFirst(t *testing.T) {
	mine := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(mine, []byte(`
- {provider: OpenAI, id: gpt-4o-mini, prices: {input_mtok: 0.1}}
- {match: {starts_with: gpt-4o-mini-local}, prices: {}}
- {provider: azure, id: gpt-4o-mini, prices: {input_mtok: 9}}
- provider: openai
  id: gpt-4o-mini-dated
  prices:
    - prices: {input_mtok: 1}
    - {constraint: {start_date: 2026-03-01}, prices: {input_mtok: 2}}
    - {constraint: {start_time: "01:00:00Z", end_time: "04:00:00Z"}, prices: {input_mtok: 3}}
`), 0o600))
	code, out, errs := llmprice(t, "models", "--prices", mine, "--provider", "openai", "gpt-4o-mini")
	require.Zero(t, code, errs)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Greater(t, len(lines), 5)
	for i, want := range []string{
		"OpenAI/gpt-4o-mini  input_mtok 0.1  (" + mine + ":2)",
		"*/gpt-4o-mini-local*  free  (" + mine + ":3)",
		"openai/gpt-4o-mini-dated  input_mtok 1  (" + mine + ":5)",
		"openai/gpt-4o-mini-dated  input_mtok 2  from 2026-03-01T00:00:00Z  (" + mine + ":5)",
		"openai/gpt-4o-mini-dated  input_mtok 3  daily 01:00:00Z to 04:00:00Z  (" + mine + ":5)",
	} {
		require.Equal(t, strings.Fields(want), strings.Fields(lines[i]))
	}
	require.NotContains(t, strings.Join(lines[5:], "\n"), mine)
	require.NotContains(t, out, "input_mtok 9")
}

// fakePackage is a package with the same public API and a small table.
func fakePackage(t *testing.T, price string) map[string]string {
	t.Helper()
	return map[string]string{
		"package.json": `{"name":"@pydantic/genai-prices","version":"9.9.9","type":"module","module":"./dist/index.js"}`,
		"dist/index.js": `const all = [{id: 'openai', api_pattern: 'https://api', models: [
			{id: 'gpt-4o-mini', match: {equals: 'gpt-4o-mini'}, prices: {input_mtok: ` + price + `, new_unit_mtok: 1}},
			{id: 'speech', match: {and: [{contains: 'x'}, {regex: '^(?!.*-tts$)x'}]}, prices: {}}]}]
			export const waitForUpdate = async () => all
			export const findProvider = ({ providerId }) => all.find((p) => p.id === providerId)`,
	}
}

func TestRefreshAndDiff(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatal("refresh needs node, and so does this test: ", err)
	}
	dir := t.TempDir()
	unpacked := filepath.Join(dir, "unpacked")
	var tgz bytes.Buffer
	z := gzip.NewWriter(&tgz)
	w := tar.NewWriter(z)
	for name, text := range fakePackage(t, "0.2") {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: "package/" + name, Size: int64(len(text)), Mode: 0o644}))
		_, err := w.Write([]byte(text))
		require.NoError(t, err)
	}
	for name, text := range fakePackage(t, "0.3") {
		path := filepath.Join(unpacked, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	packed := filepath.Join(dir, "p.tgz")
	require.NoError(t, os.WriteFile(packed, tgz.Bytes(), 0o600))

	a, b := filepath.Join(dir, "a.gz"), filepath.Join(dir, "b.gz")
	code, out, errs := llmprice(t, "refresh", "--from", packed, "--released", "2027-01-02", "-o", a)
	require.Zero(t, code, errs)
	require.Contains(t, out, "@pydantic/genai-prices 9.9.9")
	require.Contains(t, errs, "openai/gpt-4o-mini: unknown price key new_unit_mtok")
	code, _, errs = llmprice(t, "refresh", "--from", unpacked, "-o", b)
	require.Zero(t, code, errs)

	hash := sha512.Sum512(tgz.Bytes())
	code, _, errs = llmprice(t, "refresh", "--from", packed, "--integrity", "sha512-"+base64.StdEncoding.EncodeToString(hash[:]), "-o", filepath.Join(dir, "c.gz"))
	require.Zero(t, code, errs)
	for _, from := range []string{packed, unpacked} {
		code, _, errs = llmprice(t, "refresh", "--from", from, "--integrity", "sha512-other", "-o", filepath.Join(dir, "d.gz"))
		require.Equal(t, 1, code)
		require.Contains(t, errs, "--integrity")
		require.NoFileExists(t, filepath.Join(dir, "d.gz"))
	}

	code, out, _ = llmprice(t, "diff", a, b)
	require.Zero(t, code)
	require.Equal(t, "@pydantic/genai-prices 9.9.9 (2027-01-02) → 9.9.9 (2026-09-23)\n"+
		"~ openai/gpt-4o-mini\n    was input_mtok 0.2\n    is  input_mtok 0.3\n", out)
	_, out, _ = llmprice(t, "diff", a, a)
	require.Contains(t, out, "no price changed")
	_, out, _ = llmprice(t, "diff", a)
	require.Contains(t, out, "+ openai/speech  free")
	require.Contains(t, out, "- anthropic/claude-")

	code, out, _ = llmprice(t, "explain", "--table", a, "--provider", "openai", "--model", "gpt-4o-mini", "--input", "10", "--service-tier", "batch")
	require.Zero(t, code)
	require.Contains(t, out, "openai/gpt-4o-mini@2027-01-02+batch")
	require.Contains(t, out, "0.000001 USD")
	code, _, _ = llmprice(t, "explain", "--table", a, "--provider", "openai", "--model", "x-tts")
	require.Equal(t, 1, code)
	code, _, _ = llmprice(t, "explain", "--table", a, "--provider", "openai", "--model", "x-hd")
	require.Zero(t, code)
}

func TestUnpackStaysInside(t *testing.T) {
	dir := t.TempDir()
	var tgz bytes.Buffer
	z := gzip.NewWriter(&tgz)
	w := tar.NewWriter(z)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "../evil", Size: 1, Mode: 0o644}))
	_, err := w.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	packed := filepath.Join(dir, "p.tgz")
	require.NoError(t, os.WriteFile(packed, tgz.Bytes(), 0o600))
	require.ErrorContains(t, unpack(packed, filepath.Join(dir, "in")), "leaves the package")
	require.NoFileExists(t, filepath.Join(dir, "evil"))
}
