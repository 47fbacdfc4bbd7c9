package browser

import (
	"context"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One browser serves all tests of a run, each in tabs of its own.
var (
	browserOnce sync.Once
	browserCtx  context.Context
	browserEnd  context.CancelFunc
)

func closeBrowser() {
	if browserEnd != nil {
		browserEnd()
	}
}

// tab is a tab of the browser. What it must never do is collected: an error on the console, a request to another origin.
type tab struct {
	ctx    context.Context
	mu     sync.Mutex
	origin string
	wrong  []string
}

func open(t *testing.T, o Options) *tab {
	t.Helper()
	if Path() == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is missing: test/setup.sh installs it")
		}
		t.Skip("chromium is missing: run test/setup.sh")
	}
	browserOnce.Do(func() {
		browserCtx, browserEnd = Open(context.Background())
		if err := chromedp.Run(browserCtx); err != nil {
			t.Fatalf("chromium did not start: %v", err)
		}
	})
	ctx, cancel := chromedp.NewContext(browserCtx)
	t.Cleanup(cancel)
	tb := &tab{ctx: ctx}
	// The tab lives as long as the context with which it is first used: not the one of run, which has an end.
	require.NoError(t, chromedp.Run(ctx))
	chromedp.ListenTarget(ctx, tb.watch)
	tb.run(t, log.Enable(), network.Enable(), Set(o))
	return tb
}

func (tb *tab) watch(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		tb.wrong = append(tb.wrong, "exception: "+e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			for _, arg := range e.Args {
				tb.wrong = append(tb.wrong, "console: "+string(arg.Value)+arg.Description)
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
			tb.wrong = append(tb.wrong, "log: "+e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		to, err := url.Parse(e.Request.URL)
		own := err == nil && (to.Scheme == "data" || to.Scheme == "blob" || to.Scheme+"://"+to.Host == tb.origin)
		if !own {
			tb.wrong = append(tb.wrong, "left the origin: "+e.Request.URL)
		}
	}
}

// noFault fails the test where the console said something or a request left the origin.
func (tb *tab) noFault(t *testing.T) {
	t.Helper()
	tb.mu.Lock()
	defer tb.mu.Unlock()
	assert.Empty(t, tb.wrong)
}

func (tb *tab) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	require.NoError(t, chromedp.Run(ctx, actions...))
}

// visit opens an address and waits until every tile has its answer.
func (tb *tab) visit(t *testing.T, address string) {
	t.Helper()
	tb.start(t, address)
	tb.until(t, `!document.querySelector('.wait, [aria-busy="true"]') && document.querySelector('#breakdown [role=tablist]') !== null`)
}

// start opens an address and waits for nothing.
func (tb *tab) start(t *testing.T, address string) {
	t.Helper()
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	tb.mu.Lock()
	tb.origin = parsed.Scheme + "://" + parsed.Host
	tb.mu.Unlock()
	tb.run(t, chromedp.Navigate(address))
}

// eval runs JavaScript, waits for a promise, and returns what it gives.
func eval[T any](t *testing.T, tb *tab, script string) T {
	t.Helper()
	var out T
	tb.run(t, chromedp.Evaluate(script, &out, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return out
}

// until waits for JavaScript to be true.
func (tb *tab) until(t *testing.T, script string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !eval[bool](t, tb, `Boolean(`+script+`)`) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s\nthe page says:\n%s\n%s", patience, script, eval[string](t, tb, `document.body.innerText`), strings.Join(tb.wrong, "\n"))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (tb *tab) text(t *testing.T, selector string) string {
	t.Helper()
	return eval[string](t, tb, `document.querySelector(`+quoted(selector)+`).innerText`)
}

func quoted(s string) string {
	return `'` + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`).Replace(s) + `'`
}
