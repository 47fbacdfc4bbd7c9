// Command shoot takes a picture of a page: shoot -out page.png [-dark] [-width 390] [-after JAVASCRIPT] URL
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/otelcol-llm/otelcol-llm/test/browser"
)

func main() {
	var o browser.Options
	out := flag.String("out", "page.png", "where to write the picture")
	flag.Int64Var(&o.Width, "width", 1440, "of the window")
	flag.Int64Var(&o.Height, "height", 900, "of the window")
	flag.BoolVar(&o.Dark, "dark", false, "prefer dark colours")
	whole := flag.Bool("whole", false, "the whole page, not only the window")
	after := flag.String("after", "", "JavaScript to run before the picture")
	wait := flag.Duration("wait", 3*time.Second, "how long the page has to load")
	flag.Parse()
	if err := shoot(o, flag.Arg(0), *out, *after, *whole, *wait); err != nil {
		log.Fatal(err)
	}
}

func shoot(o browser.Options, url, out, after string, whole bool, wait time.Duration) error {
	ctx, end := browser.Open(context.Background())
	defer end()
	var picture []byte
	take := chromedp.CaptureScreenshot(&picture)
	if whole {
		take = chromedp.FullScreenshot(&picture, 100)
	}
	tasks := chromedp.Tasks{browser.Set(o), chromedp.Navigate(url), chromedp.Sleep(wait)}
	if after != "" {
		tasks = append(tasks, chromedp.Evaluate(after, nil), chromedp.Sleep(time.Second))
	}
	if err := chromedp.Run(ctx, append(tasks, take)); err != nil {
		return err
	}
	return os.WriteFile(out, picture, 0o600)
}
