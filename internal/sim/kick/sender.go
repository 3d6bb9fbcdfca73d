package kick

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// attempts is how often a webhook is tried.
	attempts = 3
	// senders is how many webhooks are delivered at a time.
	senders = 8
	// lateBy is how far the fault "late" puts a webhook off.
	lateBy = time.Minute
	// oldBy is how old the timestamp of the fault "old_timestamp" is.
	oldBy = 24 * time.Hour
)

// Run delivers webhooks until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	client := &http.Client{Timeout: s.options.Patience.Webhook,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	var flying sync.WaitGroup
	defer flying.Wait()
	slots := make(chan struct{}, senders)
	for {
		ready, next := s.due()
		for _, p := range ready {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return nil
			}
			flying.Go(func() {
				defer func() { <-slots }()
				s.carry(ctx, client, p)
			})
		}
		if !s.rest(ctx, next) {
			return nil
		}
	}
}

// rest waits until there is something to deliver, and reports false at the end of
// ctx.
func (s *Server) rest(ctx context.Context, next time.Time) bool {
	wait := time.Hour
	if !next.IsZero() {
		wait = max(time.Millisecond, next.Sub(s.now()))
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-s.wake:
	case <-timer.C:
	}
	return true
}

// carry makes one attempt and writes down what came of it.
func (s *Server) carry(ctx context.Context, client *http.Client, p posting) {
	kind, _ := s.options.Faults.Take(TargetWebhook)
	if kind == webhookLate {
		p.Due = s.now().Add(lateBy)
		s.putOff(p)
		return
	}
	var err error
	if kind != webhookLost {
		err = s.post(ctx, client, p, kind)
	}
	if err == nil && kind == webhookDuplicate {
		err = s.post(ctx, client, p, "")
	}
	if ctx.Err() != nil {
		s.putOff(p)
		return
	}
	s.conclude(p, err)
}

// conclude decides what becomes of a webhook, and of its subscription, after an
// attempt.
func (s *Server) conclude(p posting, failed error) {
	p.Attempts++
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.flying, p.ID)
	var err error
	if failed == nil || p.Attempts >= attempts {
		err = s.dropPosting(p.ID)
	} else {
		pause := s.options.Patience.Retry
		for range p.Attempts - 1 {
			pause *= 10
		}
		p.Due = s.now().Add(pause)
		err = s.keepPosting(p)
	}
	if err = errors.Join(err, s.judge(p.Subscription, failed)); err != nil {
		s.options.Log.Error().Err(err).Msg("the end of a webhook could not be kept")
	}
	signal(s.wake)
}

// putOff leaves a webhook for later without counting an attempt.
func (s *Server) putOff(p posting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.flying, p.ID)
	if err := s.keepPosting(p); err != nil {
		s.options.Log.Error().Err(err).Msg("a late webhook could not be kept")
	}
	signal(s.wake)
}

// judge notes whether a subscription's deliveries arrive, and ends the one of
// which none has for too long. The caller holds the lock.
func (s *Server) judge(id string, failed error) error {
	i := slices.IndexFunc(s.state.Subscriptions, func(other Subscription) bool { return other.ID == id })
	if i < 0 {
		return nil
	}
	after, now := s.state.Subscriptions[i], s.now()
	switch {
	case failed == nil && after.FailingSince == nil:
		return nil
	case failed == nil:
		after.FailingSince = nil
	case after.FailingSince == nil:
		after.FailingSince = &now
	case now.Sub(*after.FailingSince) < s.options.Patience.Unsubscribe:
		return nil
	default:
		return s.change(func(st *state) { st.Subscriptions = slices.Delete(slices.Clone(st.Subscriptions), i, i+1) })
	}
	return s.change(func(st *state) {
		st.Subscriptions = slices.Clone(st.Subscriptions)
		st.Subscriptions[i] = after
	})
}

// post sends a webhook once, spoiled in the way of kind. Anything but a status of
// success is an error.
func (s *Server) post(ctx context.Context, client *http.Client, p posting, kind string) error {
	request, err := s.request(ctx, p, kind)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("post webhook: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxBody))
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("post webhook: the receiver answered %s", response.Status)
	}
	return nil
}

// request builds one attempt, with its signature.
func (s *Server) request(ctx context.Context, p posting, kind string) (*http.Request, error) {
	body, at, key := []byte(p.Body), s.now(), s.keys
	switch kind {
	case webhookMalformed:
		body = body[:len(body)/2]
	case webhookOldTimestamp:
		at = at.Add(-oldBy)
	case webhookBadSignature:
		var err error
		if key, err = rsa.GenerateKey(rand.Reader, keyBits); err != nil {
			return nil, fmt.Errorf("make a wrong key: %w", err)
		}
	}
	timestamp := apiTime(at)
	signature, err := sign(key, p.ID, timestamp, body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Webhooks().URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("post webhook: %w", err)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Kick-Webhooks",
		"Kick-Event-Message-Id": p.ID, "Kick-Event-Subscription-Id": p.Subscription, "Kick-Event-Signature": signature,
		"Kick-Event-Message-Timestamp": timestamp, "Kick-Event-Type": p.Event, "Kick-Event-Version": "1",
	} {
		request.Header.Set(name, value)
	}
	return request, nil
}
