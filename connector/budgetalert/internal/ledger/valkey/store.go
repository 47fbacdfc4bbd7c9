package valkey

import (
	"context"
	"crypto/tls"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"

	client "github.com/valkey-io/valkey-go"
)

//go:embed scripts/common.lua
var commonLua string

//go:embed scripts/record.lua
var recordLua string

//go:embed scripts/marks.lua
var marksLua string

//go:embed scripts/tick.lua
var tickLua string

//go:embed scripts/join.lua
var joinLua string

//go:embed scripts/restore.lua
var restoreLua string

//go:embed scripts/delivered.lua
var deliveredLua string

var (
	marksScript     = client.NewLuaScript(commonLua + marksLua)
	tickScript      = client.NewLuaScript(commonLua + tickLua)
	joinScript      = client.NewLuaScript(commonLua + joinLua)
	restoreScript   = client.NewLuaScript(commonLua + restoreLua)
	deliveredScript = client.NewLuaScript(commonLua + deliveredLua)
)

// store is the connection to the server. It is made when it is first needed, and again after each failure.
type store struct {
	options Options
	keys    keys
	dials   atomic.Int64 // how often the server was dialled: a new connection may be to a server that lost its data
	client  atomic.Pointer[client.Client]
}

func (s *store) connect() (client.Client, error) {
	if c := s.client.Load(); c != nil {
		return *c, nil
	}
	o := s.options
	c, err := client.NewClient(client.ClientOption{
		InitAddress: o.Endpoints, Username: o.Username, Password: o.Password, TLSConfig: o.TLS, ClientName: "otelcol-llm",
		DisableCache: true, DisableRetry: true, ConnWriteTimeout: o.Timeout, PipelineMultiplex: -1,
		Dialer: net.Dialer{Timeout: o.Timeout},
		DialCtxFn: func(ctx context.Context, address string, dialer *net.Dialer, config *tls.Config) (net.Conn, error) {
			s.dials.Add(1)
			network := "tcp"
			if strings.HasPrefix(address, "/") {
				network = "unix"
			}
			if config == nil {
				return dialer.DialContext(ctx, network, address)
			}
			return (&tls.Dialer{NetDialer: dialer, Config: config}).DialContext(ctx, network, address)
		},
	})
	if err != nil {
		return nil, err
	}
	s.client.Store(&c)
	return c, nil
}

func (s *store) close() {
	if c := s.client.Swap(nil); c != nil {
		(*c).Close()
	}
}

// Ways a server can be wrong.
var (
	errVolatile = errors.New("the server may lose what was counted")
	errMoved    = errors.New("the server lost data")
)

// durable refuses a server that forgets: what is acknowledged must still be there after it was killed, and when it is full.
func (s *store) durable(ctx context.Context) error {
	c, err := s.connect()
	if err != nil {
		return err
	}
	for address, node := range c.Nodes() {
		var info [3]string
		for i, section := range [...]string{"server", "persistence", "memory"} {
			if info[i], err = node.Do(ctx, node.B().Info().Section(section).Build()).ToString(); err != nil {
				return err
			}
		}
		if infoValue(info[0], "redis_mode") == "sentinel" {
			return fmt.Errorf("%s is a Sentinel, which keeps no data: set endpoint to an address that leads to the server itself: %w", address, errVolatile)
		}
		if s.options.AllowVolatile {
			continue
		}
		if err := volatile(info[1], info[2]); err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
	}
	return nil
}

// volatile reads INFO persistence and INFO memory.
func volatile(persistence, memory string) error {
	var errs []error
	if v := infoValue(persistence, "aof_enabled"); v != "1" {
		errs = append(errs, fmt.Errorf("%w: aof_enabled is %s: set `appendonly yes`, or allow_volatile here", errVolatile, either(v, "not told")))
	}
	if v := infoValue(memory, "maxmemory_policy"); v != "noeviction" {
		errs = append(errs, fmt.Errorf("%w: maxmemory-policy is %s: set `maxmemory-policy noeviction`, or allow_volatile here",
			errVolatile, either(v, "not told")))
	}
	return errors.Join(errs...)
}

