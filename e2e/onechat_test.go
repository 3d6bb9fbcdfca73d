package e2e_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/stretchr/testify/require"
)

// chatLine is what `streamsuites chat tail --output json` prints.
type chatLine struct {
	Platform  string `json:"platform"`
	MessageID string `json:"message_id"`
	Event     string `json:"event"`
	AuthorID  string `json:"author_id"`
	Author    string `json:"author"`
	Text      string `json:"text"`
	Target    string `json:"target"`
	Self      bool   `json:"self"`
	History   bool   `json:"history"`
}

// tail is a running `streamsuites chat tail --output json`.
type tail struct {
	mu    sync.Mutex
	lines []chatLine
}

// tail follows the chat of all platforms until the test ends.
func (s *standalone) tail() *tail {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(binaries, "streamsuites"), "chat", "tail", "--output", "json", "--state-dir", s.dir)
	cmd.Env = append(os.Environ(), "DATABASE_URL=", "TEMPORAL_ADDRESS=")
	out, err := cmd.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, cmd.Start())
	seen := &tail{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		seen.read(out)
	}()
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-done
		_ = cmd.Wait()
	})
	return seen
}

func (f *tail) read(from io.Reader) {
	scanner := bufio.NewScanner(from)
	for scanner.Scan() {
		var l chatLine
		if json.Unmarshal(scanner.Bytes(), &l) != nil {
			continue
		}
		f.mu.Lock()
		f.lines = append(f.lines, l)
		f.mu.Unlock()
	}
}

func (f *tail) find(fits func(chatLine) bool) (chatLine, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.lines, fits)
	if i < 0 {
		return chatLine{}, false
	}
	return f.lines[i], true
}

// await waits for a line.
func (s *standalone) await(f *tail, what string, fits func(chatLine) bool) (found chatLine) {
	s.t.Helper()
	s.eventually(time.Minute, what, func() (ok bool) {
		found, ok = f.find(fits)
		return ok
	})
	return found
}

// speak lets somebody write on a platform.
func (s *standalone) speak(platform, user, text string) (id string) {
	s.t.Helper()
	var answer struct{ ID string }
	s.post("/"+platform+"/say", map[string]any{"user": user, "text": text}, &answer)
	require.NotEmpty(s.t, answer.ID)
	return answer.ID
}

// botSaid reports whether a platform's chat has a line of the bot with that text.
func (s *standalone) botSaid(platform, text string) bool {
	s.t.Helper()
	var messages []struct {
		Text    string
		Metered bool
	}
	s.get(s.addr.Simulators.Control+"/"+platform+"/messages?limit=5000", &messages)
	return slices.ContainsFunc(messages, func(m struct {
		Text    string
		Metered bool
	},
	) bool {
		return m.Metered && strings.Contains(m.Text, text)
	})
}

var threePlatforms = []string{"twitch", "youtube", "kick"}

// awaitHearing speaks on every platform until the runtime hears it as chat of now.
func (s *standalone) awaitHearing(f *tail) {
	s.t.Helper()
	for _, platform := range threePlatforms {
		s.eventually(2*time.Minute, "the runtime hears "+platform, func() bool {
			s.speak(platform, "Early", "anybody there?")
			_, ok := f.find(func(l chatLine) bool { return l.Platform == platform && l.Author == "Early" && !l.History })
			return ok
		})
	}
}

func TestThreePlatformsAreOneChat(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	f := s.tail()
	s.awaitHearing(f)
	s.awaitRecording(8)
	page := openBrowser(t).MustPage(s.addr.HTTP + "/chat/")
	page.Timeout(time.Minute).MustElementR("#state", "live")

	t.Run("commands are answered where they were given", func(t *testing.T) {
		for _, platform := range threePlatforms {
			s.repeat(platform, "!ping", func() bool { return s.botSaid(platform, "pong") })
			s.await(f, "the pong in the one chat", func(l chatLine) bool { return l.Platform == platform && l.Self && strings.Contains(l.Text, "pong") })
			shows(t, page, "#chat .line."+platform+" .said", "pong")
		}
	})
	t.Run("clips of all platforms are published", func(t *testing.T) {
		for _, platform := range threePlatforms {
			title := "Seen on " + platform
			s.repeat(platform, "!clip 5 "+title, func() bool {
				return slices.ContainsFunc(s.exportedClips(), func(c exported) bool { return strings.Contains(c.Title, title) })
			})
			clip := s.published(title)
			require.True(t, strings.HasPrefix(clip.RequestedBy, platform+":"), clip.RequestedBy)
			s.eventually(time.Minute, "the address on "+platform, func() bool { return s.botSaid(platform, clip.URL) })
		}
	})
	t.Run("what moderators do reaches the one chat", func(t *testing.T) { moderate(t, s, f) })
	t.Run("the page shows all platforms, and text as text", func(t *testing.T) { requirePage(t, s, f, page) })
	t.Run("every document keeps the contract", func(t *testing.T) {
		requireContract(t, filepath.Join(s.dir, "runtime", "exports"))
	})
	t.Run("no secret is in any log", func(t *testing.T) { requireNoSecrets(t, s) })
}

