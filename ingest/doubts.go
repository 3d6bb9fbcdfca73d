package ingest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/speech"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// shownWithin is how long after its sending chat may show what the bot said.
	shownWithin = 60 * time.Second
	// clocksApart is how far the clocks of hosts, database and platforms may be apart.
	clocksApart = 2 * time.Second
	// mostEchoes is how many of the bot's own messages are remembered.
	mostEchoes = 64
)

// doubts are the replies of which nobody knows whether they were said, and what chat
// has shown of the bot since: one that is shown was said. None is ever said again.
type doubts struct {
	creatorID string
	store     Store
	clock     Clock

	mu     sync.Mutex
	loaded bool
	open   []store.Doubt
	echoes []echo
}

// echo is one of the bot's own messages.
type echo struct {
	store.Echo
	messageID string
	text      string // as texts are compared
	taken     bool   // it has settled a doubt
}

// hear takes in a message of the bot's own account. It reports whether that may
// settle something.
func (d *doubts) hear(e *chat.Event) bool {
	at := e.ReceivedAt
	if e.History && !e.SentAt.IsZero() {
		at = e.SentAt.Add(clocksApart)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	known := slices.ContainsFunc(d.echoes, func(o echo) bool { return o.Platform == e.Platform && o.messageID == e.MessageID })
	if known {
		return false // a lane that is rebuilt takes it in again
	}
	d.echoes = append(d.echoes, echo{
		Echo: store.Echo{Platform: e.Platform, Channel: e.Channel, At: at}, messageID: e.MessageID, text: asShown(e.Text),
	})
	if len(d.echoes) > mostEchoes {
		d.echoes = slices.Delete(d.echoes, 0, len(d.echoes)-mostEchoes)
	}
	return len(d.open) > 0
}

// add notes a reply that may have been said.
func (d *doubts) add(doubt store.Doubt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = append(d.open, doubt)
}

// load reads what former holders left in doubt, and what was shown since.
func (d *doubts) load(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.loaded {
		return nil
	}
	open, err := d.store.Doubts(ctx, d.creatorID, d.clock.Now().Add(-shownWithin-clocksApart))
	if err != nil {
		return err
	}
	if len(open) > 0 {
		shown, err := d.store.Echoes(ctx, d.creatorID, open[0].ClaimedAt.Add(-clocksApart))
		if err != nil {
			return err
		}
		for _, e := range shown {
			d.echoes = append(d.echoes, echo{Echo: e, text: asShown(e.Text)})
		}
	}
	for _, doubt := range open {
		doubt.ClaimedAt = doubt.ClaimedAt.Add(-clocksApart)
		d.open = append(d.open, doubt)
	}
	d.loaded = true
	return nil
}

// settled takes out the replies that chat has shown. Each message shows one reply.
func (d *doubts) settled() []store.Doubt {
	d.mu.Lock()
	defer d.mu.Unlock()
	var said []store.Doubt
	past := d.clock.Now().Add(-2 * shownWithin)
	d.open = slices.DeleteFunc(d.open, func(doubt store.Doubt) bool {
		for i := range d.echoes {
			if d.echoes[i].shows(doubt) {
				d.echoes[i].taken = true
				said = append(said, doubt)
				return true
			}
		}
		return doubt.ClaimedAt.Before(past)
	})
	return said
}

// shows reports whether the message is the reply.
func (e *echo) shows(doubt store.Doubt) bool {
	if e.taken || e.Platform != doubt.Platform || e.Channel != doubt.Channel {
		return false
	}
	if e.At.Before(doubt.ClaimedAt) || e.At.After(doubt.ClaimedAt.Add(shownWithin)) {
		return false
	}
	return repeats(e.text, asShown(doubt.Text))
}

// repeats reports whether a text that chat shows is one that the bot said, both as
// texts are compared. Platforms without replies have the name of whoever is answered
// in front of it.
func repeats(shown, said string) bool {
	return said != "" && (shown == said || strings.HasPrefix(shown, "@") && strings.HasSuffix(shown, " "+said))
}

// asShown leaves of a text what platforms and their clients do not change.
func asShown(text string) string { return strings.Join(strings.Fields(speech.Line(text)), " ") }
