package ingest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/livefeed"
	"github.com/streamsuites/streamsuites/internal/store"
)

// Watchers are those who look at chat as it happens. *store.Store implements it.
type Watchers interface {
	// ChatWatchers returns the creators whose chat somebody looks at; an empty id
	// means all of them.
	ChatWatchers(ctx context.Context) ([]string, error)
	// ShowChat hands over batches, each of store.NoticeBytes at most.
	ShowChat(ctx context.Context, batches [][]byte) error
}

const (
	// watchersEvery is how often it is asked who looks.
	watchersEvery = time.Second
	// feedLines is how many lines wait to be shown; what comes on top is left out,
	// because nobody can read that fast.
	feedLines = 4096
	// echoWithin is for how long a platform may take to repeat what we said.
	echoWithin = 15 * time.Second
)

// feed shows chat to watchers once it is committed, so that everything is shown
// once, and whatever the bot said. While nobody looks it costs a look at a
// pointer.
type feed struct {
	watchers Watchers
	clock    Clock
	log      zerolog.Logger
	wanted   atomic.Pointer[map[string]struct{}] // nil while nobody looks
	some     chan struct{}                       // holds one token when lines wait

	mu      sync.Mutex
	lines   []livefeed.Line
	dropped int
	said    []livefeed.Line // what the bot said lately and no platform has repeated, stamped by our clock
	heard   []livefeed.Line // what platforms had lately of the bot's account that we did not say, stamped likewise
}

func newFeed(w Watchers, clock Clock, log zerolog.Logger) *feed {
	return &feed{watchers: w, clock: clock, log: log, some: make(chan struct{}, 1)}
}

func (f *feed) watched(creatorID string) bool {
	wanted := f.wanted.Load()
	if wanted == nil {
		return false
	}
	_, one := (*wanted)[creatorID]
	_, all := (*wanted)[""]
	return one || all
}

// committed shows what a lane has stored.
func (f *feed) committed(creatorID string, events []store.Event) {
	if len(events) == 0 || !f.watched(creatorID) {
		return
	}
	f.mu.Lock()
	for i := range events {
		if line := livefeed.Of(&events[i].Event); !f.echo(line) {
			f.add(line)
		}
	}
	f.mu.Unlock()
	token(f.some)
}

// sent shows what the bot said. Not every platform sends it back to the bot, and
// none says at once under which id; one may send it back before it confirms it.
func (f *feed) sent(creatorID string, row *store.Outbox, reply *store.Reply) {
	if !f.watched(creatorID) {
		return
	}
	line := livefeed.Of(&chat.Event{
		Platform: row.Platform, MessageID: fmt.Sprintf("reply-%d", row.ID), CreatorID: creatorID, Channel: row.Channel,
		Text: reply.Text, ReplyTo: reply.ReplyTo, SentAt: f.clock.Now(), Self: true,
	})
	f.mu.Lock()
	if f.heard = f.lately(f.heard); !taken(&f.heard, line) {
		f.said = append(f.lately(f.said), line)
		f.add(line)
	}
	f.mu.Unlock()
	token(f.some)
}

// echo reports whether a platform repeats what the bot said, and forgets it then.
func (f *feed) echo(line livefeed.Line) bool {
	if !line.Self || line.Event != chat.Message || line.History {
		return false
	}
	if f.said = f.lately(f.said); taken(&f.said, line) {
		return true
	}
	line.At = f.clock.Now()
	f.heard = append(f.lately(f.heard), line)
	return false
}

// lately leaves those lines that may still meet their counterpart.
func (f *feed) lately(lines []livefeed.Line) []livefeed.Line {
	oldest := f.clock.Now().Add(-echoWithin)
	return slices.DeleteFunc(lines, func(l livefeed.Line) bool { return l.At.Before(oldest) })
}

// taken takes the first of the lines that says the same in the same chat out, and
// reports whether there was one.
func taken(lines *[]livefeed.Line, as livefeed.Line) bool {
	i := slices.IndexFunc(*lines, func(l livefeed.Line) bool {
		return l.Platform == as.Platform && l.Channel == as.Channel && l.Text == as.Text
	})
	if i >= 0 {
		*lines = slices.Delete(*lines, i, i+1)
	}
	return i >= 0
}

func (f *feed) add(line livefeed.Line) {
	if len(f.lines) >= feedLines {
		f.dropped++
		return
	}
	f.lines = append(f.lines, line)
}

// run asks who looks and shows what there is, until ctx ends.
func (f *feed) run(ctx context.Context) {
	for ctx.Err() == nil {
		f.ask(ctx)
		fired, stop := f.clock.Timer(watchersEvery)
	showing:
		for {
			select {
			case <-ctx.Done():
				stop()
				return
			case <-fired:
				break showing
			case <-f.some:
				f.show(ctx)
			}
		}
		stop()
	}
}

// ask learns who looks. Without an answer it goes on as before: the next one
// comes soon.
func (f *feed) ask(ctx context.Context) {
	ids, err := f.watchers.ChatWatchers(ctx)
	switch {
	case err != nil:
		return
	case len(ids) == 0:
		f.wanted.Store(nil)
		return
	}
	wanted := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		wanted[id] = struct{}{}
	}
	f.wanted.Store(&wanted)
}

func (f *feed) show(ctx context.Context) {
	f.mu.Lock()
	lines, dropped := f.lines, f.dropped
	f.lines, f.dropped = nil, 0
	f.mu.Unlock()
	if dropped > 0 {
		f.log.Debug().Int("lines", dropped).Msg("more chat than can be shown")
	}
	batches, _ := livefeed.Batches(lines, store.NoticeBytes)
	if err := f.watchers.ShowChat(ctx, batches); err != nil && ctx.Err() == nil {
		f.log.Debug().Err(err).Msg("live chat could not be shown")
	}
}
