package kick

import (
	"context"
	"time"

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
