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
	said    []livefeed.Line // what the bot said lately
	echoed  []livefeed.Line // what platforms showed of the bot lately, before it was known that it said so
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
		line := livefeed.Of(&events[i].Event)
		if !line.Self || !f.echo(line) {
			f.add(line)
		}
	}
	f.mu.Unlock()
	token(f.some)
}

// sent shows what the bot said. Not every platform sends it back to the bot, and
// none says at once under which id.
func (f *feed) sent(creatorID string, row *store.Outbox, reply *store.Reply) {
	if !f.watched(creatorID) {
		return
	}
	line := livefeed.Of(&chat.Event{
		Platform: row.Platform, MessageID: fmt.Sprintf("reply-%d", row.ID), CreatorID: creatorID, Channel: row.Channel,
		Text: reply.Text, ReplyTo: reply.ReplyTo, SentAt: f.clock.Now(), Self: true,
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.paired(&f.echoed, func(shown livefeed.Line) bool { return isEcho(shown, line) }) {
		return // the platform was faster with it than with its answer
	}
	f.said = append(f.said, line)
	f.add(line)
	token(f.some)
}

// echo reports whether a platform repeats what the bot said, and forgets it then.
func (f *feed) echo(line livefeed.Line) bool {
	if f.paired(&f.said, func(said livefeed.Line) bool { return isEcho(line, said) }) {
		return true
	}
	line.At = f.clock.Now() // and not by the platform's clock
	f.echoed = append(f.echoed, line)
	return false
}

// isEcho reports whether a line that a platform shows is what the bot said.
func isEcho(shown, said livefeed.Line) bool {
	return shown.Platform == said.Platform && shown.Channel == said.Channel && repeats(asShown(shown.Text), asShown(said.Text))
}

// paired takes the first line that is the other half out of those that wait for
// theirs, and forgets what waited too long.
func (f *feed) paired(waiting *[]livefeed.Line, half func(livefeed.Line) bool) bool {
	oldest := f.clock.Now().Add(-echoWithin)
	found := false
	*waiting = slices.DeleteFunc(*waiting, func(l livefeed.Line) bool {
		if l.At.Before(oldest) {
			return true
		}
		if !found && half(l) {
			found = true
			return true
		}
		return false
	})
	return found
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
