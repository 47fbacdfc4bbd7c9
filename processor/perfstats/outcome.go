package perfstats

// outcome is what became of one point of a source metric; its name is the `outcome` attribute of our own telemetry.
type outcome uint8

const (
	counted   outcome = iota // it is in the gauges
	reset                    // the series started again without a new start time; its whole value counts as new
	future                   // its time lies ahead of ours by more than a sub-window; counted as of now
	baseline                 // first point of a series that is older than the window: only the next one tells what came since
	gap                      // the series was silent for longer than the window: when the difference came is not known
	late                     // its time lies before the window
	stale                    // not newer than the point before it: out of order or sent twice
	noValue                  // flagged "no recorded value", or NaN, infinite, or negative where nothing negative can be
	wrongKind                // a kind of metric that the source does not read, or no temporality
	malformed                // a classic histogram whose bounds and counts do not fit
	tooMany                  // a new series while the memory of series is full
	outcomes
)

var outcomeNames = [outcomes]string{
	"counted", "reset", "future", "baseline", "gap", "late", "stale", "no_value", "wrong_kind", "malformed", "too_many_series",
}

func (o outcome) String() string { return outcomeNames[o] }

// brings says whether a point with this outcome has an increase to count.
func (o outcome) brings() bool { return o == counted || o == reset }
