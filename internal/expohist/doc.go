// Package expohist is an exponential histogram with a fixed layout: OpenTelemetry's scale 6, 64 buckets to a factor of two. Any
// two histograms add up bucket by bucket, so what many writers saw merges without loss, and a quantile is one walk.
//
// Layout. Bucket i of scale s holds the values in (2^(i/2^s), 2^((i+1)/2^s)]; the upper bound belongs to the bucket, as in
// the OpenTelemetry data model. Prometheus' native histograms number the same buckets one higher. Bucket numbers are exact for
// every float64, powers of two and subnormals included: they come from the bits and a table of the 64 bounds, not from a logarithm.
// Zero has a count of its own, negative values have buckets that mirror the positive ones.
//
// Accuracy. Quantile answers with the point of the bucket that is nearest, relatively, to all of it; its distance from the
// nearest-rank value is at most (b-1)/(b+1) with b = 2^(1/2^s):
//
//	scale   6      5      4     3     2     1     0
//	error   0.54%  1.08%  2.2%  4.3%  8.6%  17%   33%
//
// Count is exact, Sum is the float64 sum, Min and Max are exact for recorded values and within the same error where a source
// did not say them.
//
// Scale. A histogram starts at scale 6. What comes in finer (up to any scale) is counted exactly in the coarser buckets. What comes
// in coarser keeps its own resolution: the sum of the two has the lower scale, as OpenTelemetry's merge has, because splitting
// a bucket would invent data. Limit bounds the memory of one histogram in the same way.
//
// Memory. 104 bytes, and 68 for each page of eight neighbouring buckets that is not empty: of log-normal latencies (sigma 0.6) about
// 0.7 kB for 10, 3 kB for 1,000, 4.4 kB for 100,000.
//
// Odd values. NaN and the infinities are refused (Record says false). Zero and minus zero are one value. Bucket numbers from outside
// are clamped to ±2^20, far beyond what a float64 reaches (±68,736 at scale 6). Counts saturate at 2^64-1 and the sum at
// ±math.MaxFloat64; nothing wraps and nothing becomes NaN.
//
// A Histogram is not safe for concurrent use: its owner holds a lock or is one goroutine. The zero value is ready to use.
package expohist
