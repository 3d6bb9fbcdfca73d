package ingest

import (
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
)

// Account is one bot account: where its reader hands in what it reads, and what
// the host joins, asks and speaks through. Message, Messages, Gap and State never
// wait and may be called from several goroutines.
type Account struct {
	host     *Host
	name     string
	platform chat.Platform
	source   string // how its reader reads chat; empty where it says so itself
	chat     Chat
	live     LiveSource
}

// NewAccount makes an account known by name, as Channel.Account gives it. It has
// to be connected before the host runs.
func (h *Host) NewAccount(name string, p chat.Platform) *Account {
	a := &Account{host: h, name: name, platform: p, source: usualWay(p).String()}
	h.accounts[name] = a
	return a
}

// Connect gives the account its connection to the platform's chat and the
// source of live states, which may be nil.
func (a *Account) Connect(c Chat, live LiveSource) { a.chat, a.live = c, live }

// Message hands in one message. It is copied; a message that does not fit is
// lost and recorded as a gap.
func (a *Account) Message(e chat.Event) {
	h := a.host
	h.tally.lines.Add(1)
	h.tally.bytes.Add(int64(e.Size()))
	a.route(&e)
}

// Messages hands in several messages in their order. The slice stays the
// caller's.
func (a *Account) Messages(events []chat.Event) {
	h := a.host
	var bytes int64
	for i := range events {
		bytes += int64(events[i].Size())
	}
	h.tally.lines.Add(int64(len(events)))
	h.tally.bytes.Add(bytes)
	for i := range events {
		e := events[i]
		a.route(&e)
	}
}

func (a *Account) route(e *chat.Event) {
	t := (*a.host.routes.Load())[e.CreatorID]
	if t == nil {
		a.host.tally.unrouted.Add(1)
		return
	}
	if e.ReceivedAt.IsZero() {
		e.ReceivedAt = a.host.cfg.Clock.Now()
	}
	clean(e)
	t.lane.queue.offer(e)
}

// Gap hands in that chat of a channel may have been missed. It is recorded in
// the creator's lane.
func (a *Account) Gap(channel string, from, to time.Time, reason string) {
	p := a.host.presences.find(a.platform, channel)
	if p == nil {
		return
	}
	gap := gapOf(p.channel, reason, from, to)
	p.tenure.lane.queue.note(func(n *notes) { n.gaps = append(n.gaps, gap) })
}

// State hands in that the state of a channel changed, in the words of package
// connection; detail says why, and is empty for a healthy state. A word that is not
// one of them is a defect of the reader and shown as degraded.
func (a *Account) State(channel, state, detail string) {
	p := a.host.presences.find(a.platform, channel)
	if p == nil {
		return
	}
	word := connection.State(state)
	if !word.Known() {
		a.host.log.Error().Str("platform", string(a.platform)).Str("channel", channel).Str("state", state).Msg("a reader reports a state that does not exist")
		word, detail = connection.Degraded, fmt.Sprintf("the reader reports the unknown state %q: %s", state, detail)
	}
	now := a.host.cfg.Clock.Now()
	began := p.become(word, detail, now)
	if began.missed || began.read {
		p.tenure.lane.queue.note(func(n *notes) {
			if began.missed {
				n.gaps = append(n.gaps, began.gap)
			}
			if began.read {
				n.read = append(n.read, reading{platform: a.platform, source: a.source, again: began.again})
			}
		})
	}
	token(a.host.presences.changed)
}

// Source hands in that a channel is read in a further way, such as by webhooks, for
// the reports of its broadcasts. Ways have short names without commas.
func (a *Account) Source(channel, source string) {
	if p := a.host.presences.find(a.platform, channel); p != nil {
		p.tenure.lane.queue.note(func(n *notes) { n.read = append(n.read, reading{platform: a.platform, source: source}) })
	}
}

// ReadBy hands in that a channel is read in this way from now on, and in no other.
func (a *Account) ReadBy(channel, source string) {
	if p := a.host.presences.find(a.platform, channel); p != nil {
		p.tenure.lane.queue.note(func(n *notes) {
			n.read = append(n.read, reading{platform: a.platform, source: source, only: true})
		})
	}
}

// speaker finds the connection that writes to a creator's channel.
func (t *tenure) speaker(p chat.Platform, channel string) (Chat, bool) {
	for _, presence := range t.presences {
		if presence.channel.Platform == p && presence.channel.Name == channel {
			reader := presence.reader()
			return reader, reader != nil
		}
	}
	return nil, false
}
