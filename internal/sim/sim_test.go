package sim

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/shirou/gopsutil/v4/process"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/sim/demo"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// childDir tells a re-executed test binary to be the simulators.
const childDir = "SIMULATORS_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		err := Run(context.Background(), Options{Dir: dir, Log: zerolog.Nop(), Ready: func(b Bound) {
			_ = json.NewEncoder(os.Stdout).Encode(b)
		}})
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// child is the simulators in a process of their own.
type child struct {
	Bound
	cmd *exec.Cmd
}

func spawn(t *testing.T, dir string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), childDir+"="+dir)
	var complaints bytes.Buffer
	c.cmd.Stderr = &complaints
	stdout, err := c.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.cmd.Start())
	t.Cleanup(c.kill)
	require.NoError(t, json.NewDecoder(stdout).Decode(&c.Bound), "%s", &complaints)
	return c
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

func (b Bound) post(t *testing.T, path, body string) string {
	t.Helper()
	response, err := http.Post(b.Control+path, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	return text(t, response)
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	require.NoError(t, err)
	return text(t, response)
}

func text(t *testing.T, response *http.Response) string {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, string(body))
	return string(body)
}

// live returns the streams that Helix tells.
func (b Bound) live(t *testing.T, token string) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, b.TwitchHelix+"/helix/streams?user_login=harborlights", nil)
	require.NoError(t, err)
	request.Header = http.Header{"Authorization": {"Bearer " + token}, "Client-Id": {"simulated-client"}}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	return text(t, response)
}

// login joins the default channel over TLS that trusts the authority.
func (b Bound) login(t *testing.T, token string) *bufio.Reader {
	t.Helper()
	pem, err := os.ReadFile(b.CAFile)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	conn, err := tls.Dial("tcp", b.TwitchIRC, &tls.Config{RootCAs: roots})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	_, err = fmt.Fprintf(conn, "PASS oauth:%s\r\nNICK lanternbot\r\nJOIN #harborlights\r\n", token)
	require.NoError(t, err)
	lines := bufio.NewReader(conn)
	expect(t, lines, " 366 ")
	return lines
}

func expect(t *testing.T, lines *bufio.Reader, part string) {
	t.Helper()
	for {
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		if strings.Contains(line, part) {
			return
		}
	}
}

// playlist waits until the playlist is as wanted and returns it.
func (b Bound) playlist(t *testing.T, wanted func(string) bool) string {
	t.Helper()
	var list string
	require.Eventually(t, func() bool {
		response, err := http.Get(b.Playlist)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		list = string(body)
		return err == nil && response.StatusCode == http.StatusOK && wanted(list)
	}, 30*time.Second, 50*time.Millisecond)
	return list
}

func TestAKilledSimulatorGoesOnWithTheSameWorld(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := spawn(t, dir)
	first.login(t, "simulated-access-token")
	first.post(t, "/twitch/say", `{"user":"Anna","text":"before"}`)
	first.post(t, "/faults", `{"target":"twitch.helix","kind":"500","times":3}`)
	response, err := http.PostForm(first.TwitchHelix+"/oauth2/token", url.Values{"grant_type": {"refresh_token"},
		"refresh_token": {"simulated-refresh-token"}, "client_id": {"simulated-client"}, "client_secret": {"simulated-client-secret"}})
	require.NoError(t, err)
	var granted struct {
		Access string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(text(t, response)), &granted))
	full := func(list string) bool { return strings.Count(list, "#EXTINF") == 10 }
	before := first.playlist(t, full)
	first.post(t, "/twitch/say", `{"user":"Ben","text":"the last word"}`)
	first.kill()

	require.Eventually(t, func() bool { return !encoding(t, dir) }, 10*time.Second, 50*time.Millisecond, "the encoder dies with its process")

	second := spawn(t, dir)
	require.Equal(t, first.Bound, second.Bound, "addresses are kept")
	require.Contains(t, fetch(t, second.Control+"/twitch/messages"), `"text":"the last word"`)
	require.Contains(t, fetch(t, second.Control+"/faults"), `{"target":"twitch.helix","kind":"500","times":3}`)
	second.post(t, "/faults", `{"target":"twitch.helix","kind":"none"}`)
	require.Contains(t, second.live(t, granted.Access), `"type":"live"`)
	lines := second.login(t, granted.Access)
	second.post(t, "/twitch/say", `{"user":"Anna","text":"after"}`)
	expect(t, lines, "PRIVMSG #harborlights :after")

	after := second.playlist(t, func(list string) bool { return strings.Contains(list, "#EXT-X-DISCONTINUITY\n") })
	last := before[strings.LastIndex(before, "#EXT-X-PROGRAM-DATE-TIME"):]
	require.Contains(t, after, last, "the timeline goes on where it was")
}

