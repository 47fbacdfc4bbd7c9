package dialect

// The key table is an open-addressed hash table of 2^slotBits slots. A foreign key costs one hash of four bytes and, nearly
// always, one empty slot; nothing is compared that differs in length.
const slotBits = 11

var (
	entries []entry
	slots   [1 << slotBits]uint8
)

func init() { //nolint:gochecknoinits // the table is a constant that Go cannot express
	entries = append([]entry{{}}, keyTable()...)
	for i := 1; i < len(entries); i++ {
		s := slot(entries[i].key)
		for slots[s] != 0 {
			s = (s + 1) % uint32(len(slots))
		}
		slots[s] = uint8(i) //nolint:gosec // TestKeyTable proves that there are at most 255
		if entries[i].hinting() {
			hints.add(entries[i].key)
		}
	}
	hints.add(CostFamily)
	hints.add(UsageCostFamily)
}

// slot hashes the length and four bytes, chosen where our keys differ. key is not empty.
func slot(key string) uint32 {
	n := len(key)
	h := uint32(n) ^ uint32(key[n-1])<<6 ^ uint32(key[n>>1])<<12 //nolint:gosec // only a hash
	h ^= uint32(key[n-1-n>>2])<<18 ^ uint32(key[n-1-n>>3])<<24
	return h * 0x9E3779B1 >> (32 - slotBits)
}

// lookup finds the entry of key, nil when the attribute is not read.
func lookup(key string) *entry {
	if key == "" {
		return nil
	}
	for s := slot(key); ; s = (s + 1) % uint32(len(slots)) {
		i := slots[s]
		if i == 0 {
			return nil
		}
		if e := &entries[i]; e.key == key {
			return e
		}
	}
}
