package dialect

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// metScopes are the scopes that were met last, whoever sent them: to find a client by its name takes dozens of comparisons. However
// many names of scopes senders make up, no more are remembered, and none of what no library is called.
var metScopes [1 << metScopeBits]atomic.Pointer[metScope]

const (
	metScopeBits = 8
	maxMetScope  = 128
)

type metScope struct {
	name   string
	client *client
	traits *traits
}

var metScopeSeed = maphash.MakeSeed()

// clientOf is the client that a scope's name is of.
func clientOf(scope string) (*client, *traits) {
	if scope == "" || len(scope) > maxMetScope {
		return findClient(scope)
	}
	place := &metScopes[maphash.String(metScopeSeed, scope)>>(64-metScopeBits)]
	if met := place.Load(); met != nil && met.name == scope {
		return met.client, met.traits
	}
	c, t := findClient(scope)
	place.Store(&metScope{strings.Clone(scope), c, t})
	return c, t
}
