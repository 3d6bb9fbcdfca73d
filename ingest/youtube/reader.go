package youtube

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

// outcome is why a chat is not read any more.
type outcome int

const (
	stopped  outcome = iota // somebody wanted it
	over                    // the broadcast ended
	disabled                // the owner turned chat off
	parked                  // the platform does not let us read it
)

// reader reads the chat of one broadcast.
type reader struct {
	c       *Client
	ch      *channel
	cancel  context.CancelFunc
	video   youtube.Video
	memory  *memory
	polling atomic.Bool
	// outdated says that the broadcast ended although its chat did not say so. It
	// belongs to the client's mutex.
	outdated bool

	backoff     backoff.Backoff
	throttled   int           // refusals in a row for being too fast
	via         chat.Via      // how it was read last
	asked       time.Duration // what the last page wants to be waited
	called      time.Time     // when the platform was asked last
	streamAgain time.Time     // when a refused stream is tried again
	rest        time.Duration // after the last failure

	acked     time.Time // when a page arrived last
	gapFrom   time.Time // zero while nothing was missed
	gapReason string
}

var (
	errEnded  = errors.New("the chat has ended")
	errNoPage = errors.New("the stream was closed before it held a page")
)

// run reads until there is a reason not to. It belongs to one goroutine.
func (r *reader) run(ctx context.Context) (outcome, string) {
	r.resume(ctx)
	for {
		if err := r.turn(ctx); err != nil {
			return stopped, ""
		}
		began := r.c.cfg.Clock()
		err := r.read(ctx)
		if ctx.Err() != nil {
			return stopped, ""
		}
		if out, why, done := r.judge(err, r.c.cfg.Clock().Sub(began)); done {
			return out, why
		}
		if backoff.Wait(ctx, r.rest) != nil {
			return stopped, ""
		}
		r.rest = 0
	}
}

// rationed is a wait for the plan that is worth telling about.
const rationed = 5 * time.Minute

// turn waits until the account may ask, and until it is this chat's turn.
func (r *reader) turn(ctx context.Context) error {
	for {
		err := r.c.account.open(ctx, r.c.cfg.Clock, func(state State, detail string) {
			reason := GapQuota
			if state == StateNeedsLogin {
				reason = GapLogin
			}
			r.missing(reason)
			r.c.show(r.ch, state, detail)
		})
		if err != nil {
			return err
		}
		pace, err := r.c.pace(ctx)
		if err != nil {
			r.fault(err, GapServer)
			if err := backoff.Wait(ctx, r.rest); err != nil {
				return err
			}
			continue
		}
		if pace.Starved {
			continue
		}
		pause := r.called.Add(r.interval(pace)).Sub(r.c.cfg.Clock())
		if r.called.IsZero() || pause <= 0 {
			return ctx.Err()
		}
		if pause > rationed {
			r.c.show(r.ch, StateQuota, "the chat is read now and then, to spare the units that are left")
		}
		// In pieces, because the plan changes with what others do.
		if err := backoff.Wait(ctx, min(pause, r.c.cfg.Timing.Left)); err != nil {
			return err
		}
	}
}

// interval is the least time between two calls for this chat.
func (r *reader) interval(pace Pace) time.Duration {
	if !r.polling.Load() {
		return max(pace.Read, r.c.cfg.Timing.Stream)
	}
	return max(pace.Read, r.polite())
}

// polite is what the platform wants to be waited between two pages.
func (r *reader) polite() time.Duration {
	if r.asked > 0 {
		return r.asked
	}
	return r.c.cfg.Timing.Poll
}

// read makes one poll, or reads one connection of the stream to its end.
func (r *reader) read(ctx context.Context) error {
	if now := r.c.cfg.Clock(); r.polling.Load() && !r.c.cfg.PollOnly && !now.Before(r.streamAgain) {
		r.polling.Store(false)
	}
	r.called = r.c.cfg.Clock()
	if r.polling.Load() {
		return r.poll(ctx)
	}
	return r.stream(ctx)
}

func (r *reader) poll(ctx context.Context) error {
	var page youtube.ChatPage
	err := r.c.ask(ctx, youtube.MethodMessages, func() (err error) {
		page, err = r.c.api().Messages(ctx, r.video.ChatID, r.memory.page)
		return err
	})
	r.called = r.c.cfg.Clock()
	if err != nil {
		return err
	}
	r.c.stats.polls.Add(1)
	r.by(chat.Polling)
	return r.take(ctx, page)
}

func (r *reader) stream(ctx context.Context) error {
	var stream *youtube.ChatStream
	logins := r.c.account.present()
	err := r.c.ask(ctx, youtube.MethodStream, func() (err error) {
		stream, err = r.c.api().Stream(ctx, r.video.ChatID, r.memory.page)
		return err
	})
	if err != nil {
		return err
	}
	defer stream.Close()
	r.c.stats.streams.Add(1)
	r.by(chat.PushStream)
	r.c.show(r.ch, StateLive, "")
	for pages := 0; ; pages++ {
		page, err := stream.Next()
		if pages == 0 && errors.Is(err, youtube.ErrStreamEnd) {
			return errNoPage
		}
		if err != nil {
			r.c.notice(ctx, youtube.MethodStream, logins, unlessClosed(err))
			return err
		}
		if err := r.take(ctx, page); err != nil {
			return err
		}
	}
}

