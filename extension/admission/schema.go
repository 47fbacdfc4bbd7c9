package admission

// kind is a message by the numbers of its fields that are messages in which values can be.
type kind [14]*kind

// A value is of arrays and lists of keys, and they of values.
var value, keyValue = func() (*kind, *kind) {
	value, pair := &kind{}, &kind{}
	pair[2] = value
	value[5] = &kind{1: value}
	value[6] = &kind{1: pair}
	return value, pair
}()

var (
	exemplar  = &kind{7: keyValue}
	span      = &kind{9: keyValue, 11: {3: keyValue}, 13: {4: keyValue}}
	logRecord = &kind{5: value, 6: keyValue}
	number    = &kind{1: {5: exemplar, 7: keyValue}}
	metric    = &kind{
		5: number, 7: number, 9: {1: {8: exemplar, 9: keyValue}}, 10: {1: {1: keyValue, 11: exemplar}}, 11: {1: {7: keyValue}}, 12: keyValue,
	}
)

// requestOf is a request of a signal: items by scope by resource.
func requestOf(item *kind) *kind {
	return &kind{1: {1: {1: keyValue}, 2: {1: {3: keyValue}, 2: item}}}
}
