package youtube

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// settleWithin bounds how long the end of a call is written down.
const settleWithin = 5 * time.Second

// units knows about how many units are left without asking before every call.
type units struct {
	meter Meter
	costs quota.Costs
	clock func() time.Time
	good  time.Duration

	mu    sync.Mutex
	count int64
	asked time.Time
	day   string
}

// left is how many units the day still holds.
func (u *units) left(ctx context.Context) (int64, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.clock()
	day := quota.DayOf("youtube", now).Date
	if u.day == day && now.Sub(u.asked) < u.good {
		return u.count, nil
	}
	count, err := u.meter.Left(ctx)
	if err != nil {
		return 0, &meterError{err}
	}
	u.count, u.asked, u.day = count, now, day
	return count, nil
}

// reserve takes the units of a call.
func (u *units) reserve(ctx context.Context, method string) (func(context.Context, bool), error) {
	settle, err := u.meter.Reserve(ctx, method)
	if err != nil {
		var exhausted *quota.ExhaustedError
		if errors.As(err, &exhausted) {
			return nil, exhausted
		}
		return nil, &meterError{err}
	}
	cost := u.costs.Of(method, 1)
	u.add(-cost)
	return func(ctx context.Context, used bool) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
		defer cancel()
		settle(ctx, used)
		if !used {
			u.add(cost)
		}
	}, nil
}

func (u *units) add(n int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.count += n
}

// forget has the meter asked again.
func (u *units) forget() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked = time.Time{}
}

// call makes one call of a method: it waits for nothing, reserves the units, settles
// them, and notes what concerns the whole account.
func (c *Client) call(ctx context.Context, method string, do func() error) error {
	logins := c.account.present()
	settle, err := c.units.reserve(ctx, method)
	if err == nil {
		err = do()
		settle(ctx, counted(err))
	}
	c.notice(ctx, method, logins, err)
	return err
}

// errReserve says that only what is held back for messages is left.
var errReserve = errors.New("the units that are left are held back")

// ask is call for reading and looking, which leave the reserve alone.
func (c *Client) ask(ctx context.Context, method string, do func() error) error {
	left, err := c.units.left(ctx)
	if err != nil {
		return err
	}
	if !c.planner.May(left, method) {
		c.starve(quota.DayOf("youtube", c.cfg.Clock()).Ends)
		return errReserve
	}
	return c.call(ctx, method, do)
}

// counted reports whether the platform may have counted a call.
func counted(err error) bool {
	var failed *youtube.Error
	return !errors.As(err, &failed) || !failed.Unsent
}

// actionOf says what a failure asks for, whoever refused.
func actionOf(err error) youtube.Action {
	var exhausted *quota.ExhaustedError
	if errors.Is(err, errReserve) || errors.As(err, &exhausted) {
		return youtube.ActionQuota
	}
	return youtube.ActionOf(err)
}

// notice closes the account when the failure of a call concerns all of it. logins is
// what account.present was when the call began.
func (c *Client) notice(ctx context.Context, method string, logins int, err error) {
	if err == nil {
		return
	}
	switch actionOf(err) {
	case youtube.ActionQuota:
		c.exhausted(ctx, method, err)
	case youtube.ActionLogin:
		if writing(method) && !unauthorised(err) {
			return // an account that may only read goes on reading
		}
		c.cfg.Log.Warn().Err(err).Str("method", method).Msg("youtube refuses the account")
		c.account.park(logins, err.Error())
	}
}

func writing(method string) bool {
	return method == youtube.MethodInsert || method == youtube.MethodDelete
}

// unauthorised reports whether it is the token that was refused, and not what it is
// good for.
func unauthorised(err error) bool {
	var failed *youtube.Error
	return errors.As(err, &failed) && failed.Status != http.StatusForbidden
}

// exhausted closes the account until the quota's next day.
func (c *Client) exhausted(ctx context.Context, method string, err error) {
	now := c.cfg.Clock()
	until := quota.DayOf("youtube", now).Ends
	var ours *quota.ExhaustedError
	if errors.As(err, &ours) {
		until = ours.Until
	} else {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
		defer cancel()
		if err := c.cfg.Meter.Exhausted(ctx, method); err != nil {
			c.cfg.Log.Warn().Err(err).Msg("a used-up quota of youtube cannot be noted")
		}
	}
	c.units.forget()
	c.cfg.Log.Warn().Str("method", method).Time("until", until).Msg("youtube's quota is used up")
	c.account.exhausted(until)
}

// load is what there is to do.
func (c *Client) load() Load {
	c.mu.Lock()
	defer c.mu.Unlock()
	var load Load
	videos := int64(0)
	for _, ch := range c.channels {
		switch {
		case ch.reader == nil && c.cfg.Video(ch.name) == "":
			load.Round += c.cfg.Costs.Of(youtube.MethodPlaylist, 1)
			videos++
		case ch.reader == nil:
			videos++
		case ch.reader.polling.Load():
			load.Polling++
			videos++
		default:
			load.Streaming++
			videos++
		}
	}
	load.Round += c.cfg.Costs.Of(youtube.MethodVideos, (videos+youtube.ListedAtOnce-1)/youtube.ListedAtOnce)
	return load
}

// pace is how often the platform may be asked now. When only the reserve is left,
// the account is closed for a while.
func (c *Client) pace(ctx context.Context) (Pace, error) {
	left, err := c.units.left(ctx)
	if err != nil {
		return Pace{}, err
	}
	pace := c.planner.Pace(left, c.load())
	if pace.Starved {
		c.starve(pace.Until)
	}
	return pace, nil
}

// starve closes the account until the next day, or until it is time to see whether
// somebody raised the quota.
func (c *Client) starve(until time.Time) {
	c.units.forget()
	again := c.cfg.Clock().Add(c.cfg.Timing.Starved)
	if until.Before(again) {
		again = until
	}
	c.account.starved(again, c.cfg.Clock())
}
