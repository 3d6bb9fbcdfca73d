package media

import (
	"context"
	"net/url"
	"time"
)

const (
	// renewAhead is how long before an address expires another one is asked for:
	// programs that find one take seconds. An address that is good for a short
	// time only is used for half of it.
	renewAhead = 30 * time.Second

	// A renewal that failed is tried again after a pause that doubles from the
	// one to the other; until then the address that is about to expire is used.
	firstRenewal, lastRenewal = 2 * time.Second, time.Minute
)

// renewal gets another address shortly before the one that is used expires, while
// recording goes on.
type renewal struct {
	r      *Recorder
	used   string    // the address that is about to expire
	due    time.Time // zero: the address does not say when it expires
	tries  int
	answer chan *url.URL // of the attempt that is under way; nil for none
}

func newRenewal(r *Recorder, address *url.URL) *renewal {
	n := &renewal{r: r}
	n.follow(address)
	return n
}

// follow takes note of when an address expires.
func (n *renewal) follow(address *url.URL) {
	n.used, n.due, n.tries = address.String(), time.Time{}, 0
	now := n.r.cfg.Clock()
	// One that says that it has expired already, by this machine's clock, is used
	// for as long as it works.
	if left := expiryOf(address).Sub(now); left > 0 {
		n.due = now.Add(max(left-renewAhead, left/2, firstRenewal))
	}
}

// next returns another address once there is one, and nil before. An attempt ends
// with ctx.
func (n *renewal) next(ctx context.Context) *url.URL {
	select {
	case address := <-n.answer:
		n.answer = nil
		if address != nil && address.String() != n.used {
			n.follow(address)
			return address
		}
		n.due = n.r.cfg.Clock().Add(min(firstRenewal<<min(n.tries, 8), lastRenewal))
		n.tries++
	default:
	}
	if n.answer == nil && !n.due.IsZero() && !n.r.cfg.Clock().Before(n.due) {
		n.answer = make(chan *url.URL, 1)
		go n.ask(ctx, n.answer)
	}
	return nil
}

// drain waits for the attempt that is under way, whose context has ended.
func (n *renewal) drain() {
	if n.answer != nil {
		<-n.answer
	}
}

// ask answers nil when there is no other address over HTTP.
func (n *renewal) ask(ctx context.Context, answer chan<- *url.URL) {
	text, err := n.r.cfg.Resolve(ctx)
	if err != nil {
		answer <- nil
		return
	}
	address, isHTTP := httpAddress(text)
	if !isHTTP {
		answer <- nil
		return
	}
	answer <- address
}
