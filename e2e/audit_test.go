package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// account is what became of everything that was asked for.
type account struct {
	published, failed, videos int
	sent, unknown, other      int // answers, by what the outbox says of them
}

func (a account) String() string {
	return fmt.Sprintf("%d clips published, %d failed, %d videos; answers: %d sent, %d unknown, %d not sent",
		a.published, a.failed, a.videos, a.sent, a.unknown, a.other)
}

// audit requires that nothing is lost and nothing is there twice: each published
// clip is one video and one published file, both byte for byte what was encoded;
// nothing else is on the channel; and each answer that the outbox calls sent is
// in chat once, each one that it calls unknown at most once, any other not at all.
func (s *standalone) audit() account {
	s.t.Helper()
	var a account
	s.eventually(3*time.Minute, "every clip has ended", func() bool {
		return !slices.ContainsFunc(s.exportedClips(), func(c exported) bool { return c.State != "published" && c.State != "failed" })
	})
	videos := s.videos()
	a.videos = len(videos)
	expected := 0
	for _, c := range s.exportedClips() {
		ofClip := s.videosOf(c.ClipID)
		require.LessOrEqual(s.t, len(ofClip), 1, "videos of clip %s", c.ClipID)
		if c.State == "failed" {
			a.failed++
			require.NotEmpty(s.t, c.LastError)
			expected += len(ofClip)
			continue
		}
		require.Equal(s.t, "published", c.State, c.ClipID)
		a.published++
		expected++
		require.Len(s.t, ofClip, 1, "videos of clip %s", c.ClipID)
		encoded := sha256Of(s, filepath.Join(s.dir, "clips", "output", c.ClipID+".mp4"))
		require.Equal(s.t, encoded, sha256Of(s, filepath.Join(s.dir, "clips", "published", c.ClipID+".mp4")), c.ClipID)
		require.Equal(s.t, encoded, ofClip[0].SHA256, c.ClipID)
	}
	require.Equal(s.t, expected, len(videos), "every video is some clip's")
	s.auditAnswers(&a)
	return a
}

// awaitResults waits until each clip's requester was told how it ended, or the
// outbox says why not.
func (s *standalone) awaitResults(connection *pgx.Conn) {
	s.t.Helper()
	s.eventually(time.Minute, "every result is said", func() bool {
		var open int
		require.NoError(s.t, connection.QueryRow(s.t.Context(), `
			select count(*) from streamsuites.clips c where message_id <> '' and not exists (
				select from streamsuites.outbox o where kind = 'reply' and payload->>'ClipID' = c.clip_id
					and state not in ('pending', 'sending') and created_at >= c.updated_at)`).Scan(&open))
		return open == 0
	})
}

// auditAnswers compares the outbox with what is in chat.
func (s *standalone) auditAnswers(a *account) {
	s.t.Helper()
	connection, err := pgx.Connect(s.t.Context(), s.addr.Database)
	require.NoError(s.t, err)
	defer func() { _ = connection.Close(s.t.Context()) }()
	s.awaitResults(connection)
	said := map[string]int{}
	for _, m := range s.messages() {
		if m.ReplyTo != "" {
			said[m.ReplyTo+"\x00"+m.Text]++
		}
	}
	rows, err := connection.Query(s.t.Context(), `
		select state, coalesce(payload->>'ReplyTo', ''), coalesce(payload->>'Text', '') from streamsuites.outbox where kind = 'reply'`)
	require.NoError(s.t, err)
	var state, to, text string
	_, err = pgx.ForEachRow(rows, []any{&state, &to, &text}, func() error {
		times := said[to+"\x00"+text]
		switch state {
		case "sent":
			a.sent++
			require.Equal(s.t, 1, times, "sent: %q", text)
		case "unknown":
			a.unknown++
			require.LessOrEqual(s.t, times, 1, "unknown: %q", text)
		default:
			a.other++
			require.Zero(s.t, times, "%s: %q", state, text)
		}
		delete(said, to+"\x00"+text)
		return nil
	})
	require.NoError(s.t, err)
	require.Empty(s.t, said, "answers that no outbox row knows")
}

// video is a video of the simulated YouTube channel.
type video struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func (s *standalone) videos() []video {
	s.t.Helper()
	var all []video
	s.get(s.addr.Simulators.Control+"/youtube/videos", &all)
	return all
}

func (s *standalone) videosOf(clipID string) []video {
	s.t.Helper()
	var of []video
	for _, v := range s.videos() {
		if strings.HasSuffix(v.Title, "["+clipID+"]") {
			of = append(of, v)
		}
	}
	return of
}

func sha256Of(s *standalone, path string) string {
	s.t.Helper()
	file, err := os.Open(path)
	require.NoError(s.t, err)
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	require.NoError(s.t, err)
	return hex.EncodeToString(sum.Sum(nil))
}
