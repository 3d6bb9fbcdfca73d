package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestTheBooksTellWhatIsStoredFromWhatLiesInAGapAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	url, _ := storetest.New(t)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	storetest.Exec(t, url, `insert into gaps (creator_id, platform, channel, reason, from_at, to_at) values
		('a', 'twitch', 'a', 'cut', $1, $2), ('b', 'twitch', 'b', 'cut', $1, $3)`, at(10), at(20), at(60))
	stored := func(day, id, kind string, self bool) {
		storetest.Exec(t, url, `insert into chat_events (day, platform, message_id, creator_id, lane_seq, channel, author_id, author_login, author_name,
			roles, text, reply_to, shared_from, self, sent_at, received_at, kind) values ($1, 'twitch', $2, 'a', 1, 'a', '1', 'x', 'X', 0, '', '', '', $3, now(), now(), $4)`,
			day, id, self, kind)
	}
	stored("2026-03-01", "stored", "", false)
	stored("2026-03-01", "twice", "", false)
	stored("2026-03-02", "twice", "", false)
	stored("2026-03-01", "nobody's", "", false)
	stored("2026-03-01", "the bot's", "", true)
	stored("2026-03-01", "went live", "online", false)
	journal := filepath.Join(t.TempDir(), "said.tsv")
	var lines strings.Builder
	for id, second := range map[string]int{"stored": 1, "twice": 2, "in the gap": 15, "before the gap": 5, "after the gap": 21} {
		fmt.Fprintf(&lines, "twitch\t%s\ta\t%s\n", id, at(second).Format(time.RFC3339Nano))
	}
	require.NoError(t, os.WriteFile(journal, []byte(lines.String()), 0o600))

	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	require.NoError(t, loadJournal(t.Context(), conn, journal))
	books, err := balance(t.Context(), conn)
	require.NoError(t, err)
	require.Equal(t, account{Stored: 2, InGaps: 1, Missing: 2, Repeated: 1, Unsaid: 1, Gaps: 2}, books[chat.Twitch])
	require.Equal(t, account{}, books[chat.Kick])
	missing, err := examples(t.Context(), conn)
	require.NoError(t, err)
	require.Len(t, missing, 2)
	require.Contains(t, missing[0], "before the gap")
}

func TestASoakIsJudgedByWhatDoesNotHold(t *testing.T) {
	t.Parallel()
	sound := func() *report {
		r := &report{Judged: true, Before: footprint{HeapBytes: 100, Goroutines: 100}, After: footprint{HeapBytes: 110, Goroutines: 110}, Platforms: map[chat.Platform]figures{}}
		for _, p := range platforms {
			r.Platforms[p] = figures{sums: sums{Said: 9, Answered: 1}, account: account{Stored: 8, InGaps: 1}}
		}
		return r
	}
	require.NoError(t, sound().judge())
	for fault, spoil := range map[string]func(*report, *figures){
		"kick: 1 messages are not stored and in no gap":   func(_ *report, f *figures) { f.Missing = 1 },
		"kick: 1 rows of messages are too many":           func(_ *report, f *figures) { f.Repeated = 1 },
		"kick: 1 messages are stored and were never said": func(_ *report, f *figures) { f.Unsaid = 1 },
		"kick: 1 questions were answered more than once":  func(_ *report, f *figures) { f.Twice = []string{"pong 1"} },
		"nothing was tested":                              func(_ *report, f *figures) { f.Answered = 0 },
		"the heap grew":                                   func(r *report, _ *figures) { r.After.HeapBytes = 111 },
		"goroutines grew":                                 func(r *report, _ *figures) { r.After.Goroutines = 111 },
	} {
		r := sound()
		f := r.Platforms[chat.Kick]
		spoil(r, &f)
		r.Platforms[chat.Kick] = f
		require.ErrorContains(t, r.judge(), fault)
	}
	short := sound()
	short.Judged, short.After.HeapBytes = false, 1000
	require.NoError(t, short.judge(), "a short run says nothing about growth")
	require.Contains(t, short.table(), "growth is not judged")
}

func TestPercentilesAreThoseOfTheDurations(t *testing.T) {
	t.Parallel()
	var h histogram
	require.Zero(t, h.percentile(50))
	for i := range 1000 {
		h.add(time.Duration(i+1) * time.Millisecond)
	}
	require.InEpsilon(t, float64(500*time.Millisecond), float64(h.percentile(50)), 0.06)
	require.InEpsilon(t, float64(990*time.Millisecond), float64(h.percentile(99)), 0.06)
	h.add(1000 * time.Hour)
	require.Positive(t, h.percentile(100))
}

func TestTheSameSeedDrawsTheSameTroubles(t *testing.T) {
	t.Parallel()
	draw := func() (drawn []time.Duration) {
		random := rand.New(rand.NewPCG(7, 0))
		for range 100 {
			drawn = append(drawn, between(random, time.Second, time.Minute))
		}
		return drawn
	}
	require.Equal(t, draw(), draw())
}
