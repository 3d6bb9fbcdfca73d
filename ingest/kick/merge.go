package kick

import (
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/seen"
)

// merger sees to it that what both sources tell is handed on once. Messages have
// the same id in both. Everything else has an id in one of them at best, so that
// two tellings are taken for one when they come from different sources, agree in
// what they say and are close in time; each telling has one twin at most.
type merger struct {
	near time.Duration

	mu     sync.Mutex
	seen   *seen.IDs // by channel
	single []telling // without a twin so far, oldest first
	gifted []giftee  // who was given a subscription, oldest first
}

// telling is an event without a common id that one source has told of.
type telling struct {
	print string
	via   source
	at    time.Time
}

type giftee struct {
	channel, login string
	at             time.Time
}

const (
	// maxTellings bounds the tellings that wait for their twin, and the giftees.
	maxTellings = 2048
	// giftedFor is how long after a gift the subscription of a giftee is a part of
	// it.
	giftedFor = time.Hour
)

func newMerger(limit int, near time.Duration) *merger {
	return &merger{near: near, seen: seen.NewIDs(limit)}
}

// first reports whether an event was not told before.
func (m *merger) first(via source, t *told) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.seen.Add(t.event.Channel, t.event.MessageID) {
		return false
	}
	if t.print != "" && m.paired(via, t) {
		return false
	}
	return true
}

// paired looks for the other source's telling of the same; without one, this
// waits for it.
func (m *merger) paired(via source, t *told) bool {
	at := t.event.SentAt
	for i, other := range m.single {
		if other.via != via && other.print == t.print && other.at.Sub(at).Abs() <= m.near {
			m.single = append(m.single[:i], m.single[i+1:]...)
			return true
		}
	}
	if len(m.single) >= maxTellings {
		m.single = append(m.single[:0], m.single[maxTellings/2:]...)
	}
	m.single = append(m.single, telling{t.print, via, at})
	return false
}

// partOfGift reports whether a subscription is one that a gift counted already,
// and notes those that a gift counts.
func (m *merger) partOfGift(t *told) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := &t.event
	for _, login := range t.giftees {
		if len(m.gifted) >= maxTellings {
			m.gifted = append(m.gifted[:0], m.gifted[maxTellings/2:]...)
		}
		m.gifted = append(m.gifted, giftee{e.Channel, login, e.SentAt})
	}
	if e.Kind != chat.Subscription {
		return false
	}
	for _, g := range m.gifted {
		if g.channel == e.Channel && g.login == e.Author.Login && e.SentAt.Sub(g.at).Abs() <= giftedFor {
			return true
		}
	}
	return false
}

// people remembers the ids of those who wrote: some events of the message service
// give only names.
type people struct {
	mu         sync.Mutex
	fresh, was map[string]string // ids by login, in two generations
}

const maxPeople = 8192

func (p *people) learn(a chat.Author) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fresh == nil || len(p.fresh) >= maxPeople {
		p.was, p.fresh = p.fresh, map[string]string{}
	}
	p.fresh[a.Login] = a.ID
}

// idOf returns the id of somebody, or a name that cannot be an id.
func (p *people) idOf(login string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if id := p.fresh[login]; id != "" {
		return id
	}
	if id := p.was[login]; id != "" {
		return id
	}
	return "@" + login
}
