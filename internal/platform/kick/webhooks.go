package kick

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// Delivery is one call of a webhook whose signature is good.
type Delivery struct {
	ID             string // the platform's id of the delivery; the same when it is repeated
	SubscriptionID string
	Event          string // such as "chat.message.sent"
	Version        string
	At             time.Time // when the platform sent it
	Body           []byte    // JSON, as the event says
}

// WebhooksConfig is what a Webhooks needs. Zero values mean what the fields'
// comments say.
type WebhooksConfig struct {
	// Keys gives the platform's key; a *Client does.
	Keys KeySource
	// Deliver is called once for every delivery. It must not wait: the platform
	// gives up on webhooks that are slow.
	Deliver func(Delivery)
	// Clock is compared with the times of deliveries; nil means time.Now.
	Clock func() time.Time
	// MaxAge is how far the time of a delivery may be from now; default 10 min.
	MaxAge time.Duration
	// KeyEvery is how often the key is asked for at most when signatures do not
	// fit it; default 5 min.
	KeyEvery time.Duration
	// MaxBody bounds one delivery, in bytes; default 256 KiB.
	MaxBody int64
	// Remember is how many ids of deliveries are kept at least to notice repeated
	// ones; default 8192.
	Remember int
	Log      zerolog.Logger
}

// WebhookStats counts calls of webhooks since the start.
type WebhookStats struct {
	Accepted     int64
	Duplicates   int64 // repeated deliveries, answered like the first
	BadSignature int64
	Old          int64 // timestamps out of bounds
	Malformed    int64 // without what a delivery has, or too large
	Unjudged     int64 // refused for now, because the platform's key is not known
}

// Outcomes are the counts by what became of a call: accepted and duplicate ones were
// signed by the platform, all others were refused.
func (s WebhookStats) Outcomes() map[string]int64 {
	return map[string]int64{
		"accepted": s.Accepted, "duplicate": s.Duplicates, "bad_signature": s.BadSignature,
		"old": s.Old, "malformed": s.Malformed, "no_key": s.Unjudged,
	}
}

// Webhooks is the http.Handler that the platform calls. What is not signed by
// the platform is refused with 401, what is too old with 400; both are counted.
type Webhooks struct {
	cfg  WebhooksConfig
	keys keyring

	accepted, duplicates, badSignature, old, malformed, unjudged atomic.Int64

	mu         sync.Mutex
	fresh, was map[string]struct{} // ids of deliveries, in two generations
}

// NewWebhooks returns a handler; see WebhooksConfig.
func NewWebhooks(cfg WebhooksConfig) *Webhooks {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.MaxAge <= 0 {
		cfg.MaxAge = 10 * time.Minute
	}
	if cfg.KeyEvery <= 0 {
		cfg.KeyEvery = 5 * time.Minute
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = 256 << 10
	}
	if cfg.Remember <= 0 {
		cfg.Remember = 8192
	}
	return &Webhooks{
		cfg: cfg, keys: keyring{source: cfg.Keys, every: cfg.KeyEvery, clock: cfg.Clock},
		fresh: map[string]struct{}{},
	}
}

// Stats returns the counts.
func (w *Webhooks) Stats() WebhookStats {
	return WebhookStats{
		Accepted: w.accepted.Load(), Duplicates: w.duplicates.Load(), BadSignature: w.badSignature.Load(),
		Old: w.old.Load(), Malformed: w.malformed.Load(), Unjudged: w.unjudged.Load(),
	}
}

// The headers of a delivery.
const (
	headerMessageID    = "Kick-Event-Message-Id"
	headerSubscription = "Kick-Event-Subscription-Id"
	headerSignature    = "Kick-Event-Signature"
	headerTimestamp    = "Kick-Event-Message-Timestamp"
	headerType         = "Kick-Event-Type"
	headerVersion      = "Kick-Event-Version"
)

// maxHeader bounds the identifiers of a delivery.
const maxHeader = 128

// ServeHTTP implements http.Handler.
func (w *Webhooks) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	status, count := w.receive(rw, r)
	count.Add(1)
	if status != http.StatusOK {
		w.cfg.Log.Debug().Int("status", status).Msg("a call of the kick webhook was refused")
		http.Error(rw, http.StatusText(status), status)
		return
	}
	rw.WriteHeader(http.StatusOK)
}

// receive judges one call and returns its answer and what it counts as.
func (w *Webhooks) receive(rw http.ResponseWriter, r *http.Request) (int, *atomic.Int64) {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, &w.malformed
	}
	h := r.Header
	d := Delivery{
		ID: h.Get(headerMessageID), SubscriptionID: h.Get(headerSubscription),
		Event: h.Get(headerType), Version: h.Get(headerVersion),
	}
	timestamp, signature := h.Get(headerTimestamp), h.Get(headerSignature)
	at, err := time.Parse(time.RFC3339Nano, timestamp)
	if err != nil || d.ID == "" || len(d.ID) > maxHeader || d.Event == "" || len(d.Event) > maxHeader || signature == "" {
		return http.StatusBadRequest, &w.malformed
	}
	d.At = at.UTC()
	if age := w.cfg.Clock().Sub(d.At); age > w.cfg.MaxAge || age < -w.cfg.MaxAge {
		return http.StatusBadRequest, &w.old
	}
	if d.Body, err = io.ReadAll(http.MaxBytesReader(rw, r.Body, w.cfg.MaxBody)); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return http.StatusRequestEntityTooLarge, &w.malformed
		}
		return http.StatusBadRequest, &w.malformed
	}
	switch err := w.keys.verify(r.Context(), d, timestamp, signature); {
	case errors.Is(err, errNoKey):
		w.cfg.Log.Warn().Err(err).Msg("calls of the kick webhook cannot be judged yet")
		return http.StatusServiceUnavailable, &w.unjudged
	case err != nil:
		return http.StatusUnauthorized, &w.badSignature
	}
	if !w.first(d.ID) {
		return http.StatusOK, &w.duplicates
	}
	w.cfg.Deliver(d)
	return http.StatusOK, &w.accepted
}

// first reports whether a delivery was not seen before.
func (w *Webhooks) first(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, now := w.fresh[id]
	_, before := w.was[id]
	if now || before {
		return false
	}
	if len(w.fresh) >= w.cfg.Remember {
		w.was, w.fresh = w.fresh, make(map[string]struct{}, w.cfg.Remember)
	}
	w.fresh[id] = struct{}{}
	return true
}
