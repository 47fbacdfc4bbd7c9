package dialect

// The key table is an open-addressed hash table of 2^slotBits slots. A foreign key costs one hash of four bytes and, nearly
// always, one empty slot; nothing is compared that differs in length.
const slotBits = 11

var (
	entries = []entry{{}} // the first is none
	slots   [1 << slotBits]uint16
)

// fillTable puts the attributes of all clients into the table. Their rank for a fact is their place among those that say it.
func fillTable(clients []*client) {
	var ranks [classValue + 1][256]uint8
	add := func(e entry, only uint64) {
		if at := lookup(e.key); at != 0 {
			entries[at].only |= only // of the plain names, several clients may have the same one; TestKeyTable finds those that differ
			return
		}
		ranks[e.class][e.fact]++
		e.rank, e.only = ranks[e.class][e.fact], only
		s := slot(e.key)
		for slots[s] != 0 {
			s = (s + 1) % uint32(len(slots))
		}
		slots[s] = uint16(len(entries)) //nolint:gosec // a few hundred
		entries = append(entries, e)
		if e.hinting() {
			hints.add(e.key)
		}
	}
	for _, c := range clients {
		for _, e := range c.keys {
			add(e, 0)
		}
		for _, e := range c.own {
			e.marks = false
			add(e, c.bit)
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

// lookup finds the place of key's entry, 0 when the attribute is not read.
func lookup(key string) uint16 {
	if key == "" {
		return 0
	}
	for s := slot(key); ; s = (s + 1) % uint32(len(slots)) {
		i := slots[s]
		if i == 0 || entries[i].key == key {
			return i
		}
	}
}
