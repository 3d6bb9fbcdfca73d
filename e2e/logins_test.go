package e2e_test

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// withoutLogins leaves of the demo's credentials those of the applications, and has
// messages on Twitch sent through the API.
func withoutLogins(t *testing.T, dir string) {
	t.Helper()
	file := filepath.Join(dir, ".env")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := slices.DeleteFunc(strings.SplitAfter(string(text), "\n"), func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		return strings.HasSuffix(name, "_TOKEN") || strings.HasSuffix(name, "_NICK")
	})
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600))

	file = filepath.Join(dir, "shared", "config", "platforms.json")
	text, err = os.ReadFile(file)
	require.NoError(t, err)
	var document map[string]any
	require.NoError(t, json.Unmarshal(text, &document))
	for _, entry := range document["platforms"].([]any) {
		if platform := entry.(map[string]any); platform["name"] == "twitch" {
			platform["send_through"] = "api"
		}
	}
	text, err = json.Marshal(document)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o600))
}

// logIn logs the bot in on a platform, with a person who consents to everything.
func (s *standalone) logIn(platform string) {
	s.t.Helper()
	_, port, err := net.SplitHostPort(freeAddress(s.t))
	require.NoError(s.t, err)
	cmd := exec.CommandContext(s.t.Context(), filepath.Join(binaries, "streamsuites"), "auth", "login", platform, "--port", port, "--state-dir", s.dir)
	cmd.Env = append(os.Environ(), "DATABASE_URL=", "TEMPORAL_ADDRESS=", "BROWSER=true")
	out, err := cmd.StdoutPipe()
	require.NoError(s.t, err)
	cmd.Stderr = os.Stderr
	require.NoError(s.t, cmd.Start())
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		if page := strings.TrimPrefix(scanner.Text(), "Open "); strings.HasPrefix(page, "http") {
			consent(s.t, page)
		}
	}
	require.NoError(s.t, cmd.Wait())
}

// consent opens a page of a simulated platform as the bot's owner.
func consent(t *testing.T, page string) {
	t.Helper()
	u, err := url.Parse(page)
	require.NoError(t, err)
	q := u.Query()
	if code := q.Get("device-code"); code != "" {
		response, err := http.PostForm(page, url.Values{"user_code": {code}, "login": {"lanternbot"}})
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return
	}
	q.Set("sim_consent", "@lanternbot")
	u.RawQuery = q.Encode()
	response, err := http.Get(u.String())
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
}

// loginState is an account's login as `status` shows it.
func (s *standalone) loginState(platform string) (state, remedy string) {
	s.t.Helper()
	var status struct {
		Logins []struct{ Platform, State, Remedy string }
	}
	require.NoError(s.t, json.Unmarshal([]byte(s.cli("status", "--output", "json")), &status))
	for _, l := range status.Logins {
		if l.Platform == platform {
			return l.State, l.Remedy
		}
	}
	return "", ""
}

func TestAccountsThatLogInAndOutWhileTheRuntimeRunsAreTakenIn(t *testing.T) {
	t.Parallel()
	s := launch(t, filepath.Join(t.TempDir(), "var"), nil, "--demo", "--servers-only")
	s.awaitServers()
	withoutLogins(t, s.dir)
	worker, ingest := startRole(t, s, "worker"), startRole(t, s, "ingest")
	s.awaitChat()
	f := s.tail()
	s.eventually(time.Minute, "Twitch is read as nobody", func() bool {
		s.say("Early", "anybody there?")
		_, heard := f.find(func(l chatLine) bool { return l.Platform == "twitch" && l.Author == "Early" })
		return heard
	})
	for _, platform := range threePlatforms {
		state, remedy := s.loginState(platform)
		require.Equal(t, "not_logged_in", state, platform)
		require.Equal(t, "streamsuites auth login "+platform, remedy)
	}

	for _, platform := range threePlatforms {
		s.logIn(platform)
		s.repeat(platform, "!ping", func() bool { return s.botSaid(platform, "pong") })
		state, _ := s.loginState(platform)
		require.Equal(t, "ready", state, platform)
	}
	var said []struct {
		Text    string
		ReplyTo string `json:"reply_to"`
		Metered bool
		ByAPI   bool `json:"by_api"`
	}
	s.get(s.addr.Simulators.Control+"/twitch/messages?limit=5000", &said)
	for _, m := range said {
		if m.Metered {
			require.True(t, m.ByAPI, "messages go through the API")
			require.NotEmpty(t, m.ReplyTo, "an answer is a reply")
		}
	}

	s.cli("auth", "logout", "twitch")
	s.repeat("twitch", "!ping", func() bool {
		return s.number(`select count(*) from outbox where platform = 'twitch' and state = 'failed' and error like '%read_only%'`) > 0
	})
	id := s.say("Later", "still heard")
	s.await(f, "chat is read on as nobody", func(l chatLine) bool { return l.MessageID == id })
	state, _ := s.loginState("twitch")
	require.Equal(t, "not_logged_in", state)
	requireNoSecrets(t, s)
	ingest.stop(t)
	worker.stop(t)
}
