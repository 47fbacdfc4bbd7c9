package browser

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (p *preview) listeners(t *testing.T) int {
	t.Helper()
	var n int
	getJSON(t, p.url+"/preview/listeners", &n)
	return n
}

func (p *preview) untilListeners(t *testing.T, want int) {
	t.Helper()
	require.Eventually(t, func() bool { return p.listeners(t) == want }, patience, 50*time.Millisecond, "streams")
}

func TestLive(t *testing.T) {
	p := startPreview(t, "full")
	tb := open(t, Options{})
	tb.visit(t, p.url+"/")
	tb.until(t, `document.getElementById('age').innerText.startsWith('live')`)
	eval[any](t, tb, `window.mine = true`)
	before := value(t, tb, "today-usd")

	p.do(t, "spend", "usd", "1000")
	tb.until(t, `Number(document.getElementById('today-usd').value) > 1000`)
	assert.InDelta(t, before+1000, value(t, tb, "today-usd"), 1e-9)
	assert.Contains(t, tb.text(t, "#today"), "of $100.00")

	p.do(t, "alert", "body", "the budget is used up")
	tb.until(t, `document.querySelector('#alarm[role=status][aria-live=polite]').innerText.includes('the budget is used up')`)
	assert.True(t, eval[bool](t, tb, `window.mine`), "without loading again")
	tb.noFault(t)
}

// A hidden tab has no stream: a browser opens six connections to a host.
func TestAHiddenTabHasNoStream(t *testing.T) {
	p := startPreview(t, "full")
	tb := open(t, Options{})
	tb.visit(t, p.url+"/")
	p.untilListeners(t, 1)
	hide := func(hidden string) {
		eval[any](t, tb, `(() => { Object.defineProperty(document, 'hidden', {value: `+hidden+`, configurable: true}); document.dispatchEvent(new Event('visibilitychange')); })()`)
	}
	hide("true")
	p.untilListeners(t, 0)
	tb.until(t, `document.getElementById('age').innerText.startsWith('paused')`)
	p.do(t, "spend", "usd", "500")
	hide("false")
	p.untilListeners(t, 1)
	tb.until(t, `Number(document.getElementById('today-usd').value) > 500 && document.getElementById('age').innerText.startsWith('live')`)
	tb.noFault(t)
}

func TestTheGatewaysRestartIsSurvived(t *testing.T) {
	p := startPreview(t, "full")
	tb := open(t, Options{})
	tb.visit(t, p.url+"/")
	p.untilListeners(t, 1)
	p.stop()
	tb.until(t, `document.getElementById('age').innerText.startsWith('no connection')`)
	assert.Contains(t, tb.text(t, "#today"), "$63.42", "what was known stays")
	p.start(t)
	p.untilListeners(t, 1)
	tb.until(t, `document.getElementById('age').innerText.startsWith('live')`)
	p.do(t, "spend", "usd", "700")
	tb.until(t, `Number(document.getElementById('today-usd').value) > 700`)
}

func TestTenTabs(t *testing.T) {
	p := startPreview(t, "full")
	var tabs []*tab
	for range 10 {
		tb := open(t, Options{})
		tb.start(t, p.url+"/")
		tabs = append(tabs, tb)
	}
	for i, tb := range tabs {
		tb.run(t, chromedp.ActionFunc(bringToFront))
		tb.until(t, `document.getElementById('today-usd') !== null && document.querySelector('#breakdown tbody') !== null`)
		t.Logf("tab %d: %v", i, eval[string](t, tb, `document.visibilityState`))
	}
}
