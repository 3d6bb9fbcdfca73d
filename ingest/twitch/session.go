package twitch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/chat"
)

// session keeps one connection for up to a hundred channels: it connects,
// reads until the connection is over, and connects again.
type session struct {
	c      *Client
	cancel context.CancelFunc
	wake   chan struct{} // something is to be joined

	// These belong to the reading goroutine.
	converter converter
	progress  chat.Progress // of the connection
	as        string        // who the connection is logged in as; empty for nobody
	era       int           // of the account, when it was

	// These belong to the client's mutex.
	channels map[string]*channel
	conn     *conn // nil while there is none
}

func (s *session) run(ctx context.Context) {
	t := s.c.cfg.Timing
	spacing := backoff.Backoff{Base: t.BackoffBase, Max: t.BackoffMax, Rand: s.c.cfg.Rand}
	for ctx.Err() == nil {
		if resumed, cause := s.c.account.waiting(); cause != nil {
			s.c.cfg.Log.Error().Str("login", s.c.account.login()).Err(cause).Msg("twitch chat needs a login")
			s.setAll(StateNeedsLogin, cause.Error())
			select {
			case <-ctx.Done():
				return
			case <-resumed:
			}
			s.setAll(StateConnecting, "")
			continue
		}
		held, err := s.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if held >= t.Healthy {
			spacing.Reset()
		}
		again, cause := s.c.account.waiting()
		if cause != nil {
			continue
		}
		pause := spacing.Next()
		if errors.Is(err, errRefreshed) || errors.Is(err, errReplaced) {
			fresh := backoff.Backoff{Base: t.BackoffBase, Max: t.BackoffMax, Rand: s.c.cfg.Rand}
			pause = fresh.Next() // a fresh token is tried once, and soon
		}
		s.c.stats.reconnects.Add(1)
		s.c.cfg.Log.Warn().Str("login", s.as).Str("reason", reason(err)).
			Stringer("held", held.Round(time.Millisecond)).Stringer("retry_in", pause.Round(time.Millisecond)).Msg("twitch chat connection is over")
		s.setAll(StateDegraded, reason(err))
		s.rest(ctx, pause, again)
	}
}

// rest waits before the next connection, unless the account is another one.
func (s *session) rest(ctx context.Context, pause time.Duration, again <-chan struct{}) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-again:
	case <-timer.C:
	}
}

// once makes one connection and serves it. It returns how long the connection
// held after its welcome, and why it ended.
func (s *session) once(ctx context.Context) (time.Duration, error) {
	if err := s.c.take(ctx, BucketLogin, s.c.cfg.Limits.Login); err != nil {
		return 0, err
	}
	login, token, err := s.credentials(ctx)
	if err != nil {
		return 0, err
	}
	conn, err := dial(ctx, &s.c.cfg)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	name, err := handshake(ctx, conn, login, "oauth:"+token)
	if err != nil {
		return 0, s.refused(ctx, token, err)
	}
	if s.as != "" {
		s.c.account.accepted()
	}
	conn.welcome = time.Time{}
	welcomed := time.Now()
	err = s.serve(ctx, conn, name)
	return time.Since(welcomed), s.refused(ctx, token, err)
}

// credentials returns what to log in with. An anonymous reader has no account:
// any name with that prefix is let in.
func (s *session) credentials(ctx context.Context) (login, token string, err error) {
	s.c.mu.Lock()
	s.as, s.era = s.c.account.login(), s.c.era
	s.c.mu.Unlock()
	if s.as == "" {
		return fmt.Sprintf("justinfan%d", 10000+int(s.c.cfg.Rand()*80000)), "anonymous", nil
	}
	token, err = s.c.account.token(ctx)
	return s.as, token, err
}

// refused hands a refused login to the account and returns what to show.
func (s *session) refused(ctx context.Context, token string, err error) error {
	var login *LoginError
	if !errors.As(err, &login) || s.as == "" {
		return err
	}
	if s.outdated() {
		return errReplaced // it is no more about the account
	}
	if parked := s.c.account.refused(ctx, token, login); parked != nil {
		return parked
	}
	return fmt.Errorf("%w; %w", err, errRefreshed)
}

// serve joins and reads until the connection is over.
func (s *session) serve(ctx context.Context, conn *conn, name string) error {
	if !s.attach(conn, name) {
		return errReplaced
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	s.progress = chat.Progress{}
	s.progress.Heard(conn.received())
	var joiner sync.WaitGroup
	joiner.Go(func() { s.join(ctx, conn) })

	err := s.read(conn)

	stopping := ctx.Err() != nil
	if s.outdated() {
		err = errReplaced
	}
	cancel()
	joiner.Wait()
	s.detach(func(ch *channel) {
		if stopping {
			ch.unanswered()
			return
		}
		s.c.dropped(ch, s.progress.UpTo(), reason(err))
	})
	return err
}

// attach makes a connection the session's, unless the account is another one since
// it was made.
func (s *session) attach(conn *conn, name string) bool {
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	if s.era != s.c.era {
		return false
	}
	s.conn = conn
	if s.as != "" {
		s.c.ownLogin = name
	}
	s.c.stats.connections.Add(1)
	s.c.cfg.Log.Info().Str("login", name).Int("channels", len(s.channels)).Msg("twitch chat connected")
	return true
}

// outdated reports whether the account is another one than the connection's.
func (s *session) outdated() bool {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return s.era != s.c.era
}

// detach forgets the connection; drop says what that means for each channel.
func (s *session) detach(drop func(*channel)) {
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	s.conn = nil
	s.c.stats.connections.Add(-1)
	for _, ch := range s.sorted() {
		drop(ch)
	}
}

// join sends JOINs within the budget and watches their confirmations.
func (s *session) join(ctx context.Context, conn *conn) {
	for ctx.Err() == nil {
		ch, pause := s.pickJoin(time.Now())
		if ch == nil {
			timer := time.NewTimer(pause)
			select {
			case <-ctx.Done():
			case <-s.wake:
			case <-timer.C:
			}
			timer.Stop()
			continue
		}
		if err := s.c.take(ctx, BucketJoin, s.c.cfg.Limits.Join); err != nil {
			s.c.cfg.Log.Warn().Err(err).Msg("twitch join has to wait")
			_ = backoff.Wait(ctx, time.Second)
			continue
		}
		if s.beginJoin(ch, time.Now()) {
			_ = conn.write("JOIN #" + ch.name) // a broken connection ends the reader, which says why
		}
	}
}

func (s *session) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *session) setAll(state State, detail string) {
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	for _, ch := range s.sorted() {
		if ch.phase == phaseParked && state != StateNeedsLogin {
			if ch.state != StateNeedsLogin {
				continue
			}
			ch.phase, ch.due = phaseWaiting, time.Time{} // a new login may be let in
		}
		s.c.setState(ch, state, detail)
	}
}

// reason words the end of a connection for people.
func reason(err error) string {
	switch {
	case errors.Is(err, io.EOF):
		return "server closed the connection"
	case err == nil:
		return "connection ended"
	}
	return err.Error()
}
