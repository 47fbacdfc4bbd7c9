package history

import (
	"errors"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strconv"
)

// buildInfo has Prometheus' fields: Grafana looks at the version to see what it can ask.
func (h *History) buildInfo(*http.Request) answer {
	return answer{data: map[string]string{
		"version": prometheusVersion, "revision": h.o.Version, "branch": "", "buildUser": "", "buildDate": "", "goVersion": runtime.Version(),
	}}
}

func (h *History) metadata(r *http.Request) answer {
	limit, perMetric := -1, -1
	for name, to := range map[string]*int{"limit": &limit, "limit_per_metric": &perMetric} {
		if s := r.FormValue(name); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil {
				return bad(errors.New(name + " must be a number"))
			}
			*to = n
		}
	}
	known := h.meta.get()
	out := map[string][]family{}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if metric := r.FormValue("metric"); metric != "" && metric != name {
			continue
		}
		if limit >= 0 && len(out) >= limit {
			break
		}
		out[name] = []family{known[name]}
	}
	return answer{data: out}
}
