package exports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// recordedSource is where counts of recorded chat come from.
type recordedSource interface {
	CountRecorded(ctx context.Context, after map[string]int64, limit int) ([]store.RecordedChat, error)
}

// What one look at the logs reads at most: a snapshot must not wait for more.
const (
	creatorsPerLook = 50
	eventsPerLook   = 200_000
	firstLooks      = 5 // the first snapshot takes as many
)

// recordings counts recorded chat without ever reading it twice: each look goes on
// where the last one stopped, for creators whose chat has moved since. Once a day it
// counts from the beginning, beside what it knows, because the oldest chat is
// forgotten.
type recordings struct {
	shown, fresh *chatCount
	day          string // of the last count from the beginning
}

// chatCount is how far the logs are counted.
type chatCount struct {
	logs  map[string]*countedLog
	looks int
}

type countedLog struct {
	after     int64 // place in the lane's sequence
	moved     int64 // messages of the creator at the last look
	behind    bool  // there was more than one look reads
	looked    int   // number of that look
	platforms map[chat.Platform]Recorded
}

// Recorded is the recorded chat of a creator on one platform.
type Recorded struct {
	CreatorID string
	Platform  chat.Platform
	Texts     int64
	Last      time.Time // when the newest was sent
}

// look counts on and returns what is recorded of the given creators. counters tell
// whose chat has moved.
func (r *recordings) look(ctx context.Context, source recordedSource, creators []string, counters []store.Counter, now time.Time) ([]Recorded, error) {
	moved := map[string]int64{}
	for _, c := range counters {
		moved[c.CreatorID] += c.Messages
	}
	rounds := 1
	if r.shown == nil {
		r.shown, r.day, rounds = newChatCount(), now.UTC().Format(time.DateOnly), firstLooks
	}
	for range rounds {
		if done, err := r.shown.on(ctx, source, creators, moved); err != nil || done {
			if err != nil {
				return nil, err
			}
			break
		}
	}
	if day := now.UTC().Format(time.DateOnly); day != r.day {
		r.fresh, r.day = newChatCount(), day
	}
	if r.fresh != nil {
		done, err := r.fresh.on(ctx, source, creators, moved)
		if err != nil {
			return nil, err
		}
		if done {
			r.shown, r.fresh = r.fresh, nil
		}
	}
	return r.shown.of(creators), nil
}

func newChatCount() *chatCount { return &chatCount{logs: map[string]*countedLog{}} }

// on counts a stretch more, of those who waited longest, and reports whether there is
// nothing left to count.
func (c *chatCount) on(ctx context.Context, source recordedSource, creators []string, moved map[string]int64) (done bool, err error) {
	var due []string
	for _, id := range creators {
		l, known := c.logs[id]
		if !known {
			l = &countedLog{moved: -1, platforms: map[chat.Platform]Recorded{}}
			c.logs[id] = l
		}
		if l.behind || l.moved != moved[id] {
			due = append(due, id)
		}
	}
	if len(due) == 0 {
		return true, nil
	}
	slices.SortStableFunc(due, func(a, b string) int { return cmp.Compare(c.logs[a].looked, c.logs[b].looked) })
	chosen := due[:min(len(due), creatorsPerLook)]
	after := map[string]int64{}
	for _, id := range chosen {
		after[id] = c.logs[id].after
	}
	limit := eventsPerLook / len(chosen)
	counts, err := source.CountRecorded(ctx, after, limit)
	if err != nil {
		return false, fmt.Errorf("count the recorded chat: %w", err)
	}
	c.looks++
	read := map[string]int64{}
	for _, n := range counts {
		c.logs[n.CreatorID].add(n)
		read[n.CreatorID] += n.Events
	}
	behind := len(due) > len(chosen)
	for _, id := range chosen {
		l := c.logs[id]
		l.moved, l.looked, l.behind = moved[id], c.looks, read[id] >= int64(limit)
		behind = behind || l.behind
	}
	return !behind, nil
}

func (l *countedLog) add(n store.RecordedChat) {
	p := l.platforms[n.Platform]
	l.platforms[n.Platform] = Recorded{n.CreatorID, n.Platform, p.Texts + n.Texts, newest(p.Last, n.Last)}
	l.after = max(l.after, n.ToSeq)
}

func (c *chatCount) of(creators []string) []Recorded {
	var list []Recorded
	for _, id := range creators {
		if l, known := c.logs[id]; known {
			for _, p := range l.platforms {
				list = append(list, p)
			}
		}
	}
	slices.SortFunc(list, func(a, b Recorded) int {
		return cmp.Or(cmp.Compare(a.CreatorID, b.CreatorID), cmp.Compare(a.Platform, b.Platform))
	})
	return list
}
