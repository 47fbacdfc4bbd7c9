package bolt

import (
	"encoding/binary"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
)

// ops are values that are put into buckets or deleted from them, one after the other: for each a byte (twice the index of the bucket, and 1
// where the key is deleted), the key and, where there is one, the sealed value, both with their length as a varint before them.
type ops []byte

func (o *ops) put(bucket string, key, value []byte) {
	o.key(bucket, key, 0)
	sealed := seal(bucket, key, value)
	*o = append(binary.AppendUvarint(*o, uint64(len(sealed))), sealed...)
}

func (o *ops) del(bucket string, key []byte) { o.key(bucket, key, 1) }

func (o *ops) key(bucket string, key []byte, gone byte) {
	*o = append(*o, byte(slices.Index(buckets[:], bucket))<<1|gone) //nolint:gosec // there are six
	*o = append(binary.AppendUvarint(*o, uint64(len(key))), key...)
}

// op is one of them; without a value where the key is deleted.
type op struct {
	bucket      int
	key, sealed []byte
}

// place is bucket and key in one, in the room of another one.
func (o *op) place(room []byte) []byte {
	return append(append(room[:0], byte(o.bucket)), o.key...) //nolint:gosec // there are six buckets
}

// each visits all. What it gives is a part of o.
func (o ops) each(visit func(*op) error) error {
	for len(o) > 0 {
		one := op{bucket: int(o[0] >> 1)}
		gone, ok := o[0]&1 != 0, one.bucket < len(buckets)
		if ok {
			one.key, o, ok = cut(o[1:])
		}
		if ok && !gone {
			one.sealed, o, ok = cut(o)
		}
		if !ok {
			return boltfile.ErrDamaged
		}
		if err := visit(&one); err != nil {
			return err
		}
	}
	return nil
}

// cut takes one text with its length from the front.
func cut(b []byte) (text, rest []byte, ok bool) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) { //nolint:gosec // not negative
		return nil, nil, false
	}
	b = b[n:]
	return b[:size:size], b[size:], true
}

// last says, for each key, where its last op is among all: what came before it does not matter any more.
func (o ops) last() (map[string]*int, error) {
	last, n := map[string]*int{}, 0
	var key []byte
	err := o.each(func(one *op) error {
		key = one.place(key)
		if at := last[string(key)]; at != nil {
			*at = n
		} else {
			at := n
			last[string(key)] = &at
		}
		n++
		return nil
	})
	return last, err
}

// applyLast does in the file what is left of them in the end. Each second the same few sums change with every commit.
func (o ops) applyLast(tx *bbolt.Tx) error {
	last, err := o.last()
	if err != nil {
		return err
	}
	put, n := applier{tx: tx}, 0
	var key []byte
	return o.each(func(one *op) error {
		key = one.place(key)
		n++
		if *last[string(key)] != n-1 {
			return nil
		}
		return put.apply(one)
	})
}

// apply does them in the file.
func (o ops) apply(tx *bbolt.Tx) error {
	put := applier{tx: tx}
	return o.each(put.apply)
}

// applier does ops in one transaction.
type applier struct {
	tx     *bbolt.Tx
	opened [len(buckets)]*bbolt.Bucket
}

func (a *applier) apply(one *op) error {
	b := a.opened[one.bucket]
	if b == nil {
		b = a.tx.Bucket(bucketNames[one.bucket])
		if buckets[one.bucket] == idBucket {
			b.FillPercent = 0.9 // most are appended
		}
		a.opened[one.bucket] = b
	}
	if one.sealed == nil {
		return b.Delete(one.key)
	}
	return b.Put(one.key, one.sealed)
}