// encoding reports whether an FFmpeg writes into dir.
func encoding(t *testing.T, dir string) bool {
	t.Helper()
	all, err := process.Processes()
	require.NoError(t, err)
	for _, p := range all {
		if line, err := p.Cmdline(); err == nil && strings.Contains(line, dir+"/hls/segment-") {
			return true
		}
	}
	return false
}

// begin starts simulators in this process and ends them with the test.
func begin(t *testing.T, o Options) *Running {
	t.Helper()
	o.Log = zerolog.New(zerolog.NewTestWriter(t))
	ctx, cancel := context.WithCancel(context.Background())
	r, err := Start(ctx, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		cancel()
		require.NoError(t, r.Wait())
	})
	return r
}

func TestTheVideoEndsAndBeginsWithTheBroadcast(t *testing.T) {
	t.Parallel()
	b := begin(t, Options{Dir: t.TempDir()}).Bound
	b.playlist(t, func(list string) bool { return true })
	b.post(t, "/twitch/live", `{"live":false}`)
	require.NotContains(t, b.live(t, "simulated-access-token"), "harborlights")
	b.playlist(t, func(list string) bool { return strings.HasSuffix(list, "#EXT-X-ENDLIST\n") })
	b.post(t, "/twitch/live", `{"live":true}`)
	require.Contains(t, b.live(t, "simulated-access-token"), "harborlights")
	b.playlist(t, func(list string) bool { return !strings.Contains(list, "ENDLIST") })
}

func TestTheDemoTalksAndAsksForAClipOnceTheBotIsThere(t *testing.T) {
	t.Parallel()
	r := begin(t, Options{Dir: t.TempDir(), Demo: &demo.Options{Rate: 50, ClipAfter: time.Millisecond}})
	lines := r.Bound.login(t, "simulated-access-token")
	expect(t, lines, " PRIVMSG #harborlights :!clip 20 ")
	require.NotEmpty(t, r.Twitch.Messages("", "", 10))
}

func TestRequestsThatHangEndWithTheSimulators(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ready := make(chan Bound, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Options{Dir: t.TempDir(), Log: zerolog.Nop(), Ready: func(b Bound) { ready <- b }})
	}()
	b := <-ready
	b.post(t, "/faults", `{"target":"twitch.oauth","kind":"hang","times":1}`)
	hung := make(chan error, 1)
	go func() {
		_, err := http.Get(b.TwitchHelix + "/oauth2/validate")
		hung <- err
	}()
	require.Eventually(t, func() bool { return !strings.Contains(fetch(t, b.Control+"/faults"), `"kind":"hang","times"`) }, 10*time.Second, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	require.Error(t, <-hung)
}

func TestAFolderHasOneSimulator(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	begin(t, Options{Dir: dir})
	_, err := Start(t.Context(), Options{Dir: dir})
	var locked *durable.LockedError
	require.ErrorAs(t, err, &locked)
}

func TestWhatCannotBeServedIsAnErrorAndLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	other := begin(t, Options{Dir: t.TempDir()})
	dir := t.TempDir()
	_, err := Start(t.Context(), Options{Dir: dir, Addresses: Addresses{HLS: other.Bound.TwitchIRC}})
	require.ErrorContains(t, err, "listen for hls")
	_, err = Start(t.Context(), Options{Dir: dir, FFmpeg: "/nowhere/ffmpeg"})
	require.ErrorContains(t, err, "FFmpeg")
	begin(t, Options{Dir: dir, Seed: &twitch.Seed{ClientID: "c", Channels: []twitch.Channel{{Login: "solo"}}}})
}