func infoValue(info, name string) string {
	for line := range strings.Lines(info) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && key == name {
			return value
		}
	}
	return ""
}

// call runs a script once.
func (s *store) call(ctx context.Context, script *client.Lua, buckets, args []string) (reply, error) {
	c, err := s.connect()
	if err != nil {
		return reply{}, err
	}
	return readReply(script.Exec(ctx, c, append(s.keys.common[:len(s.keys.common):len(s.keys.common)], buckets...), args))
}

// load makes the server know a script, for calls.
func (s *store) load(ctx context.Context, script string) (sha string, err error) {
	c, err := s.connect()
	if err != nil {
		return "", err
	}
	for _, node := range c.Nodes() {
		if sha, err = node.Do(ctx, node.B().ScriptLoad().Script(script).Build()).ToString(); err != nil {
			return "", err
		}
	}
	return sha, nil
}

// scriptRun is one run of a script.
type scriptRun struct{ buckets, args []string }

// calls runs a script that was loaded for several batches in one exchange, in their order.
func (s *store) calls(ctx context.Context, sha string, all []scriptRun) ([]client.ValkeyResult, error) {
	c, err := s.connect()
	if err != nil {
		return nil, err
	}
	commands := make(client.Commands, 0, len(all))
	for _, one := range all {
		commands = append(commands, c.B().Evalsha().Sha1(sha).Numkeys(int64(len(s.keys.common)+len(one.buckets))).
			Key(s.keys.common...).Key(one.buckets...).Arg(one.args...).Build())
	}
	return c.DoMulti(ctx, commands...), nil
}

// ask reads from the server of an epoch. What another server says, or one that lost its data, would read as if it had been removed.
func (s *store) ask(ctx context.Context, epoch string, dials int64, commands ...client.Completed) ([]client.ValkeyResult, error) {
	c, err := s.connect()
	if err != nil {
		return nil, err
	}
	results := c.DoMulti(ctx, append(commands, c.B().Hget().Key(s.keys.meta()).Field("epoch").Build())...)
	last := results[len(results)-1]
	now, err := last.ToString()
	switch {
	case client.IsValkeyNil(err) || err == nil && (now != epoch || s.dials.Load() != dials):
		return nil, errMoved
	case err != nil:
		return nil, err
	}
	return results[:len(results)-1], nil
}

// reply is what a script answers.
type reply struct {
	seq    string
	extra  string
	fields []string
	values []*string
	scan   bool // too much changed: all of it is to be read
}

func readReply(result client.ValkeyResult) (reply, error) {
	all, err := result.ToArray()
	if err != nil {
		return reply{}, err
	}
	var r reply
	status, err := text(all, 0)
	if err != nil {
		return r, err
	}
	switch status {
	case "ok":
	case "moved", "lost":
		return r, errMoved
	default:
		return r, fmt.Errorf("unknown answer %q", status)
	}
	if len(all) < 4 {
		return r, nil
	}
	if r.seq, err = text(all, 1); err != nil {
		return r, err
	}
	if r.extra, err = text(all, 2); err != nil {
		return r, err
	}
	if all[3].IsString() {
		r.scan = true
		return r, nil
	}
	if r.fields, err = all[3].AsStrSlice(); err != nil || len(all) < 5 {
		return r, err
	}
	values, err := all[4].ToArray()
	if err != nil || len(values) != len(r.fields) {
		return r, errors.Join(err, fmt.Errorf("%d values of %d fields", len(values), len(r.fields)))
	}
	r.values = make([]*string, len(values))
	for i := range values {
		if !values[i].IsNil() {
			v, err := values[i].ToString()
			if err != nil {
				return r, err
			}
			r.values[i] = &v
		}
	}
	return r, nil
}

func text(all []client.ValkeyMessage, i int) (string, error) {
	if i >= len(all) {
		return "", fmt.Errorf("an answer of %d parts", len(all))
	}
	return all[i].ToString()
}
