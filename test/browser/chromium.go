// Package browser drives Chromium for the tests of the dashboard's page and for its pictures.
package browser

import (
	"context"
	"os"
	"os/exec"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Options of a browser.
type Options struct {
	Width, Height int64  // of the window; 1440 × 900 when 0
	TimeZone      string // of the browser, as Asia/Tokyo; the machine's when empty
	Dark          bool   // what prefers-color-scheme says
}

// Path is the Chromium that this machine has, or "".
func Path() string {
	if given := os.Getenv("CHROMIUM"); given != "" {
		return given
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Open starts a browser with one tab, whose context it returns with the one that ends it all.
func Open(ctx context.Context) (context.Context, context.CancelFunc) {
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(Path()), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.DisableGPU)
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox)
	}
	allocator, endAll := chromedp.NewExecAllocator(ctx, flags...)
	tab, endTab := chromedp.NewContext(allocator)
	return tab, func() { endTab(); endAll() }
}

// Set makes a tab look at the world as the options say.
func Set(o Options) chromedp.Action {
	if o.Width == 0 {
		o.Width, o.Height = 1440, 900
	}
	scheme := "light"
	if o.Dark {
		scheme = "dark"
	}
	tasks := chromedp.Tasks{
		chromedp.EmulateViewport(o.Width, o.Height),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
	}
	if o.TimeZone != "" {
		tasks = append(tasks, emulation.SetTimezoneOverride(o.TimeZone))
	}
	return tasks
}