// by notes how the chat is read, and tells when that changes.
func (r *reader) by(via chat.Via) {
	if r.via == via {
		return
	}
	r.via = via
	r.c.mu.Lock()
	r.c.mu.Note(func() { r.c.handler.OnSource(r.ch.name, via) })
	r.c.mu.UnlockHavingTold() // what is read must not run ahead of who takes it in
}

// unlessClosed is nil for the ordinary end of a stream.
func unlessClosed(err error) error {
	if errors.Is(err, youtube.ErrStreamEnd) {
		return nil
	}
	return err
}

// judge decides what a call that lasted so long means for the next one.
func (r *reader) judge(err error, lasted time.Duration) (out outcome, why string, done bool) {
	if err == nil || errors.Is(err, youtube.ErrStreamEnd) {
		r.backoff.Reset()
		r.throttled = 0
		return 0, "", false
	}
	if lasted >= r.c.cfg.Timing.Healthy {
		r.backoff.Reset()
	}
	if errors.Is(err, errEnded) {
		return over, "", true
	}
	if silent(err) {
		return 0, "", false // that is no fault: the page token leads on
	}
	if errors.Is(err, errNoPage) {
		if lasted < r.c.cfg.Timing.Healthy {
			r.rest = r.backoff.Next()
		}
		return 0, "", false
	}
	switch action := actionOf(err); action {
	case youtube.ActionOver:
		return over, "", true
	case youtube.ActionDisabled:
		return disabled, "the broadcast's chat is turned off", true
	case youtube.ActionQuota, youtube.ActionLogin:
		r.missing(map[youtube.Action]string{youtube.ActionQuota: GapQuota, youtube.ActionLogin: GapLogin}[action])
	case youtube.ActionThrottle:
		r.slow(err)
	case youtube.ActionRestart:
		r.restart(err)
	case youtube.ActionForbid, youtube.ActionGiveUp:
		if r.polling.Load() || !streamless(err) {
			return parked, err.Error(), true
		}
		r.fallBack(err)
	default:
		r.fault(err, cause(err))
	}
	return 0, "", false
}

// silent reports whether a stream was given up because nothing came.
func silent(err error) bool {
	var failed *youtube.Error
	return errors.Is(err, youtube.ErrIdle) && errors.As(err, &failed) && failed.Status == http.StatusOK
}

// streamless reports whether a refusal can be one of the stream alone.
func streamless(err error) bool {
	var failed *youtube.Error
	if !errors.As(err, &failed) {
		return false
	}
	switch failed.Status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	}
	return false
}

// fallBack polls from now on, and tries the stream again much later.
func (r *reader) fallBack(err error) {
	r.c.cfg.Log.Info().Err(err).Str("creator", r.ch.creatorID).Msg("youtube refuses the chat's stream; it is polled")
	r.polling.Store(true)
	r.streamAgain = r.c.cfg.Clock().Add(r.c.cfg.Timing.StreamAgain)
	r.called = r.acked // zero before the first page, which may be asked for at once
}

// slow waits at least twice what the platform asked for, and longer each time.
func (r *reader) slow(err error) {
	pause := 2 * r.polite() << min(r.throttled, 10)
	r.throttled++
	var failed *youtube.Error
	if errors.As(err, &failed) {
		pause = max(pause, failed.RetryAfter)
	}
	r.rest = max(2*r.polite(), min(pause, r.c.cfg.Timing.ThrottledMax))
	r.c.show(r.ch, StateDegraded, "youtube wants to be asked less often")
}

// restart gives up the place where reading had come to.
func (r *reader) restart(err error) {
	if r.memory.page == "" {
		r.fault(err, GapServer)
		return
	}
	r.memory.forget()
	r.missing(GapRestart)
	r.called = time.Time{}
	r.c.cfg.Log.Info().Str("creator", r.ch.creatorID).Msg("youtube does not know the page any more; the chat is read from its recent history")
}

// fault waits after a failure that passes.
func (r *reader) fault(err error, reason string) {
	r.missing(reason)
	r.rest = r.backoff.Next()
	var failed *youtube.Error
	if errors.As(err, &failed) {
		r.rest = max(r.rest, failed.RetryAfter)
	}
	r.c.show(r.ch, StateDegraded, err.Error())
}

// missing begins a gap, if something was read before.
func (r *reader) missing(reason string) {
	if r.gapFrom.IsZero() && !r.acked.IsZero() {
		r.gapFrom, r.gapReason = r.acked, reason
	}
}

// cause names a failure as a gap's reason.
func cause(err error) string {
	var failed *youtube.Error
	if errors.As(err, &failed) && failed.Status >= 500 {
		return GapServer
	}
	return GapNetwork
}