// repeat gives a command, by a new viewer each time, until it was obeyed: its
// cooldown counts for all platforms together.
func (s *standalone) repeat(platform, command string, obeyed func() bool) {
	s.t.Helper()
	asked, last := 0, time.Time{}
	s.eventually(2*time.Minute, command+" is obeyed on "+platform, func() bool {
		if time.Since(last) > 6*time.Second {
			asked, last = asked+1, time.Now()
			s.speak(platform, fmt.Sprintf("Viewer%d", asked), command)
		}
		return obeyed()
	})
}

// published waits for the clip with that title.
func (s *standalone) published(title string) (clip exported) {
	s.t.Helper()
	s.eventually(2*time.Minute, "the clip "+title, func() bool {
		all := s.exportedClips()
		i := slices.IndexFunc(all, func(c exported) bool { return strings.Contains(c.Title, title) })
		if i >= 0 {
			clip = all[i]
		}
		return clip.State == "published" || clip.State == "failed"
	})
	require.Equal(s.t, "published", clip.State, clip.LastError)
	return clip
}

func moderate(t *testing.T, s *standalone, f *tail) {
	t.Helper()
	s.speak("youtube", "Yara", "I am rude")
	s.speak("twitch", "Tessa", "I am rude")
	rude := map[string]chatLine{}
	for _, platform := range []string{"youtube", "twitch"} {
		rude[platform] = s.await(f, "rude words on "+platform, func(l chatLine) bool { return l.Platform == platform && l.Text == "I am rude" })
	}
	s.post("/youtube/ban", map[string]any{"user": "Yara"}, nil)
	s.post("/twitch/ban", map[string]any{"user": "Tessa", "seconds": 600}, nil)
	for platform, said := range rude {
		require.NotEmpty(t, said.AuthorID)
		s.await(f, "the ban on "+platform, func(l chatLine) bool {
			return l.Platform == platform && l.Event == "ban" && l.Target == said.AuthorID
		})
	}
	id := s.speak("kick", "Kira", "buy followers here")
	said := s.await(f, "the advertisement", func(l chatLine) bool { return l.Platform == "kick" && l.Text == "buy followers here" })
	s.post("/kick/delete", map[string]any{"id": id}, nil)
	s.await(f, "the deletion", func(l chatLine) bool {
		return l.Platform == "kick" && l.Event == "deletion" && l.Target == said.MessageID
	})
}

// shows waits until the page has an element with that text. It keeps the newest
// lines only.
func shows(t *testing.T, page *rod.Page, selector, pattern string) {
	t.Helper()
	_, err := page.Timeout(time.Minute).ElementR(selector, pattern)
	require.NoError(t, err, "%s with %s", selector, pattern)
}

const (
	script  = `<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">`
	turning = "\u202egnp.exe \u2066hidden"
)

// requirePage holds that the page shows what was said on all platforms, strikes
// out what was taken out, and makes nothing of markup in names and texts.
func requirePage(t *testing.T, s *standalone, f *tail, page *rod.Page) {
	t.Helper()
	s.speak("youtube", `<b onclick="window.hacked = 1">Mallory</b>`, script)
	for _, platform := range threePlatforms {
		s.speak(platform, "Turner", "before "+turning+" on "+platform)
		s.await(f, "hostile words on "+platform, func(l chatLine) bool {
			return l.Platform == platform && strings.HasPrefix(l.Text, "before ") && strings.HasSuffix(l.Text, "on "+platform)
		})
	}
	for _, platform := range threePlatforms {
		shows(t, page, "#chat .line."+platform+" .said", "before .*on "+platform)
	}
	shows(t, page, "#chat .kick.gone .said", "buy followers here")
	shows(t, page, "#chat .youtube.gone .said", "I am rude")
	shows(t, page, "#chat .twitch.gone .said", "I am rude")
	shows(t, page, "#chat .youtube .who", "<b onclick=.*Mallory")
	shows(t, page, "#chat .youtube .said", "<script>window.hacked")
	require.True(t, page.MustEval(`() => window.hacked === undefined`).Bool())
	require.Zero(t, page.MustEval(`() => document.querySelectorAll("#chat script, #chat img, #chat b, #chat a").length`).Int())
	require.False(t, page.MustEval(`() => /[\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent)`).Bool())
}
