package requestsize

import "testing"

func BenchmarkSpans(b *testing.B) {
	sizes := make([]int, 100)
	for i := range sizes {
		sizes[i] = 500
	}
	td := spansOf(sizes...)
	for b.Loop() {
		traces.sift(td, 3_500_000)
	}
}
