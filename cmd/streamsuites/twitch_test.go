package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/sim/authority"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// startTwitch starts a simulated Twitch, and says in the configuration of var
// where it is and with which account to log in.
func startTwitch(ts *testscript.TestScript, _ bool, _ []string) {
	w := here(ts)
	dir := w.t.TempDir()
	ca, err := authority.Open(dir)
	ts.Check(err)
	secure, err := ca.Server("localhost", "127.0.0.1")
	ts.Check(err)
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), twitch.Targets()...)
	ts.Check(err)
	seed := twitch.DefaultSeed()
	w.twitch, err = twitch.Open(twitch.Options{
		Dir: filepath.Join(dir, "twitch"), Seed: seed, Faults: switches, TLS: secure, Log: zerolog.Nop(),
	})
	ts.Check(err)
	helix := httptest.NewServer(w.twitch.Handler())
	w.t.Cleanup(func() {
		helix.Close()
		require.NoError(w.t, w.twitch.Close())
	})
	configureTwitch(ts, seed, serveChat(ts), helix.URL, ca.Path())
}

// serveChat serves the chat of the simulated Twitch and returns its address.
func serveChat(ts *testscript.TestScript) string {
	w := here(ts)
	listener, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	ts.Check(err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- w.twitch.Serve(ctx, listener) }()
	w.t.Cleanup(func() { cancel(); require.NoError(w.t, <-served) })
	return listener.Addr().String()
}

func configureTwitch(ts *testscript.TestScript, seed twitch.Seed, irc, helix, caFile string) {
	dir := ts.MkAbs(filepath.Join("var", "shared", "config"))
	_, err := config.WriteSample(dir, config.Sample{
		Creators: []config.SampleCreator{{ID: creator, TwitchChannel: seed.Channels[0].Login}},
		Twitch: &config.TwitchEndpoints{
			IRC: irc, IRCTLS: true, Helix: helix + "/helix", OAuth: helix + "/oauth2", CAFile: caFile,
		},
	})
	ts.Check(err)
	bot := seed.Accounts[0]
	env := []string{
		config.OptTwitchNick + "=" + bot.Login,
		config.OptTwitchToken + "=" + bot.Token,
		config.OptTwitchRefreshToken + "=" + bot.Refresh,
		config.OptTwitchClientID + "=" + seed.ClientID,
		config.OptTwitchClientSecret + "=" + seed.ClientSecret,
	}
	ts.Check(os.WriteFile(ts.MkAbs(filepath.Join("var", ".env")), []byte(strings.Join(env, "\n")+"\n"), 0o600))
}

// viewerSays lets a viewer speak in the simulated chat:
//
//	viewer-says TEXT
func viewerSays(ts *testscript.TestScript, _ bool, args []string) {
	_, err := here(ts).twitch.Say(twitch.Utterance{User: "Ann", Text: strings.Join(args, " "), Roles: []string{twitch.RoleVIP}})
	ts.Check(err)
}

// chatHolds waits until the simulated chat holds N messages of that text:
//
//	chat-holds N TEXT
func chatHolds(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: chat-holds N TEXT")
	}
	var want int
	ts.Check(json.Unmarshal([]byte(args[0]), &want))
	eventually(ts, func() bool {
		held := 0
		for _, m := range here(ts).twitch.Messages("", "", 100) {
			if m.Text == args[1] {
				held++
			}
		}
		return held >= want
	}, "the chat does not hold %q", args[1])
}
