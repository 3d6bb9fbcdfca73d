package login_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/login"
)

type unanswered struct{ error }

func (unanswered) Retryable() bool { return true }

func TestADeviceAsksAsOftenAsItMay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		answers []error
		waits   []time.Duration
		want    error
	}{
		"until the person has decided": {[]error{login.ErrPending, login.ErrPending, nil}, []time.Duration{2, 2, 2}, nil},
		"slower when it is too often":  {[]error{login.ErrSlowDown, login.ErrPending, nil}, []time.Duration{2, 7, 7}, nil},
		"again after no answer":        {[]error{unanswered{errors.New("reset")}, nil}, []time.Duration{2, 7}, nil},
		"not after a refusal":          {[]error{login.ErrDenied}, []time.Duration{2}, login.ErrDenied},
		"not after the code's end": {
			[]error{login.ErrSlowDown, login.ErrSlowDown, login.ErrSlowDown, login.ErrSlowDown}, []time.Duration{2, 7, 12, 17}, login.ErrExpired,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := now
			var waits []time.Duration
			clock := login.Clock{Now: func() time.Time { return at }, Wait: func(_ context.Context, d time.Duration) error {
				waits = append(waits, d/time.Second)
				at = at.Add(d)
				return nil
			}}
			asked := 0
			err := login.AwaitDevice(t.Context(), clock, login.DeviceCode{Interval: 2 * time.Second, Expires: now.Add(50 * time.Second)},
				func(context.Context) error { asked++; return c.answers[asked-1] })
			require.ErrorIs(t, err, c.want)
			require.Equal(t, c.waits, waits)
		})
	}
}

func TestADeviceStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := login.AwaitDevice(ctx, login.SystemClock(), login.DeviceCode{}, func(context.Context) error { return nil })
	require.ErrorIs(t, err, context.Canceled)
}

// browse opens an address as a browser does.
func browse(t *testing.T, address string, query url.Values) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"?"+query.Encode(), nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

func TestOnlyTheAnswerToOurRequestCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query url.Values
		code  string
		err   string
	}{
		"a code":             {url.Values{"code": {"c0de"}}, "c0de", ""},
		"a refusal":          {url.Values{"error": {"access_denied"}}, "", "access was refused"},
		"another error":      {url.Values{"error": {"invalid_scope"}, "error_description": {"No <b>such\nscope"}}, "", `"invalid_scope: No <b>such\nscope"`},
		"neither of the two": {url.Values{}, "", "without a code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			back, err := login.Listen(t.Context(), 0)
			require.NoError(t, err)
			proof := login.NewProof()
			type result struct {
				code string
				err  error
			}
			got := make(chan result, 1)
			go func() {
				code, err := back.Await(t.Context(), proof)
				got <- result{code, err}
			}()
			for _, state := range []string{"", "of another", login.NewProof().State} {
				status, _ := browse(t, back.Redirect, url.Values{"code": {"stolen"}, "state": {state}})
				require.Equal(t, http.StatusBadRequest, status)
			}
			status, _ := browse(t, back.Redirect+"/elsewhere", nil)
			require.Equal(t, http.StatusNotFound, status)
			c.query.Set("state", proof.State)
			status, page := browse(t, back.Redirect, c.query)
			require.Equal(t, http.StatusOK, status)
			require.Contains(t, page, "This page may be closed")
			require.NotContains(t, page, "c0de")
			r := <-got
			require.Equal(t, c.code, r.code)
			if c.err == "" {
				require.NoError(t, r.err)
			} else {
				require.ErrorContains(t, r.err, c.err)
			}
		})
	}
}

func TestWaitingForTheBrowserEndsWithTheContext(t *testing.T) {
	t.Parallel()
	back, err := login.Listen(t.Context(), 0)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = back.Await(ctx, login.NewProof())
	require.ErrorIs(t, err, context.Canceled)
}

func TestAProofIsNewEachTimeAndItsChallengeIsTheHash(t *testing.T) {
	t.Parallel()
	one, two := login.NewProof(), login.NewProof()
	require.NotEqual(t, one, two)
	require.NotEqual(t, one.State, one.Verifier)
	require.Len(t, one.Verifier, 43) // RFC 7636, section 4.1: 43 to 128 characters
	sum := sha256.Sum256([]byte(one.Verifier))
	require.Equal(t, base64.RawURLEncoding.EncodeToString(sum[:]), one.Challenge())
}
