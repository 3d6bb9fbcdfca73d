package pacing

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/budget"
)

// Window is an account's budgets of one process: sliding windows, like those that all
// hosts share. What is for no moderator leaves a reserve.
type Window struct {
	clock func() time.Time

	mu      sync.Mutex
	granted map[string][]budget.Grant // by bucket, the oldest first
}

// NewWindow returns budgets of which nothing was used.
func NewWindow(clock func() time.Time) *Window {
	return &Window{clock: clock, granted: map[string][]budget.Grant{}}
}

// Take asks for tokens out of limit in every window. A wait of zero means granted;
// otherwise nothing was taken and there may be room after it. The class that the
// context carries decides how much of the limit may be used. An error says that so
// many tokens are never granted, or that the context has ended.
func (w *Window) Take(ctx context.Context, bucket string, tokens, limit int, window time.Duration) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if tokens > limit {
		return 0, fmt.Errorf("budget %s: %d tokens asked of a limit of %d", bucket, tokens, limit)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock()
	kept := w.granted[bucket]
	for len(kept) > 0 && now.Sub(kept[0].At) >= window {
		kept = kept[1:]
	}
	w.granted[bucket] = kept
	claim := budget.Claim{Bucket: bucket, Tokens: tokens, Limit: max(tokens, budget.LimitOf(ctx, limit)), Window: window}
	if refused := claim.Decide(kept, now); refused != nil {
		return refused.Wait, nil
	}
	w.granted[bucket] = append(kept, budget.Grant{Tokens: tokens, At: now})
	return 0, nil
}
