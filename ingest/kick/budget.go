package kick

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/streamsuites/streamsuites/internal/backoff"
)

// Buckets of an account's budget.
const (
	BucketSend = "send" // messages
	BucketRoom = "room" // look-ups on the site
)

// Budget grants what an account may do. Its implementation is shared by all
// hosts that use the account.
type Budget interface {
	// Take asks for tokens out of limit in every window. A wait of zero means
	// granted; otherwise nothing was taken and there may be room after it.
	Take(ctx context.Context, bucket string, tokens, limit int, window time.Duration) (wait time.Duration, err error)
}

// localBudget is a Budget of one process.
type localBudget struct {
	clock   func() time.Time
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newLocalBudget(clock func() time.Time) *localBudget {
	return &localBudget{clock: clock, buckets: map[string]*rate.Limiter{}}
}

// Take implements Budget: half of the limit at once, and the rest spread over the
// window, so that no window holds more than the limit.
func (b *localBudget) Take(ctx context.Context, bucket string, tokens, limit int, window time.Duration) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	limiter := b.buckets[bucket]
	if limiter == nil {
		burst := max(1, limit/2)
		every := window / time.Duration(max(1, limit-burst))
		limiter = rate.NewLimiter(rate.Every(every), burst)
		b.buckets[bucket] = limiter
	}
	now := b.clock()
	reservation := limiter.ReserveN(now, tokens)
	if wait := reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return wait, nil
	}
	return 0, nil
}

// take waits until the budget grants one.
func (c *Client) take(ctx context.Context, bucket string, limit Rate) error {
	for {
		pause, err := c.cfg.Budget.Take(ctx, bucket, 1, limit.Count, limit.Window)
		if err != nil {
			return err
		}
		if pause <= 0 {
			return nil
		}
		if err := backoff.Wait(ctx, pause); err != nil {
			return err
		}
	}
}
