package ingest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
)

// allowance grants so many messages, and refuses the others with a wait.
type allowance struct {
	mu      sync.Mutex
	left    int
	wait    time.Duration
	err     error
	answers []bool
}

func (a *allowance) TakeMessage(_ context.Context, _ string, _ chat.Platform, answer bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.err != nil:
		return a.err
	case a.left == 0:
		a.left = 1 // once it was waited for
		return &budget.RefusedError{
			Claim: budget.PerMinute("creator:twitch:"+mira, budget.Messages, 1), Used: 1, Wait: a.wait, Until: time.Unix(0, 0).Add(a.wait),
		}
	}
	a.left--
	a.answers = append(a.answers, answer)
	return nil
}

func TestAReplyBeyondItsCreatorsLimitWaitsForASmallWhile(t *testing.T) {
	t.Parallel()
	a := &allowance{wait: time.Millisecond}
	r := newRig(t, []Creator{creator(mira)}, func(c *HostConfig) { c.Budgets = a })
	r.hold()
	r.account.Message(say(mira, "m1", "!ping"))
	soon(t, "the answer", func() bool { return len(r.chat.all()) == 1 })
	a.mu.Lock()
	defer a.mu.Unlock()
	require.Equal(t, []bool{true}, a.answers, "it answers somebody")
}

func TestAReplyThatWouldHaveToWaitForTooLongIsNotSentAndSaysWhenItCouldBe(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)}, func(c *HostConfig) { c.Budgets = &allowance{wait: time.Hour} })
	r.hold()
	r.account.Message(say(mira, "m1", "!ping"))
	soon(t, "failed", func() bool { return r.count(`select count(*) from outbox where state = 'failed'`) == 1 })
	require.Equal(t, 1, r.count(`select count(*) from outbox where error like '%limit chat_messages_per_minute of%again at 1970-01-01T01:00:00Z%'`))
	require.Empty(t, r.chat.all())
	soon(t, "counted", func() bool { return r.count(`select coalesce(sum(actions_failed), 0) from counters`) == 1 })
}
