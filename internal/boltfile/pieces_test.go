package boltfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
)

// torn is a file of which a part cannot be read.
type torn struct {
	*bytes.Reader
	from, to int64
}

func (f torn) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.from && at < f.to {
		n, _ := f.Reader.ReadAt(b[:max(0, f.from-at)], at)
		return n, errors.New("a bad sector")
	}
	return f.Reader.ReadAt(b, at)
}

// Whatever is asked for after whatever, it is what stands there; only what cannot be read is an error.
func TestPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	content := make([]byte, (pieceCount+3)*pieceSize+4096)
	for i := range content {
		content[i] = byte(random.Uint32()) //nolint:gosec // any byte will do
	}
	bad := int64(len(content) / 4096 / 2 * 4096)
	p := pieces{r: torn{bytes.NewReader(content), bad, bad + 4096}}
	for range 5000 {
		at, n := random.Int64N(int64(len(content)/4096))*4096, 4096*(1+random.Int64N(3))
		b, err := p.bytes(at, n)
		switch {
		case at+n > int64(len(content)):
			require.ErrorIs(t, err, io.EOF)
		case at+n > bad && at < bad+4096:
			require.ErrorContains(t, err, "a bad sector")
		default:
			require.NoError(t, err)
			require.True(t, bytes.Equal(content[at:at+n], b), "at %d", at)
		}
	}
}

// A bucket is read alone, whatever there is beside it.
func TestReadBucket(t *testing.T) {
	path, _ := filled(t)
	db, err := Open(path, patience)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("other"))
		return errors.Join(err, b.Put([]byte("key"), []byte("value")))
	}))
	require.NoError(t, db.Close())
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	info, err := file.Stat()
	require.NoError(t, err)
	var found []string
	require.NoError(t, ReadBucket(file, info.Size(), "other", func(bucket string, key, value []byte) error {
		found = append(found, fmt.Sprintf("%s %s %s", bucket, key, value))
		return nil
	}))
	require.Equal(t, []string{"other key value"}, found)
}
