package quota

import (
	"math"
	"slices"
)

// Unlimited is a maximum that no day reaches.
const Unlimited = math.MaxInt32

// DefaultYouTubeUnits is what a Google project may use in a day unless it was
// granted more (developers.google.com/youtube/v3/determine_quota_cost).
const DefaultYouTubeUnits = 10_000

// Limits bound what a creator may use of a platform in a day, in the platform's
// units.
type Limits struct {
	Max    int64 // never exceeded; from Unlimited on there is no limit, 0 allows nothing
	Buffer int64 // the last units before Max, whose use is worth a warning
}

// Status is how a day stands, as the export contract spells it.
type Status string

// The states of a day.
const (
	OK        Status = "ok"
	InBuffer  Status = "buffer"    // Max - Buffer is reached
	Exhausted Status = "exhausted" // Max is reached
)

// Status says how a day stands of which so much is used.
func (l Limits) Status(used int64) Status {
	switch {
	case l.Max >= Unlimited:
		return OK
	case used >= l.Max:
		return Exhausted
	case used >= l.Max-l.Buffer:
		return InBuffer
	}
	return OK
}

// Remaining is what is left of a day, never less than 0.
func (l Limits) Remaining(used int64) int64 { return max(0, l.Max-used) }

// fits reports whether a day of which so much is used holds that many units more.
func (l Limits) fits(used, units int64) bool { return l.Max >= Unlimited || used+units <= l.Max }

// thresholds are the uses that are worth a warning, in units, the smallest first:
// fractions of the maximum, and where the buffer begins.
func (l Limits) thresholds(fractions []float64) []int64 {
	if l.Max >= Unlimited || l.Max <= 0 {
		return nil
	}
	var units []int64
	for _, f := range fractions {
		if f > 0 && f <= 1 {
			units = append(units, int64(math.Ceil(f*float64(l.Max))))
		}
	}
	if l.Buffer > 0 && l.Buffer < l.Max {
		units = append(units, l.Max-l.Buffer)
	}
	slices.Sort(units)
	return slices.Compact(units)
}
