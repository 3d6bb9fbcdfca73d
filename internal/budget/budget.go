package budget

import (
	"fmt"
	"time"
)

// Buckets of creators' and credentials' budgets. Accounts of chats have further
// ones of their platform.
const (
	// Messages is everything that is said for a creator on a platform
	// (chat_messages_per_minute).
	Messages = "chat_messages_per_minute"
	// Responses is what of that answers a message (trigger_responses_per_minute).
	Responses = "trigger_responses_per_minute"
	// Requests are calls of a platform's API for a creator (api_requests_per_minute).
	Requests = "api_requests_per_minute"
	// Calls are all calls of a platform's API with one credential.
	Calls = "api_calls_per_minute"
)

// OfCreator names the account of a creator's budgets on a platform.
func OfCreator(creatorID, platform string) string { return "creator:" + platform + ":" + creatorID }

// OfCredential names the account of a credential's budgets. label is what the
// configuration calls it, never a secret; "" for the one without a label.
func OfCredential(platform, label string) string { return "credential:" + platform + ":" + label }

// Claim is what a call needs of one budget: tokens, of which there are at most Limit
// in every window.
type Claim struct {
	Account, Bucket string
	Tokens          int
	Limit           int // 0 allows nothing
	Window          time.Duration
}

// PerMinute is the claim of one token of so many in a minute.
func PerMinute(account, bucket string, limit int) Claim {
	return Claim{Account: account, Bucket: bucket, Tokens: 1, Limit: limit, Window: time.Minute}
}

// Grant is tokens that were taken.
type Grant struct {
	Tokens int
	At     time.Time
}

// Decide says whether a claim is granted beside what was granted before, the oldest
// first and nothing from outside the window: nil, or why not.
func (c Claim) Decide(before []Grant, now time.Time) *RefusedError {
	used := 0
	for _, g := range before {
		used += g.Tokens
	}
	if used+c.Tokens <= c.Limit {
		return nil
	}
	refused := &RefusedError{Claim: c, Used: used, Wait: c.Window}
	for left, rest := used, before; len(rest) > 0; rest = rest[1:] {
		left -= rest[0].Tokens
		if left+c.Tokens <= c.Limit {
			// Never 0, which would mean granted.
			refused.Wait = max(rest[0].At.Add(c.Window).Sub(now), time.Microsecond)
			break
		}
	}
	refused.Until = now.Add(refused.Wait)
	return refused
}

// RefusedError says that a call may not be made yet.
type RefusedError struct {
	Claim
	Used  int           // tokens of the window
	Wait  time.Duration // until it may be made, unless others take the tokens first; more than 0
	Until time.Time     // the same as an instant
}

// Error implements error.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("the limit %s of %s is reached: %d of %d in %s, again at %s",
		e.Bucket, e.Account, e.Used, e.Limit, e.Window, e.Until.UTC().Format(time.RFC3339))
}
