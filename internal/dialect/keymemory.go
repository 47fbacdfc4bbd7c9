package dialect

// keyMemory is what is known of the keys that were read last. Senders put the same keys in the same order on span after span, so
// a key is first held against the one that came after its predecessor the last time: that costs one comparison, and no hash. It holds no
// memory of a span, and of keys that are not in it, however many a sender makes up, it is only slower to tell.
type keyMemory [1 << memoryBits]rememberedKey

const (
	memoryBits = 9
	memoryMask = 1<<memoryBits - 1
	memoryWays = 4 // places that a key may have
)

// rememberedKey fills one cache line.
type rememberedKey struct {
	keys  KeySet // of a key that is not in the key table: the family that it is in
	entry uint16 // its place in entries; 0 where it is not in the key table
	next  uint16 // the place of the key that came after it
	spelling
	size uint8 // of the key, and 1; 0 is no key
	key  [53]byte
}

func (x *rememberedKey) is(key string) bool {
	return int(x.size) == len(key)+1 && string(x.key[:len(key)]) == key
}

// after is the place of key, which came after the key at the place last.
func (m *keyMemory) after(last uint16, key string) uint16 {
	before := &m[last&memoryMask]
	if m[before.next&memoryMask].is(key) {
		return before.next
	}
	before.next = m.place(key)
	return before.next
}

// place finds key in one of the few places that it may have, or looks it up. One that is too long to be remembered is looked up each time.
func (m *keyMemory) place(key string) uint16 {
	first := 0 // also of all that are too long: there they drive out no other
	if key != "" && len(key) <= len(m[0].key) {
		first = int(slot(key))
	}
	at := uint16(first & memoryMask) //nolint:gosec // that many bits
	for i := range memoryWays {
		here := uint16((first + i) & memoryMask) //nolint:gosec // that many bits
		if m[here].is(key) {
			return here
		}
		if m[here].size == 0 {
			at = here
		}
	}
	m[at].learn(key)
	return at
}

func (x *rememberedKey) learn(key string) {
	x.keys, x.entry, x.spelling, x.size = 0, lookup(key), spellingOf(key), 0
	if x.entry == 0 {
		x.keys = unread(key)
	}
	if len(key) <= len(x.key) {
		x.size = uint8(len(key)) + 1 //nolint:gosec // as long as the place for it
		copy(x.key[:], key)
	}
}
