package login

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/retry"
)

// DeviceCode is what a platform gives to a program whose user logs in elsewhere.
type DeviceCode struct {
	Secret   string // which the program asks with
	Shown    string // which the person types
	Page     string // on which
	Interval time.Duration
	Expires  time.Time
}

// What an answer to the program's question can mean besides a token.
var (
	// ErrPending says that the person has not decided.
	ErrPending = errors.New("the person has not decided yet")
	// ErrSlowDown says the same, and that the questions come too often.
	ErrSlowDown = errors.New("the platform is asked too often")
	// ErrDenied says that the person refused.
	ErrDenied = errors.New("access was refused on the platform's page")
	// ErrExpired says that the code is good no more.
	ErrExpired = errors.New("the code has expired before anybody used it; begin again")
)

const (
	// defaultInterval is between questions where the platform names none, and slower
	// what it adds when they come too often (RFC 8628, section 3.5).
	defaultInterval = 5 * time.Second
	slower          = 5 * time.Second
)

// Clock is the time of a device flow.
type Clock struct {
	Now  func() time.Time
	Wait func(ctx context.Context, d time.Duration) error
}

// SystemClock is the system's time.
func SystemClock() Clock { return Clock{time.Now, backoff.Wait} }

// AwaitDevice asks, as often as the platform allows, until the person has decided
// or the code has expired. What ask returns besides ErrPending and ErrSlowDown
// ends it, but for a Retryable error.
func AwaitDevice(ctx context.Context, clock Clock, code DeviceCode, ask func(context.Context) error) error {
	interval := code.Interval
	if interval <= 0 {
		interval = defaultInterval
	}
	for {
		if !code.Expires.IsZero() && clock.Now().Add(interval).After(code.Expires) {
			return ErrExpired
		}
		if err := clock.Wait(ctx, interval); err != nil {
			return err
		}
		err := ask(ctx)
		switch {
		case errors.Is(err, ErrPending):
		case errors.Is(err, ErrSlowDown):
			interval += slower
		case retry.Worth(err) && ctx.Err() == nil:
			interval += slower // RFC 8628, section 3.5: back off when there is no answer
		default:
			return err
		}
	}
}
