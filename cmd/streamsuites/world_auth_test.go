package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/kick"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// startLogins starts the platforms that accounts log in to, and says in the
// configuration of var where they are and what the applications are.
func startLogins(ts *testscript.TestScript, _ bool, _ []string) {
	w := here(ts)
	dir := w.t.TempDir()
	switches := func(name string, targets []faults.Target) *faults.Switches {
		s, err := faults.Open(filepath.Join(dir, name+".json"), targets...)
		ts.Check(err)
		return s
	}
	serve := func(h http.Handler, closer interface{ Close() error }) string {
		server := httptest.NewServer(h)
		w.t.Cleanup(func() { server.Close(); require.NoError(w.t, closer.Close()) })
		return server.URL
	}
	tw, err := twitch.Open(twitch.Options{Dir: filepath.Join(dir, "twitch"), Seed: twitch.DefaultSeed(), Faults: switches("t", twitch.Targets()), Log: zerolog.Nop()})
	ts.Check(err)
	w.twitch = tw
	yt, err := youtube.Open(youtube.Options{Dir: filepath.Join(dir, "youtube"), Seed: youtube.DefaultSeed(), Faults: switches("y", youtube.Targets()), Log: zerolog.Nop()})
	ts.Check(err)
	kk, err := kick.Open(kick.Options{Dir: filepath.Join(dir, "kick"), Seed: kick.DefaultSeed(), Faults: switches("k", kick.Targets()), Log: zerolog.Nop()})
	ts.Check(err)
	t, y, k := serve(tw.Handler(), tw), serve(yt.Handler(), yt), serve(kk.Handler(), kk)
	irc := serveChat(ts)
	_, err = config.WriteSample(ts.MkAbs(filepath.Join("var", "shared", "config")), config.Sample{
		Creators: []config.SampleCreator{{ID: creator, TwitchChannel: "harborlights", YouTubeChannel: "@harborlights", KickChannel: "harborlights"}},
		Twitch:   &config.TwitchEndpoints{IRC: irc, Helix: t + "/helix", OAuth: t + "/oauth2"},
		YouTube:  &config.YouTubeEndpoints{API: y, OAuth: y + youtube.TokenPath, Authorize: y + youtube.AuthorizePath, Device: y + youtube.DevicePath},
		Kick:     &config.KickEndpoints{API: k, OAuth: k, Site: k, Pusher: "ws" + strings.TrimPrefix(k, "http") + "/app/key"},
	})
	ts.Check(err)
	var env strings.Builder
	for name, value := range map[string]string{
		config.OptTwitchClientID: twitch.DefaultSeed().ClientID, config.OptTwitchClientSecret: twitch.DefaultSeed().ClientSecret,
		config.OptYouTubeClientID: youtube.DefaultSeed().ClientID, config.OptYouTubeClientSecret: youtube.DefaultSeed().ClientSecret,
		config.OptKickClientID: kick.DefaultSeed().ClientID, config.OptKickClientSecret: kick.DefaultSeed().ClientSecret,
	} {
		fmt.Fprintf(&env, "%s=%s\n", name, value)
	}
	ts.Check(os.WriteFile(ts.MkAbs(filepath.Join("var", ".env")), []byte(env.String()), 0o600))
	free, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(free.Addr().String())
	ts.Check(err)
	ts.Check(free.Close())
	ts.Setenv("PORT", port)
	ts.Setenv("BROWSER", "visit")
}

// visit is the browser of the scripts: it opens an address as a person who
// consents to everything, as the account that PERSON names.
func visit(address string) (exitCode int) {
	u, err := url.Parse(address)
	if err != nil {
		return 1
	}
	person := os.Getenv("PERSON")
	form := url.Values{}
	switch {
	case u.Path == "/activate":
		form = url.Values{"user_code": {u.Query().Get("device-code")}, "login": {person}}
		if person == "" {
			form.Set("answer", "deny")
		}
	case strings.HasPrefix(u.Path, youtube.AuthorizePath):
		q := u.Query()
		if person == "" {
			q.Set("deny", "1")
		}
		q.Set("sim_consent", "@"+strings.TrimPrefix(person, "@"))
		if person == "" {
			q.Set("sim_consent", "@lanternbot")
		}
		u.RawQuery = q.Encode()
	}
	var response *http.Response
	if len(form) > 0 {
		response, err = http.PostForm(u.String(), form) //nolint:gosec,noctx // of a simulator
	} else {
		response, err = http.Get(u.String()) //nolint:gosec,noctx // of a simulator
	}
	if err != nil {
		return 1
	}
	if response.Body.Close() != nil || response.StatusCode > 299 {
		return 1
	}
	return 0
}
