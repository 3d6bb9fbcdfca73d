package kick

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Subscription is an application's wish for one event of one channel.
type Subscription struct {
	ID          string    `json:"id"`
	Broadcaster int64     `json:"broadcaster_user_id"`
	Event       string    `json:"event"`
	Version     int       `json:"version"`
	CreatedAt   time.Time `json:"created_at"`
	// FailingSince is when its deliveries began to fail without one arriving.
	FailingSince *time.Time `json:"failing_since,omitempty"`
}

// Webhooks is how webhooks are delivered.
type Webhooks struct {
	URL   string        `json:"url"`   // empty for nowhere: nothing is queued
	Delay time.Duration `json:"delay"` // from what happened to the first attempt
}

// posting is a webhook that is to be delivered.
type posting struct {
	ID           string          `json:"id"` // ULID
	Subscription string          `json:"subscription,omitempty"`
	Event        string          `json:"event,omitempty"`
	Body         json.RawMessage `json:"body,omitempty"`
	Due          time.Time       `json:"due"`
	Attempts     int             `json:"attempts,omitempty"`
}

// enqueue keeps a webhook for every subscription to an event. The caller holds
// the lock.
func (s *Server) enqueue(c Channel, event string, data any) error {
	if s.state.Webhooks.URL == "" {
		return nil
	}
	owner := s.seed.account(c.Slug).ID
	for _, subscription := range s.state.Subscriptions {
		if subscription.Event != event || subscription.Broadcaster != owner {
			continue
		}
		p := posting{ID: s.ulid(), Subscription: subscription.ID, Event: event, Body: encode(data), Due: s.now().Add(s.state.Webhooks.Delay)}
		if err := s.keepPosting(p); err != nil {
			return err
		}
	}
	signal(s.wake)
	return nil
}

// due takes the webhooks whose time has come, oldest first, and tells when the
// next one's comes.
func (s *Server) due() (ready []posting, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for id, p := range s.waiting {
		switch {
		case s.flying[id]:
		case !p.Due.After(now):
			ready = append(ready, p)
			s.flying[id] = true
		case next.IsZero() || p.Due.Before(next):
			next = p.Due
		}
	}
	slices.SortFunc(ready, func(a, b posting) int { return strings.Compare(a.ID, b.ID) })
	return ready, next
}

// Pending counts the webhooks that are still to be delivered.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting)
}

// Webhooks tells how webhooks are delivered.
func (s *Server) Webhooks() Webhooks {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.state.Webhooks
}

// SetWebhooks changes how webhooks are delivered from now on, and returns it. What
// is queued keeps its time.
func (s *Server) SetWebhooks(alter func(*Webhooks)) (Webhooks, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	after := *s.state.Webhooks
	alter(&after)
	if at, err := url.Parse(after.URL); err != nil || after.URL != "" && (at.Host == "" || at.Scheme != "http" && at.Scheme != "https") {
		return *s.state.Webhooks, invalid("url: allowed is an absolute http or https address, or nothing")
	}
	if after.Delay < 0 || after.Delay > 7*24*time.Hour {
		return *s.state.Webhooks, invalid("delay: allowed is up to a week")
	}
	if err := s.change(func(st *state) { st.Webhooks = &after }); err != nil {
		return *s.state.Webhooks, err
	}
	return after, nil
}

// Subscriptions lists the subscriptions to events.
func (s *Server) Subscriptions() []Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Subscription{}, s.state.Subscriptions...)
}

// crockford is the alphabet of ULIDs.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// ulid makes an id that sorts by time: 48 bits of milliseconds and 80 that are
// random, in 26 characters. The caller holds the lock.
func (s *Server) ulid() string {
	random := sha256.Sum256([]byte(s.options.NewID()))
	var raw [20]byte // 4 zero bytes in front make the 128 bits end where a character does
	binary.BigEndian.PutUint64(raw[2:], uint64(s.now().UnixMilli()))
	copy(raw[10:], random[:10])
	return crockford.EncodeToString(raw[:])[6:]
}
