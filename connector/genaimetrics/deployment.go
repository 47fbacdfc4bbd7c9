package genaimetrics

import (
	"slices"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

const (
	versionServices = 10_000
	versionsEach    = 32 // the versions of one service that are told apart
	versionMemory   = 30 * 24 * time.Hour
	versionFresh    = time.Minute // after which a version that is seen again and again is noted again
)

// versions knows which versions of a service were seen. During a rolling update old and new take turns, so every version that
// is known stays known, not only the last.
type versions struct {
	services *bounded.Map[string, []string]
}

func newVersions() versions {
	return versions{services: bounded.New[string, []string](versionServices, versionMemory)}
}

// seenVersion is the version that a service had last, and when that was noted.
type seenVersion struct {
	name string
	at   time.Time
}

// see says whether a version is new to a service that is known: then it was deployed. The first version of a service is where
// the connector came in, not a deployment.
func (v versions) see(service, version string, now time.Time) bool {
	known, ok := v.services.Get(service, now)
	if !ok {
		v.services.Put(strings.Clone(service), []string{strings.Clone(version)}, now)
		return false
	}
	if slices.Contains(known, version) {
		v.services.Touch(service, now)
		return false
	}
	if len(known) >= versionsEach {
		known = slices.Delete(known, 0, 1)
	}
	v.services.Put(service, append(known, strings.Clone(version)), now)
	return true
}

// observeVersion counts a deployment. Any sight of a service keeps its series alive, from 0 on, so that a rate sees the first
// deployment. The caller holds the lock.
func (e *engine) observeVersion(service, version string, dims []string, now time.Time) {
	if version == "" {
		return
	}
	version = cut(version)
	r := e.route(&labels{lblService: service}, dims)
	deployed := int64(0)
	if v := &r.version; v.name != version || now.Sub(v.at) > versionFresh {
		if e.versions.see(cut(service), version, now) {
			deployed = 1
		}
		v.name, v.at = strings.Clone(version), now
	}
	e.add(r, slotDeployments, deployed)
}
