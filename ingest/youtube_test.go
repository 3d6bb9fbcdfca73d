package ingest

import (
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/ingest/youtube"
	"github.com/streamsuites/streamsuites/internal/chat"
	data "github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// The store's meter is what a client wants, and a client is what an account wants.
var (
	_ youtube.Meter = (*Meter)(nil)
	_ Chat          = youtubeChat{}
	_ Deleter       = youtubeChat{}
	_ LiveSource    = (*youtube.Client)(nil)
)

func TestAKeyCannotWriteAndSaysSo(t *testing.T) {
	t.Parallel()
	api, err := data.NewLive(data.LiveConfig{APIKey: "k"})
	require.NoError(t, err)
	account := youtubeChat{youtube.New(youtube.Config{API: api}, youtubeReader{})}
	var unsent *UnsentError
	require.ErrorAs(t, account.Send(t.Context(), "UC1", "hello", ""), &unsent)
	require.Zero(t, unsent.RetryAfter, "asking again makes no sense")
	require.ErrorAs(t, account.Delete(t.Context(), "UC1", "m"), &unsent)
	require.Zero(t, unsent.RetryAfter)
}

func TestWhatAYouTubeReaderHandsInIsStoredOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator("cr0001")})
	r.hold()
	said := chat.Event{
		Platform: chat.YouTube, MessageID: "LCC.1", CreatorID: "cr0001", Channel: channelOf("cr0001"),
		Author: chat.Author{ID: "UCa", Login: "ann", Name: "Ann"}, Text: "hi",
	}
	again := said
	early := said
	early.MessageID, early.History = "LCC.0", true
	reader := youtubeReader{r.account}
	reader.OnEvents([]chat.Event{early, said})
	reader.OnEvents([]chat.Event{again})
	r.stored(2)
	require.Equal(t, 1, r.count(`select count(*) from streamsuites.chat_events where history`))
}

func TestCursorsAndUnitsAreKeptInTheStore(t *testing.T) {
	t.Parallel()
	_, s := storetest.New(t)
	cursors := YouTubeCursors(s)
	at, err := cursors.LoadCursor(t.Context(), "UC1")
	require.NoError(t, err)
	require.Zero(t, at)
	want := youtube.Cursor{ChatID: "C1", Page: "P", LastAt: time.Date(2026, 7, 1, 18, 0, 0, 0, time.UTC)}
	require.NoError(t, cursors.SaveCursor(t.Context(), "UC1", want))
	at, err = cursors.LoadCursor(t.Context(), "UC1")
	require.NoError(t, err)
	require.Equal(t, want, at)

	now := want.LastAt
	m := &Meter{
		Store: s, Account: func() (quota.Key, quota.Terms) {
			key := quota.Key{Platform: "youtube", CreatorID: "cr0001", Credential: "reader"}
			return key, quota.Terms{Limits: quota.Limits{Max: 12}, Costs: quota.YouTubeCosts()}
		},
		Clock: func() time.Time { return now }, Log: zerolog.Nop(),
	}
	left := func() int64 {
		n, err := m.Left(t.Context())
		require.NoError(t, err)
		return n
	}
	require.Equal(t, int64(12), left())
	one, err := m.Reserve(t.Context(), data.MethodMessages)
	require.NoError(t, err)
	other, err := m.Reserve(t.Context(), data.MethodMessages)
	require.NoError(t, err)
	require.Equal(t, int64(2), left(), "what is being called counts")
	var refused *quota.ExhaustedError
	_, err = m.Reserve(t.Context(), data.MethodMessages)
	require.ErrorAs(t, err, &refused)
	require.Equal(t, time.Date(2026, 7, 2, 7, 0, 0, 0, time.UTC), refused.Until)
	one(t.Context(), true)
	other(t.Context(), false)
	require.Equal(t, int64(7), left(), "a call that was not made costs nothing")
	require.NoError(t, m.Exhausted(t.Context(), data.MethodMessages))
	require.Zero(t, left())
	_, err = m.Reserve(t.Context(), data.MethodVideos)
	require.ErrorAs(t, err, &refused)
	require.True(t, refused.ByPlatform)
	now = refused.Until
	require.Equal(t, int64(12), left())
}

func TestAccountsOfOneProjectCountTheirUnitsTogether(t *testing.T) {
	t.Parallel()
	_, s := storetest.New(t)
	now := time.Date(2026, 7, 1, 18, 0, 0, 0, time.UTC)
	pool := quota.Pool{Name: "project.1", Limits: quota.Limits{Max: 12}, Several: true}
	meter := func(key quota.Key) *Meter {
		return &Meter{
			Store: s, Clock: func() time.Time { return now }, Log: zerolog.Nop(),
			Account: func() (quota.Key, quota.Terms) {
				return key, quota.Terms{Pool: pool, Limits: quota.Limits{Max: 12}, Costs: quota.YouTubeCosts()}
			},
		}
	}
	left := func(m *Meter) int64 {
		n, err := m.Left(t.Context())
		require.NoError(t, err)
		return n
	}
	one := meter(quota.Key{Platform: "youtube", CreatorID: "cr0001", Credential: "one"})
	all := meter(pool.KeyOf("youtube"))
	settle, err := one.Reserve(t.Context(), data.MethodMessages)
	require.NoError(t, err)
	settle(t.Context(), true)
	_, err = all.Reserve(t.Context(), data.MethodMessages)
	require.NoError(t, err)
	require.Equal(t, []int64{2, 2}, []int64{left(one), left(all)}, "the creator alone used 5 of 12")
	var refused *quota.ExhaustedError
	_, err = one.Reserve(t.Context(), data.MethodMessages)
	require.ErrorAs(t, err, &refused)
	require.ErrorContains(t, err, "the day's quota of the API project")
	require.NoError(t, one.Exhausted(t.Context(), data.MethodMessages))
	require.Equal(t, []int64{0, 0}, []int64{left(one), left(all)})
}
