package ingest

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// ReasonNotKept is the reason of gaps for messages that were committed and lost
// again when the database server crashed: plain chat does not wait for its disk.
const ReasonNotKept = "not_kept"

// keptWithin is how long a commit may be lost after its answer. Postgres flushes
// what did not wait within three times wal_writer_delay, which is 200 ms unless
// somebody changed it.
const keptWithin = 5 * time.Second

// kept is what a lane knows about the commits that went through.
type kept struct {
	next   int64 // place in the sequence that the last one left
	newest []stretch
}

// stretch is the chat of one channel in one commit.
type stretch struct {
	next int64 // place in the sequence after the commit
	at   time.Time
	gap  store.Gap // what it is when it is lost
}

// maxStretches bounds what is remembered: a lane commits fifty times a second at
// most, of a few channels.
const maxStretches = 512

// add remembers a commit that went through.
func (k *kept) add(c *store.LaneCommit, now time.Time) {
	k.next = c.NextSeq
	if c.Durable() {
		k.newest = k.newest[:0] // it waited for the disk, and so for all before it
		return
	}
	first := 0
	for first < len(k.newest) && now.Sub(k.newest[first].at) > keptWithin {
		first++
	}
	k.newest = append(k.newest[:0], k.newest[first:]...)
	if extra := len(k.newest) - maxStretches; extra > 0 {
		k.newest = append(k.newest[:0], k.newest[extra:]...)
	}
	began := len(k.newest)
	for i := range c.Events {
		e := &c.Events[i].Event
		known := false
		for j := began; j < len(k.newest); j++ {
			g := &k.newest[j].gap
			if g.Platform == e.Platform && g.Channel == e.Channel {
				g.To, g.Lost, known = e.ReceivedAt, g.Lost+1, true
				break
			}
		}
		if !known {
			k.newest = append(k.newest, stretch{c.NextSeq, now, store.Gap{
				Platform: e.Platform, Channel: e.Channel, Reason: ReasonNotKept, From: e.ReceivedAt, To: e.ReceivedAt, Lost: 1,
			}})
		}
	}
}

// lost returns what the database no longer has, when its rows say that the lane
// stands at place.
func (k *kept) lost(place int64) []store.Gap {
	if k.next == 0 || place >= k.next {
		return nil
	}
	var gaps []store.Gap
	for _, s := range k.newest {
		if s.next > place {
			gaps = append(gaps, s.gap)
		}
	}
	return gaps
}

// restart forgets everything: the lane was loaded and stands at place.
func (k *kept) restart(place int64) { *k = kept{next: place, newest: k.newest[:0]} }
