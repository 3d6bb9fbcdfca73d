package headroom

import (
	"context"
	"time"
)

const (
	// most is Go's own default: a heap that is twice what it has to be. A busy process
	// is meant to have it.
	most = 100
	// least bounds what is saved: below it a collection frees too little to be worth
	// its work.
	least = 20
	// perPoint is how many bytes a second are worth one per cent more. A core looks
	// through about a gigabyte of what is in use in a second, so a process that
	// allocates r bytes a second and leaves p per cent spends r/p × 100 ns of a core
	// on collecting in each second, however much is in use: five thousandths of it, when
	// every 50 kB a second have one per cent.
	perPoint = 50_000
	// every is the time between two looks.
	every = 10 * time.Second
	// step is by how many points a percentage has to differ to be worth a change,
	// which stops the process for a moment.
	step = 10
	// quiet is the percentage from which on a process counts as having become quiet.
	quiet = 60
)

// Process is what is asked of a process and told to it.
type Process interface {
	// Allocated returns how many bytes were allocated on the heap so far.
	Allocated() uint64
	// SetPercent says by how many per cent of what is in use the heap may grow until
	// the next collection.
	SetPercent(percent int)
	// Release collects, and gives the system back what is free.
	Release()
}

// Keep chooses the headroom again and again until ctx ends, and then returns to
// Go's default.
//
// How often a heap is collected depends on how fast it is filled. At a standstill, with
// a few megabytes a second, a fraction of what is in use is room enough for collecting
// to cost less than a hundredth of a core; under load that takes more than all of it, and Go's
// default holds.
func Keep(ctx context.Context, p Process) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	defer p.SetPercent(most)
	now, before := most, p.Allocated()
	rate := speed{most * perPoint, most * perPoint} // it begins busy
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		after := p.Allocated()
		rate.observe(float64(after-before) / every.Seconds())
		before = after
		next := percent(rate.known)
		if next > now-step && next < now+step {
			continue
		}
		p.SetPercent(next)
		if next <= quiet && now > quiet {
			p.Release() // what the busy time left
		}
		now = next
	}
}

// speed follows how many bytes a second a process allocates.
type speed struct{ known, last float64 }

// observe takes in what was seen in one look. More counts when it was seen twice in a
// row: a large document now and then is no load. Less counts bit by bit: a pause in a
// busy time must not take its room away.
func (s *speed) observe(seen float64) {
	lasting := min(seen, s.last)
	if s.last = seen; lasting < s.known {
		lasting = (s.known + lasting) / 2
	}
	s.known = lasting
}

// percent is the headroom for so many bytes a second.
func percent(rate float64) int { return int(min(max(rate/perPoint, least), most)) }
