package hostresources

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlaces(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{
		"block/sda/device", "block/sda/slaves", "block/dm-0/slaves/sda", "block/zram0/slaves", "block/cciss!c0d0/device",
		"class/net/eth0/device", "class/net/eth0/upper_bond0", "class/net/bond0/lower_eth0", "class/net/veth1/queues",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, "sys", dir), 0o750))
	}
	src := newProcSource(root)
	for name, want := range map[string]place{
		"sda": placeHardware, "dm-0": placeOnTop, "zram0": placeUnknown, "cciss/c0d0": placeHardware, "gone": placeUnknown,
	} {
		assert.Equal(t, want, src.diskPlace(name), name)
	}
	for name, want := range map[string]place{
		"eth0": placeHardware, "bond0": placeOnTop, "veth1": placeUnknown, "gone": placeUnknown,
	} {
		assert.Equal(t, want, src.interfacePlace(name), name)
	}
}
