package valkey

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
)

// journal is the local file of batches that the server has not answered, and of the ids of those it has: what a server that lost its
// data, or an answer, is told again. A batch is in it, and on disk, before it is sent.
type journal struct {
	db      *bolt.DB
	replica string
	known   position
	next    uint64 // number of the next batch
	waiting int    // batches without an answer
	bytes   int64  // of these
}

// position is how far this replica saw the server, and its own batches.
type position struct {
	epoch, seq string
	answered   uint64 // all batches up to this number are answered
}

// answered is a batch that the server counted, with the ids that were fresh.
type answered struct {
	number uint64
	ids    []byte // minute as varint and 8 bytes of id, again and again
}

var (
	waitingBucket  = []byte("waiting")
	answeredBucket = []byte("answered")
	metaBucket     = []byte("meta")
)

// openJournal opens the journal in a directory. A damaged file is moved aside. lost says so, or that it was emptied.
func openJournal(dir string, now time.Time) (j *journal, lost string, err error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, "", err
	}
	path := filepath.Join(dir, "journal.db")
	if boltfile.Emptied(path) {
		lost = "the journal was empty: what the server was not told yet is missing"
	}
	j, err = tryJournal(path)
	if !boltfile.IsDamage(err) && !errors.Is(err, errDamaged) {
		return j, lost, err
	}
	aside := fmt.Sprintf("%s.damaged-%d", path, now.Unix())
	if renamed := os.Rename(path, aside); renamed != nil {
		return nil, "", errors.Join(err, renamed)
	}
	j, err = tryJournal(path)
	return j, "the journal was damaged and is now " + aside, err
}

func tryJournal(path string) (*journal, error) {
	j := &journal{next: 1}
	db, err := boltfile.Open(path, time.Second)
	if err != nil {
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	j.db = db
	err = boltfile.Guard(func() error { return db.Update(j.load) })
	if err != nil {
		if !errors.Is(err, boltfile.ErrBroken) {
			err = errors.Join(err, db.Close())
		}
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	return j, nil
}

func (j *journal) load(tx *bolt.Tx) error {
	for _, name := range [][]byte{waitingBucket, answeredBucket, metaBucket} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	meta := tx.Bucket(metaBucket)
	if j.replica = string(meta.Get([]byte("replica"))); j.replica == "" {
		j.replica = newName()
		if err := meta.Put([]byte("replica"), []byte(j.replica)); err != nil {
			return err
		}
	}
	j.known.epoch, j.known.seq = string(meta.Get([]byte("epoch"))), either(string(meta.Get([]byte("seq"))), "0")
	j.known.answered, _ = strconv.ParseUint(string(meta.Get([]byte("answered"))), 10, 64)
	j.next = j.known.answered + 1
	return tx.Bucket(waitingBucket).ForEach(func(k, v []byte) error {
		if len(k) != 8 {
			return errDamaged
		}
		j.waiting, j.bytes = j.waiting+1, j.bytes+int64(len(v))
		j.next = max(j.next, binary.BigEndian.Uint64(k)+1)
		return nil
	})
}

// newName is a name that nobody else has: of a replica, or an epoch.
func newName() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func numberKey(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }

// commit writes batches, and the answers to earlier ones, in one transaction.
func (j *journal) commit(put []*batch, done []answered, known position, now time.Time) error {
	waiting, bytes := j.waiting, j.bytes
	err := boltfile.Guard(func() error {
		return j.db.Update(func(tx *bolt.Tx) error {
			w, a := tx.Bucket(waitingBucket), tx.Bucket(answeredBucket)
			w.FillPercent, a.FillPercent = 1, 1 // numbers only grow
			for _, b := range put {
				value := encodeCalls(b.calls)
				if err := w.Put(numberKey(b.number), value); err != nil {
					return err
				}
				waiting, bytes = waiting+1, bytes+int64(len(value))
			}
			for _, d := range done {
				size, err := move(w, a, d, now)
				if err != nil {
					return err
				}
				if size > 0 {
					waiting, bytes = waiting-1, bytes-size
				}
			}
			return putPosition(tx.Bucket(metaBucket), known)
		})
	})
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	j.waiting, j.bytes, j.known = waiting, bytes, known
	return nil
}

// move takes a batch from those that wait to those that were answered, and says how large it was.
func move(waiting, done *bolt.Bucket, d answered, now time.Time) (size int64, err error) {
	key := numberKey(d.number)
	size = int64(len(waiting.Get(key)))
	if err := waiting.Delete(key); err != nil {
		return 0, err
	}
	return size, done.Put(key, append(binary.BigEndian.AppendUint64(nil, uint64(now.Unix())), d.ids...)) //nolint:gosec // after 1970
}

func putPosition(meta *bolt.Bucket, known position) error {
	for key, value := range map[string]string{
		"epoch": known.epoch, "seq": known.seq, "answered": strconv.FormatUint(known.answered, 10),
	} {
		if err := meta.Put([]byte(key), []byte(value)); err != nil {
			return err
		}
	}
	return nil
}

// prune drops the ids of batches that were answered before a time, up to some of them at once.
func (j *journal) prune(before time.Time) error {
	return boltfile.Guard(func() error {
		return j.db.Update(func(tx *bolt.Tx) error {
			c := tx.Bucket(answeredBucket).Cursor()
			n := 0
			for k, v := c.First(); k != nil && n < 10_000; k, v = c.First() {
				if len(v) >= 8 && int64(binary.BigEndian.Uint64(v)) >= before.Unix() { //nolint:gosec // written as such
					return nil
				}
				if err := c.Delete(); err != nil {
					return err
				}
				n++
			}
			return nil
		})
	})
}

// unanswered reads up to n batches from a number on; of those that cannot be read, the numbers.
func (j *journal) unanswered(from uint64, n int) (found []*batch, damaged []uint64, err error) {
	err = boltfile.Guard(func() error {
		return j.db.View(func(tx *bolt.Tx) error {
			c := tx.Bucket(waitingBucket).Cursor()
			for k, v := c.Seek(numberKey(from)); k != nil && len(found)+len(damaged) < n; k, v = c.Next() {
				calls, err := decodeCalls(v)
				if err != nil {
					damaged = append(damaged, binary.BigEndian.Uint64(k))
					continue
				}
				found = append(found, newBatch(binary.BigEndian.Uint64(k), calls))
			}
			return nil
		})
	})
	return found, damaged, err
}

// ids visits the ids that were counted, batch by batch.
func (j *journal) ids(visit func(minute int64, id uint64)) error {
	return boltfile.Guard(func() error {
		return j.db.View(func(tx *bolt.Tx) error {
			return tx.Bucket(answeredBucket).ForEach(func(_, v []byte) error {
				for v = v[min(8, len(v)):]; len(v) > 8; {
					minute, n := binary.Varint(v)
					if n <= 0 || len(v) < n+8 {
						return errDamaged
					}
					visit(minute, binary.LittleEndian.Uint64(v[n:]))
					v = v[n+8:]
				}
				return nil
			})
		})
	})
}

// rename makes the journal that of another replica, which the server does not know.
func (j *journal) rename() error {
	name := newName()
	err := boltfile.Guard(func() error {
		return j.db.Update(func(tx *bolt.Tx) error {
			meta := tx.Bucket(metaBucket)
			if err := meta.Put([]byte("replica"), []byte(name)); err != nil {
				return err
			}
			return putPosition(meta, position{seq: "0"})
		})
	})
	if err == nil {
		j.replica, j.known = name, position{seq: "0"}
	}
	return err
}

func (j *journal) close() error { return boltfile.Guard(j.db.Close) }
