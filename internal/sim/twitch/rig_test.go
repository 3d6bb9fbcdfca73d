package twitch

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// testSeed is a world of two channels, a bot that moderates the first, and an
// ordinary account.
func testSeed() Seed {
	seed := DefaultSeed()
	seed.Accounts = append(seed.Accounts,
		Account{ID: "500000003", Login: "pebble", Display: "Pebble", Token: "pebble-token", Refresh: "pebble-refresh",
			Scopes: []string{"chat:read", "chat:edit", "user:write:chat"}},
		Account{ID: "500000004", Login: "mute", Display: "Mute", Token: "mute-token", Scopes: []string{"user:read:email"}})
	seed.Channels = append(seed.Channels, Channel{Login: "tidepool", Title: "Small waters", Offline: true})
	return seed
}

func open(t testing.TB, dir string, change func(*Options)) *Server {
	t.Helper()
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), Targets()...)
	require.NoError(t, err)
	o := Options{Dir: filepath.Join(dir, "twitch"), Seed: testSeed(), Faults: switches, Log: zerolog.Nop()}
	if change != nil {
		change(&o)
	}
	s, err := Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (s *Server) fault(t *testing.T, target, kind string, times int) {
	t.Helper()
	require.NoError(t, s.options.Faults.Set(target, kind, times))
}

// wire is a client that sees every line as it came, inside a bubble of its own
// time.
type wire struct {
	t    *testing.T
	conn net.Conn
	gone chan struct{} // closed when the server closed

	mu    sync.Mutex
	lines []string
}

func dial(t *testing.T, s *Server) *wire {
	t.Helper()
	near, far := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	go s.ServeConn(ctx, far)
	w := &wire{t: t, conn: near, gone: make(chan struct{})}
	go func() {
		defer close(w.gone)
		reader := bufio.NewReader(near)
		for {
			line, err := reader.ReadString('\n')
			w.mu.Lock()
			if line != "" {
				w.lines = append(w.lines, strings.TrimSuffix(line, "\r\n"))
			}
			w.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		_ = near.Close()
		<-w.gone
	})
	return w
}

// send sends lines and waits until everything came to rest.
func (w *wire) send(lines ...string) {
	w.t.Helper()
	for _, line := range lines {
		_, _ = fmt.Fprintf(w.conn, "%s\r\n", line)
	}
	synctest.Wait()
}

// take returns the lines since the last call.
func (w *wire) take() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := w.lines
	w.lines = nil
	return lines
}

func (w *wire) closed() bool {
	synctest.Wait()
	select {
	case <-w.gone:
		return true
	default:
		return false
	}
}

// join logs in with every capability, joins channels and forgets the lines.
func (w *wire) join(login, token string, channels ...string) *wire {
	w.t.Helper()
	w.send("CAP REQ :twitch.tv/tags twitch.tv/commands", "PASS oauth:"+token, "NICK "+login)
	for _, channel := range channels {
		w.send("JOIN #" + channel)
	}
	lines := w.take()
	require.True(w.t, containing(lines, ":tmi.twitch.tv 001 "+login+" :Welcome, GLHF!"), "%q", lines)
	return w
}

func containing(lines []string, part string) bool {
	return slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, part) })
}

// said returns the texts of the PRIVMSGs among lines.
func said(lines []string) []string {
	texts := []string{}
	for _, line := range lines {
		if _, rest, ok := strings.Cut(line, " PRIVMSG #"); ok {
			_, text, _ := strings.Cut(rest, " :")
			texts = append(texts, text)
		}
	}
	return texts
}

const (
	botToken = "simulated-access-token"
	channel  = "harborlights"
)

func (s *Server) speak(t *testing.T, text string) Message {
	t.Helper()
	m, err := s.Say(Utterance{User: "Anna", Text: text})
	require.NoError(t, err)
	return m
}

// inBubble runs a test in time of its own.
func inBubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, test)
}

func pass(d time.Duration) {
	<-time.After(d) // inside a bubble: no real time passes
	synctest.Wait()
}
