package threshold

import "strings"

// unitFamilies are the units that convert into each other, with what one of them is in the family's own. Metrics write units as UCUM
// does (By, MiBy), people as they are used to (MB, MiB).
var unitFamilies = []map[string]float64{
	{
		"By": 1, "kBy": 1e3, "MBy": 1e6, "GBy": 1e9, "TBy": 1e12, "KiBy": 1 << 10, "MiBy": 1 << 20, "GiBy": 1 << 30, "TiBy": 1 << 40,
		"B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	},
	{"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400},
	{"1": 1, "": 1, "%": 0.01},
}

// conversion is what a value in one unit must be multiplied by to be in another; false if there is no such number.
func conversion(from, to string) (float64, bool) {
	fromTop, fromBottom, _ := strings.Cut(from, "/")
	toTop, toBottom, _ := strings.Cut(to, "/")
	top, ok := simpleConversion(fromTop, toTop)
	if !ok || (fromBottom == "") != (toBottom == "") {
		return 0, false
	}
	bottom, ok := simpleConversion(fromBottom, toBottom)
	return top / bottom, ok
}

func simpleConversion(from, to string) (float64, bool) {
	if bare(from) == bare(to) {
		return 1, true
	}
	for _, family := range unitFamilies {
		a, okA := family[from]
		b, okB := family[to]
		if okA && okB {
			return a / b, true
		}
	}
	return 0, false
}

// bare is a unit without the braces of an annotation: {USD} is USD.
func bare(unit string) string { return strings.Trim(unit, "{}") }
