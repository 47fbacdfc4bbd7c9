package valkey

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// keys are the names of all that one ledger keeps in the server. The braces put them into one hash slot, so that a script may use them
// together in a cluster.
type keys struct {
	prefix string
	common []string // the first keys of every script, in the order that scripts/*.lua say
}

func newKeys(prefix, replica string) keys {
	p := "{" + prefix + "}:"
	return keys{prefix: p, common: []string{
		p + "meta", p + "state", p + "touched", p + "expires", p + "answers:" + replica, p + "minutes", p + "outbox", p + "alerts",
	}}
}

func (k keys) meta() string    { return k.common[0] }
func (k keys) state() string   { return k.common[1] }
func (k keys) expires() string { return k.common[3] }
func (k keys) outbox() string  { return k.common[6] }
func (k keys) alerts() string  { return k.common[7] }

// spread is a stream of what replicas tell each other; no script uses it.
func (k keys) spread() string { return k.prefix + "spread" }

// spreadCount is how many entries that stream ever had.
func (k keys) spreadCount() string { return k.prefix + "spread:count" }

// ids is the bucket of the ids of one minute.
func (k keys) ids(minute int64) string { return k.prefix + "ids:" + strconv.FormatInt(minute, 10) }

// The kinds of fields in the state.
const (
	shareField     = 's' // what one replica added to one slot: a decimal text
	markField      = 'm'
	heartbeatField = 'r' // of a replica: its epoch and the server's Unix seconds
)

// share is what one replica added to one slot of a series. Every replica has fields of its own: a server that lost its data gets each
// share back as it was, with no addition that could happen twice.
type share struct {
	replica string
	slot    slot
}

type slot struct {
	series string
	start  int64
}

func (s share) field() string {
	b := make([]byte, 0, len(s.replica)+len(s.slot.series)+24)
	b = append(b, shareField)
	b = append(b, s.replica...)
	b = append(b, 0)
	b = strconv.AppendInt(b, s.slot.start, 10)
	b = append(b, 0)
	return string(append(b, s.slot.series...))
}

func parseShare(field string) (share, bool) {
	if field == "" || field[0] != shareField {
		return share{}, false
	}
	replica, rest, ok := strings.Cut(field[1:], "\x00")
	if !ok {
		return share{}, false
	}
	start, series, ok := strings.Cut(rest, "\x00")
	if !ok {
		return share{}, false
	}
	n, err := strconv.ParseInt(start, 10, 64)
	return share{replica, slot{series, n}}, err == nil
}

// mark is the value of a mark and when it ends.
type mark struct {
	value   []byte
	expires int64 // Unix seconds; 0: never
}

// String is a mark as the server holds it.
func (m mark) String() string { return strconv.FormatInt(m.expires, 10) + " " + string(m.value) }

func parseMark(stored string) mark {
	expires, value, _ := strings.Cut(stored, " ")
	n, _ := strconv.ParseInt(expires, 10, 64)
	return mark{[]byte(value), n}
}

// idText is an id as a member of a set: 8 bytes.
func idText(id uint64) string {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], id)
	return string(b[:])
}
