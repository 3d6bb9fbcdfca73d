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
	// its work, whatever that costs.
	least = 20
	// share is the part of one core that collecting may cost before the heap is let
	// grow further.
	share = 0.01
	// every is the time between two looks. Chat comes in bursts; whoever decides by
	// less would follow each of them.
	every = 10 * time.Second
	// step is by how many points a percentage has to differ to be worth a change,
	// which stops the process for a moment.
	step = 10
	// quiet is the percentage below which a process counts as having become quiet.
	quiet = most / 2
)

// Process is what is asked of a process and told to it.
type Process interface {
	// Look returns its counts so far.
	Look() Counts
	// SetPercent says by how many per cent of what is in use the heap may grow until
	// the next collection.
	SetPercent(percent int)
	// Release collects, and gives the system back what is free.
	Release()
}

// Counts are a process's counts since it began.
type Counts struct {
	Allocated  uint64        // bytes, on the heap
	Cycles     uint64        // collections
	Collecting time.Duration // processor time that they took
	Live       uint64        // bytes in use after the last collection, with what it had to look through besides
}

// Keep chooses the headroom again and again until ctx ends, and then returns to
// Go's default.
//
// The rule: how often a heap is collected depends on how fast it is filled, and what
// a collection costs on what is in use. So as much as is allocated while collecting
// once stays within a hundredth of a core is room enough. At a standstill, with a few
// megabytes a second, that is a fraction of what is in use; under load it is more than
// all of it, and Go's default holds.
func Keep(ctx context.Context, p Process) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	defer p.SetPercent(most)
	now := most
	var rate speed
	before := p.Look()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		after := p.Look()
		rate.observe(before, after, every)
		before = after
		next := rate.percent(after.Live)
		if next > now-step && next < now+step {
			continue
		}
		p.SetPercent(next)
		if next < quiet && now >= quiet {
			p.Release() // what the busy time left
		}
		now = next
	}
}

// speed is how fast a process allocates and what it costs to collect that.
type speed struct {
	bytes float64 // a second
	cycle float64 // seconds of a processor
}

// observe takes in what happened in a while. More than before counts at once, less
// only bit by bit: a pause in a busy time must not take its room away.
func (s *speed) observe(before, after Counts, while time.Duration) {
	bytes := float64(after.Allocated-before.Allocated) / while.Seconds()
	if bytes < s.bytes {
		bytes = (s.bytes + bytes) / 2
	}
	s.bytes = bytes
	if n := after.Cycles - before.Cycles; n > 0 {
		s.cycle = (after.Collecting - before.Collecting).Seconds() / float64(n)
	}
}

// percent is the headroom for what is in use.
func (s *speed) percent(live uint64) int {
	if live == 0 || s.cycle == 0 {
		return most
	}
	room := s.bytes * s.cycle / share
	return int(min(max(100*room/float64(live), least), most))
}
