package twitch

import (
	"context"
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
