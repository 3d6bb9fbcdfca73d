package twitch

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// platformWorld is a client of the simulated platform's API, in a bubble of its
// own time.
type platformWorld struct {
	*testing.T
	server *sim.Server
	faults *faults.Switches
	client *Client
	tokens *UserTokens
	asked  []time.Time // of requests to Helix
	stored []Token
}

// RoundTrip implements http.RoundTripper without a network.
func (w *platformWorld) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	defer func() {
		switch broken := recover(); broken {
		case nil:
		case http.ErrAbortHandler:
			answer, err = nil, io.ErrUnexpectedEOF
		default:
			panic(broken)
		}
	}()
	if r.URL.Host == "helix.test" {
		w.asked = append(w.asked, time.Now())
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func inPlatformWorld(t *testing.T, act func(w *platformWorld)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, dir := &platformWorld{T: t}, t.TempDir()
		var err error
		w.faults, err = faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
		require.NoError(t, err)
		seed := sim.DefaultSeed()
		w.server, err = sim.Open(sim.Options{Dir: dir, Seed: seed, Faults: w.faults, Log: zerolog.Nop()})
		require.NoError(t, err)
		defer func() { require.NoError(t, w.server.Close()) }()
		w.client, err = New(Config{
			Endpoints: Endpoints{Helix: "http://helix.test/helix", OAuth: "http://id.test/oauth2"},
			ClientID:  seed.ClientID, ClientSecret: seed.ClientSecret, HTTPClient: &http.Client{Transport: w}, Log: zerolog.Nop(),
		})
		require.NoError(t, err)
		w.tokens = NewUserTokens(w.client, Token{Access: seed.Accounts[0].Token, Refresh: seed.Accounts[0].Refresh},
			func(_ context.Context, token Token) error { w.stored = append(w.stored, token); return nil })
		act(w)
	})
}

func (w *platformWorld) fault(target, kind string, times int) {
	w.Helper()
	require.NoError(w, w.faults.Set(target, kind, times))
}

// live asks who is live, and how long that took.
func (w *platformWorld) live() (streams []Stream, took time.Duration, err error) {
	begun := time.Now()
	streams, err = w.client.Helix("bot", w.tokens).Streams(w.Context(), []string{"harborlights"})
	return streams, time.Since(begun), err
}

// Every row of the matrix of errors and actions for Twitch's API (protocol
// reference, "Error → action matrix"), against the simulator's fault. The rows of
// chat are in ingest/twitch.
func TestEveryRowOfTheMatrixIsActedOn(t *testing.T) {
	for name, r := range map[string]struct {
		kinds []string
		act   func(w *platformWorld, kind string)
	}{
		"Helix 401 is refreshed and asked once more":  {[]string{"401"}, helixRefreshes},
		"Helix 401 for ever needs a person":           {[]string{"401"}, helixNeedsLogin},
		"Helix 429 waits for Ratelimit-Reset":         {[]string{"429"}, helixWaits},
		"Helix 5xx is asked once more":                {[]string{"500", "503"}, helixAsksAgain},
		"Helix 5xx twice is left to the caller":       {[]string{"500", "503"}, helixGivesUp},
		"validate 401 is told apart from what passes": {[]string{"401"}, validateRefused},
		"validate 5xx is no verdict on the token":     {[]string{"500", "503"}, validateUnknown},
		"a refused refresh needs a person":            {[]string{"400", "401"}, refreshRefused},
	} {
		for _, kind := range r.kinds {
			t.Run(name+"/"+kind, func(t *testing.T) {
				inPlatformWorld(t, func(w *platformWorld) { r.act(w, kind) })
			})
		}
	}
}

func helixRefreshes(w *platformWorld, kind string) {
	w.fault(sim.TargetHelix, kind, 1)
	streams, _, err := w.live()
	require.NoError(w, err)
	require.Len(w, streams, 1)
	require.Len(w, w.asked, 2)
	require.Len(w, w.stored, 1)
}

func helixNeedsLogin(w *platformWorld, kind string) {
	w.fault(sim.TargetHelix, kind, 2)
	_, _, err := w.live()
	require.ErrorIs(w, err, ErrNeedsLogin)
	require.Len(w, w.asked, 2, "it never loops")
	require.Len(w, w.stored, 1)
}

func helixWaits(w *platformWorld, kind string) {
	w.fault(sim.TargetHelix, kind, 1)
	streams, took, err := w.live()
	require.NoError(w, err)
	require.Len(w, streams, 1)
	require.Len(w, w.asked, 2)
	require.InDelta(w, 2, took.Seconds(), 1, "the header's two seconds, of whole seconds")
	require.Empty(w, w.stored)
}

func helixAsksAgain(w *platformWorld, kind string) {
	w.fault(sim.TargetHelix, kind, 1)
	streams, took, err := w.live()
	require.NoError(w, err)
	require.Len(w, streams, 1)
	require.Len(w, w.asked, 2)
	require.Positive(w, took)
}

func helixGivesUp(w *platformWorld, kind string) {
	w.fault(sim.TargetHelix, kind, 2)
	_, _, err := w.live()
	var failed *Error
	require.ErrorAs(w, err, &failed)
	require.True(w, failed.Retryable())
	require.Len(w, w.asked, 2)
	require.NotErrorIs(w, err, ErrNeedsLogin)
}

func validateRefused(w *platformWorld, kind string) {
	w.fault(sim.TargetOAuth, kind, 1)
	access, err := w.tokens.Token(w.Context())
	require.NoError(w, err)
	_, err = w.client.Validate(w.Context(), access)
	require.ErrorIs(w, err, ErrNeedsLogin)
	require.NotContains(w, err.Error(), access)
	fresh, err := w.tokens.Refresh(w.Context(), access)
	require.NoError(w, err)
	who, err := w.client.Validate(w.Context(), fresh)
	require.NoError(w, err)
	require.Equal(w, "lanternbot", who.Login)
}

func validateUnknown(w *platformWorld, kind string) {
	w.fault(sim.TargetOAuth, kind, 2)
	access, err := w.tokens.Token(w.Context())
	require.NoError(w, err)
	_, err = w.client.Validate(w.Context(), access)
	require.Error(w, err)
	require.NotErrorIs(w, err, ErrNeedsLogin)
	_, err = w.client.Validate(w.Context(), access)
	require.NoError(w, err)
}

func refreshRefused(w *platformWorld, kind string) {
	require.NoError(w, w.server.ExpireTokens("lanternbot"))
	w.fault(sim.TargetOAuth, kind, 1)
	_, _, err := w.live()
	require.ErrorIs(w, err, ErrNeedsLogin)
	require.Len(w, w.asked, 1, "nothing is asked with a token that ended")
	require.Empty(w, w.stored)
}
