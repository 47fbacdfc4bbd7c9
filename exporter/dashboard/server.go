package dashboard

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"
)

// endWithin is how long requests that are under way may take when the gateway ends.
const endWithin = 3 * time.Second

// bodyWithin is how long the body of a request may take.
const bodyWithin = 10 * time.Second

// readWithin is how long who asked may take to read the answer, which is in memory until then. The stream of events has a rule of its own.
const readWithin = time.Minute

type server struct {
	http    *http.Server
	address net.Addr
	done    chan struct{}
}

func (s *state) listen(ctx context.Context, host component.Host) (*server, error) {
	handler := guarded(s.handler(), s.cfg.AllowedHosts, s.cfg.Query.Timeout+readWithin)
	h, err := s.cfg.Server.ToServer(ctx, host.GetExtensions(), s.set.TelemetrySettings, handler)
	if err != nil {
		return nil, err
	}
	listener, err := s.cfg.Server.ToListener(ctx)
	if err != nil {
		return nil, err
	}
	out := &server{http: h, address: listener.Addr(), done: make(chan struct{})}
	go func() {
		defer close(out.done)
		if err := h.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewPermanentErrorEvent(err))
		}
	}()
	s.log.Info("The dashboard is at", zap.String("address", listener.Addr().String()))
	return out, nil
}

// stop waits for requests under way, and ends them when they take too long.
func (s *server) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = s.http.Close()
	}
	<-s.done
	return err
}

// guarded answers only requests that read, and whose header Host is an address, localhost or a name that the configuration allows: a page of
// another origin can point a name of its own at this machine, but must call it by that name.
func guarded(next http.Handler, allowed []string, within time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost:
			w.Header().Set("Allow", "GET, HEAD, POST")
			http.Error(w, "only GET, HEAD and POST", http.StatusMethodNotAllowed)
		case !hostAllowed(r.Host, allowed):
			http.Error(w, "the header Host is not one of allowed_hosts", http.StatusForbidden)
		case foreign(r):
			http.Error(w, "a page of another site asks", http.StatusForbidden)
		default:
			control, now := http.NewResponseController(w), time.Now()
			if r.Method == http.MethodPost {
				_ = control.SetReadDeadline(now.Add(bodyWithin)) // not all writers can
			}
			_ = control.SetWriteDeadline(now.Add(within))
			w.Header().Set("X-Content-Type-Options", "nosniff")
			next.ServeHTTP(w, r)
		}
	})
}

// foreign says that a browser asks for a page of another site, which could not read the answer but make the history work. Who follows a link
// from there is welcome; a frame and a form of it, which nobody need click on, are not.
func foreign(r *http.Request) bool {
	link := r.Method != http.MethodPost && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
	return r.Header.Get("Sec-Fetch-Site") == "cross-site" && !link
}

// hostAllowed compares without the port, unless the allowed one has one.
func hostAllowed(host string, allowed []string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if _, err := netip.ParseAddr(name); err == nil || strings.EqualFold(name, "localhost") {
		return true
	}
	for _, a := range allowed {
		if strings.EqualFold(a, host) || strings.EqualFold(a, name) {
			return true
		}
	}
	return false
}
