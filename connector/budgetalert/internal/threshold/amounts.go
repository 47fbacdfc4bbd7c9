package threshold

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// amounts spells a value and its threshold in their unit, with as many digits as tell them apart.
func amounts(value, limit float64, unit string) (v, l string) {
	factor, word := spokenUnit(unit, math.Max(math.Abs(value), math.Abs(limit)), math.Abs(limit) <= 1)
	value, limit = value*factor, limit*factor
	for digits := 3; ; digits++ {
		v, l = spellNumber(value, digits), spellNumber(limit, digits)
		if v != l || value == limit || digits == 17 {
			return v + word, l + word
		}
	}
}

// spokenUnit is how numbers of a unit are said: times factor, and with word behind. Shares are percents, bytes have a size that fits.
func spokenUnit(unit string, size float64, share bool) (factor float64, word string) {
	top, bottom, rate := strings.Cut(unit, "/")
	factor, word = 1, bare(top)
	switch {
	case unit == "1" && share:
		return 100, " %"
	case top == "By" || top == "B":
		word = "B"
		for _, larger := range []string{"kB", "MB", "GB", "TB"} {
			if size*factor < 1000 {
				break
			}
			factor, word = factor/1000, larger
		}
	case word == "1" || word == "":
		word = ""
	}
	if rate {
		word += "/" + bottom
	}
	if word != "" && !strings.HasPrefix(word, "/") {
		word = " " + word
	}
	return factor, word
}

// spellNumber rounds to so many significant digits, never before the point, and separates thousands: 1,240 and 0.0523.
func spellNumber(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	before := int(math.Floor(math.Log10(math.Abs(v)))) + 1
	if before > 15 || before < -6 {
		return strconv.FormatFloat(v, 'g', digits, 64)
	}
	text := strconv.FormatFloat(v, 'f', max(digits-before, 0), 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return thousands(text)
}

func plain(v float64) string { return spellNumber(v, 17) }

func thousands(text string) string {
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}

// spell says a duration as people do: 30 s, 12 min, 4 h, 2 d; with the next smaller unit where that is not 0.
func spell(d time.Duration) string {
	d = max(d, 0)
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	units := []struct {
		size time.Duration
		word string
	}{{24 * time.Hour, " d"}, {time.Hour, " h"}, {time.Minute, " min"}, {time.Second, " s"}}
	for i, u := range units {
		if d < u.size {
			continue
		}
		text := strconv.FormatInt(int64(d/u.size), 10) + u.word
		if i+1 < len(units) {
			if rest := d % u.size / units[i+1].size; rest > 0 {
				text += " " + strconv.FormatInt(int64(rest), 10) + units[i+1].word
			}
		}
		return text
	}
	return ""
}
