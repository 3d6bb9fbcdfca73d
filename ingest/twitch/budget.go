package twitch

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Buckets of an account's budget.
const (
	BucketLogin = "login"
	BucketJoin  = "join"
	BucketSend  = "privmsg"
)

// Budget grants what an account may do. Its implementation is shared by all
// hosts that use the account.
type Budget interface {
	// Take asks for tokens out of limit in every window. A wait of zero means
	// granted; otherwise nothing was taken and there may be room after it.
	Take(ctx context.Context, bucket string, tokens, limit int, window time.Duration) (wait time.Duration, err error)
}

// LocalBudget is a Budget of one process.
type LocalBudget struct {
	clock  func() time.Time
	mu     sync.Mutex
	grants map[string][]grant
}

type grant struct {
	at     time.Time
	tokens int
}

// NewLocalBudget returns a budget that knows only this process.
func NewLocalBudget(clock func() time.Time) *LocalBudget {
	return &LocalBudget{clock: clock, grants: map[string][]grant{}}
}

// Take implements Budget with a sliding window.
func (b *LocalBudget) Take(ctx context.Context, bucket string, tokens, limit int, window time.Duration) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if tokens > limit {
		return 0, fmt.Errorf("budget %s: %d tokens asked of a limit of %d", bucket, tokens, limit)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock()
	kept := b.grants[bucket][:0]
	used := 0
	for _, g := range b.grants[bucket] {
		if now.Sub(g.at) < window {
			kept = append(kept, g)
			used += g.tokens
		}
	}
	b.grants[bucket] = kept
	if used+tokens <= limit {
		b.grants[bucket] = append(kept, grant{now, tokens})
		return 0, nil
	}
	for _, g := range kept {
		used -= g.tokens
		if used+tokens <= limit {
			return max(g.at.Add(window).Sub(now), time.Millisecond), nil
		}
	}
	return window, nil
}
