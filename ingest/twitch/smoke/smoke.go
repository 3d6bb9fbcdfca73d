package smoke

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
)

// Summary says what a run saw.
type Summary struct {
	Channel   string        `json:"channel"`
	Duration  time.Duration `json:"duration"`
	Lines     int64         `json:"lines"`     // read, of every kind
	Messages  int64         `json:"messages"`  // chat messages
	Dropped   int64         `json:"dropped"`   // messages not printed because the output was slower than the chat
	Pings     int64         `json:"pings"`     // answered
	Refused   int64         `json:"refused"`   // pings whose answer was not taken
	Gaps      int64         `json:"gaps"`      // windows in which chat may have been missed
	Broken    int64         `json:"broken"`    // lines that could not be used
	Confirmed bool          `json:"confirmed"` // whether the channel was ever live
	State     twitch.State  `json:"state"`     // the last before the end
	Detail    string        `json:"detail,omitempty"`
}

const (
	queued     = 1024
	pingWithin = 20 * time.Second
)

// Run prints the channel's chat to out and answers "!ping" until ctx ends. It
// returns early with an error when the account cannot log in or the channel is
// refused.
func Run(ctx context.Context, cfg twitch.Config, channel string, out io.Writer) (Summary, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	r := &runner{out: out, lines: make(chan string, queued), pings: make(chan chat.Event, 8), fatal: make(chan error, 1)}
	r.client = twitch.New(cfg, r)
	if err := r.client.Join(channel, "smoke"); err != nil {
		return Summary{Channel: channel}, fmt.Errorf("join %q: %w", channel, err)
	}
	started := cfg.Clock()
	var work sync.WaitGroup
	work.Go(func() { r.print(ctx) })
	work.Go(func() { r.answer(ctx) })
	ended := make(chan error, 1)
	work.Go(func() { ended <- r.client.Run(ctx) })

	err := r.until(ctx, ended)

	cancel()
	work.Wait()
	summary := r.summary()
	summary.Channel, summary.Duration = channel, cfg.Clock().Sub(started)
	return summary, err
}

type runner struct {
	client *twitch.Client
	out    io.Writer
	lines  chan string
	pings  chan chat.Event
	fatal  chan error

	mu   sync.Mutex
	seen Summary
}

func (r *runner) until(ctx context.Context, ended <-chan error) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-r.fatal:
		return err
	case err := <-ended:
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
}

// OnEvent implements twitch.Handler.
func (r *runner) OnEvent(event chat.Event) {
	if event.Kind != chat.Message && event.Kind != chat.Paid {
		r.say(fmt.Sprintf("* %s %d by %s: %s", event.Kind, event.Amount, event.Author.Name, event.Text))
		return
	}
	r.say(fmt.Sprintf("%s %s%s: %s", event.SentAt.Format("15:04:05"), event.Author.Name, badge(event.Author.Roles), event.Text))
	if event.Self || event.SharedFrom != "" || !strings.EqualFold(strings.TrimSpace(event.Text), "!ping") {
		return
	}
	select {
	case r.pings <- event:
	default: // enough answers are waiting
	}
}

// OnOther implements twitch.Handler.
func (r *runner) OnOther(kind twitch.OtherKind) { r.say("* " + string(kind)) }

// OnGap implements twitch.Handler.
func (r *runner) OnGap(channel string, from, to time.Time, reason string) {
	r.say(fmt.Sprintf("* %s: chat may have been missed for %s: %s", channel, to.Sub(from).Round(time.Millisecond), reason))
}

// OnState implements twitch.Handler.
func (r *runner) OnState(channel string, state twitch.State, detail string) {
	line := fmt.Sprintf("* %s: %s", channel, state)
	if detail != "" {
		line += " (" + detail + ")"
	}
	r.say(line)
	if state == twitch.StateInactive {
		return
	}
	r.mu.Lock()
	r.seen.State, r.seen.Detail = state, detail
	r.seen.Confirmed = r.seen.Confirmed || state == twitch.StateLive
	r.mu.Unlock()
	if state == twitch.StateNeedsLogin || state == twitch.StatePaused {
		select {
		case r.fatal <- fmt.Errorf("channel %s is %s: %w", channel, state, errors.New(detail)):
		default:
		}
	}
}

func (r *runner) say(line string) {
	select {
	case r.lines <- line:
	default:
		r.count(func(s *Summary) { s.Dropped++ })
	}
}

func (r *runner) count(change func(*Summary)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.seen)
}

func (r *runner) print(ctx context.Context) {
	for {
		select {
		case line := <-r.lines:
			fmt.Fprintln(r.out, printable(line))
		case <-ctx.Done():
			for {
				select {
				case line := <-r.lines:
					fmt.Fprintln(r.out, printable(line))
				default:
					return
				}
			}
		}
	}
}

func (r *runner) answer(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case event := <-r.pings:
			r.pong(ctx, event)
		}
	}
}

func (r *runner) pong(ctx context.Context, event chat.Event) {
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	if err := r.client.Send(ctx, event.Channel, "pong", event.MessageID); err != nil {
		r.count(func(s *Summary) { s.Refused++ })
		r.say("* " + err.Error())
		return
	}
	r.count(func(s *Summary) { s.Pings++ })
}

func (r *runner) summary() Summary {
	stats := r.client.Stats()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.seen
	s.Lines, s.Messages, s.Gaps = stats.Lines, stats.Messages, stats.Gaps
	for _, n := range stats.Broken {
		s.Broken += n
	}
	return s
}

func badge(roles chat.Roles) string {
	if names := roles.Names(); len(names) > 0 {
		return " [" + strings.Join(names, ",") + "]"
	}
	return ""
}

// printable keeps chat from steering the terminal.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, line)
}
