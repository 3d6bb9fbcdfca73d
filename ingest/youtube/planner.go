package youtube

import (
	"math"
	"time"

	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// Plan says how the units of a day are spread. The zero value means the defaults.
type Plan struct {
	// Reserve are units that reading and looking never use, so that messages can
	// still be sent; default 500.
	Reserve int64
	// Horizon is how far ahead units are spread: what is left is made to last that
	// long, or until the next day if that is sooner. The shorter, the faster chat
	// comes at first and the slower later; default 6 h.
	Horizon time.Duration
	// DetectShare is the part of the units that looking for broadcasts gets while
	// chats are read; default 0.25.
	DetectShare float64
}

func (p Plan) withDefaults() Plan {
	if p.Reserve <= 0 {
		p.Reserve = 500
	}
	duration(&p.Horizon, 6*time.Hour)
	if p.DetectShare <= 0 || p.DetectShare >= 1 {
		p.DetectShare = 0.25
	}
	return p
}

// Planner says how often the platform may be asked so that the day's units last.
// It holds no state but its clock.
type Planner struct {
	Plan  Plan
	Costs quota.Costs
	Clock func() time.Time
}

// NewPlanner returns a planner; zero fields of the plan mean the defaults.
func NewPlanner(plan Plan, costs quota.Costs, clock func() time.Time) Planner {
	return Planner{Plan: plan.withDefaults(), Costs: costs, Clock: clock}
}

// Load is what there is to do.
type Load struct {
	Polling   int   // chats that are polled
	Streaming int   // chats that are pushed
	Round     int64 // units that one look at all channels takes
}

// Pace is how often it may be done.
type Pace struct {
	Read   time.Duration // least time between two polls of a chat, or two connections of its stream
	Detect time.Duration // least time between two looks at all channels
	// Starved says that nothing may be used but what is held back for messages, until
	// Until.
	Starved bool
	Until   time.Time // when the next day begins
}

// Pace plans with what is left of the day. Waits grow as the units dwindle, so they
// do not run out; what is left at any moment lasts until the day ends.
func (p Planner) Pace(left int64, load Load) Pace {
	now := p.Clock()
	pace := Pace{Until: quota.DayOf("youtube", now).Ends}
	reading := p.Costs.Of(youtube.MethodMessages, int64(load.Polling)) + p.Costs.Of(youtube.MethodStream, int64(load.Streaming))
	usable := left - p.Plan.Reserve
	if usable <= 0 {
		pace.Starved = reading > 0 || load.Round > 0
		return pace
	}
	span := min(max(pace.Until.Sub(now), 0), p.Plan.Horizon)
	share := 0.0
	switch {
	case load.Round > 0 && reading > 0:
		share = p.Plan.DetectShare
	case load.Round > 0:
		share = 1
	}
	pace.Read = spread(reading, float64(usable)*(1-share), span)
	pace.Detect = spread(load.Round, float64(usable)*share, span)
	return pace
}

// May reports whether a call of a method leaves what is held back.
func (p Planner) May(left int64, method string) bool {
	cost := p.Costs.Of(method, 1)
	return cost == 0 || left-cost >= p.Plan.Reserve
}

// spread is how long to wait between things that cost so much each when the units
// have to last for span.
func spread(cost int64, units float64, span time.Duration) time.Duration {
	if cost <= 0 || units <= 0 {
		return 0
	}
	wait := float64(cost) * float64(span) / units
	return time.Duration(math.Ceil(math.Min(wait, float64(24*time.Hour))))
}
