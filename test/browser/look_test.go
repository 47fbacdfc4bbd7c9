package browser

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func bringToFront(ctx context.Context) error { return page.BringToFront().Do(ctx) }

func click(selector string) chromedp.Action { return chromedp.Click(selector, chromedp.ByQuery) }

var (
	phone = Options{Width: 390, Height: 844}
	small = Options{Width: 320, Height: 568}
)

const sideways = `document.documentElement.scrollWidth > document.documentElement.clientWidth`

// On a phone nothing is wider than the window; a wide table scrolls in its own frame.
func TestOnAPhone(t *testing.T) {
	for _, kind := range []string{"full", "empty", "hostile"} {
		t.Run(kind, func(t *testing.T) {
			p := startPreview(t, kind)
			for _, window := range []Options{phone, small} {
				tb := open(t, window)
				tb.visit(t, p.url+"/")
				for _, table := range []string{"models", "agents", "groups", "tools", "runs"} {
					tb.run(t, click("#tab-"+table))
					tb.until(t, `!document.querySelector('[aria-busy="true"]')`)
					assert.False(t, eval[bool](t, tb, sideways), "%s in %d px", table, window.Width)
				}
				tb.noFault(t)
			}
		})
	}
}

// Names that senders chose are text, whatever they look like.
func TestHostileNames(t *testing.T) {
	p := startPreview(t, "hostile")
	tb := open(t, Options{})
	tb.visit(t, p.url+"/")
	for _, table := range []string{"agents", "groups", "tools", "runs", "models"} {
		tb.run(t, click("#tab-"+table))
		tb.until(t, `!document.querySelector('[aria-busy="true"]')`)
	}
	assert.Contains(t, tb.text(t, "#breakdown"), `<img src=x onerror=`)
	assert.Contains(t, tb.text(t, "#alarm"), `<img src=x onerror=`)
	assert.Equal(t, "otelcol-llm", eval[string](t, tb, `document.title`))
	assert.Zero(t, eval[int](t, tb, `document.querySelectorAll('main img, main script, body script, a[href^="javascript"], [onerror], main [style*="url"]').length`))
	assert.False(t, eval[bool](t, tb, sideways))
	tb.noFault(t)
}

func (tb *tab) press(t *testing.T, keys string) {
	t.Helper()
	tb.run(t, chromedp.KeyEvent(keys))
}

// tabTo presses Tab until the focus is where it is wanted.
func (tb *tab) tabTo(t *testing.T, selector string) {
	t.Helper()
	for range 200 {
		if eval[bool](t, tb, `document.activeElement.matches(`+quoted(selector)+`)`) {
			return
		}
		tb.press(t, kb.Tab)
	}
	t.Fatalf("Tab does not lead to %s", selector)
}

func TestByKeyboard(t *testing.T) {
	p := startPreview(t, "full")
	tb := open(t, Options{})
	tb.visit(t, p.url+"/")
	tb.press(t, kb.Tab)
	assert.Equal(t, "Skip to the page", eval[string](t, tb, `document.activeElement.textContent`))
	tb.tabTo(t, `[data-range="24h"]`)
	tb.press(t, kb.Enter)
	tb.until(t, `location.search === '?range=24h' && document.querySelector('[data-range="24h"]').getAttribute('aria-pressed') === 'true'`)

	tb.tabTo(t, `#cost .tool`) // the table behind the chart
	tb.press(t, " ")
	tb.until(t, `document.querySelector('#cost table')?.rows.length > 50 && document.querySelector('#cost .canvas').hidden`)

	tb.tabTo(t, `#tab-models`)
	tb.press(t, kb.ArrowRight)
	tb.until(t, `document.activeElement.id === 'tab-agents' && document.querySelector('#breakdown').innerText.includes('code-reviewer')`)
	tb.tabTo(t, `#breakdown thead button`)
	tb.press(t, kb.Enter)
	tb.until(t, `document.querySelector('#breakdown th[aria-sort=ascending]')?.innerText.startsWith('Agent') && document.querySelector('#breakdown tbody th').innerText === 'code-reviewer'`)
	tb.press(t, kb.Enter)
	tb.until(t, `document.querySelector('#breakdown tbody th').innerText === 'triage'`)

	tb.tabTo(t, `#alerts summary`)
	tb.press(t, kb.Enter)
	tb.until(t, `document.querySelector('#alerts details').open`)
	tb.noFault(t)
}

func TestTheChoiceOfColoursIsKept(t *testing.T) {
	p := startPreview(t, "full")
	tb := open(t, Options{})
	tb.visit(t, p.url+"/")
	ground := func() string { return eval[string](t, tb, `getComputedStyle(document.body).backgroundColor`) }
	light := ground()
	tb.run(t, click("#theme"), click("#theme"))
	dark := ground()
	assert.NotEqual(t, light, dark)
	tb.visit(t, p.url+"/")
	assert.Equal(t, dark, ground())

	system := open(t, Options{Dark: true})
	system.visit(t, startPreview(t, "full").url+"/")
	assert.Equal(t, dark, eval[string](t, system, `getComputedStyle(document.body).backgroundColor`))
}

type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

func TestAxeFindsNoSeriousFault(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("axe-core is missing: test/setup.sh installs it")
		}
		t.Skip("axe-core is missing: run test/setup.sh")
	}
	for name, c := range map[string]struct {
		kind string
		o    Options
	}{
		"light": {"full", Options{}}, "dark": {"full", Options{Dark: true}}, "phone": {"full", phone}, "empty": {"empty", Options{}}, "empty, dark": {"empty", Options{Dark: true}},
	} {
		t.Run(name, func(t *testing.T) {
			p := startPreview(t, c.kind)
			tb := open(t, c.o)
			tb.visit(t, p.url+"/")
			tb.run(t, chromedp.Evaluate(string(axe), nil))
			for _, table := range []bool{false, true} {
				if table && c.kind == "full" {
					tb.run(t, click("#cost .tool"), click("#tab-runs"))
					tb.until(t, `document.querySelector('#cost table') && document.querySelector('#breakdown').innerText.includes('conv-')`)
				}
				found := eval[string](t, tb, `axe.run(document, {resultTypes: ['violations']}).then((r) => JSON.stringify(r.violations))`)
				var violations []violation
				require.NoError(t, json.Unmarshal([]byte(found), &violations))
				for _, v := range violations {
					if v.Impact == "serious" || v.Impact == "critical" {
						t.Errorf("%s: %s: %s: %+v", v.Impact, v.ID, v.Help, v.Nodes)
						continue
					}
					t.Logf("%s: %s: %s", v.Impact, v.ID, v.Help)
				}
			}
		})
	}
}
