package youtube_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
)

// lost is what is stored of a session that was lost.
func lost(finishing time.Time) clip.UploadSession {
	return clip.UploadSession{Opened: 1, OpenedAt: time.Now(), FinishingAt: finishing}
}

func TestTheMarkerIsTheLastBracketOfATitle(t *testing.T) {
	t.Parallel()
	for title, ours := range map[string]bool{
		"Boss fight [ab12cd]":               true,
		"[ab12cd]":                          true,
		"[zz9999] Boss fight [ab12cd]":      true,
		"Boss fight [ab12cd] (edited)":      true,
		"[ab12cd] Boss fight [zz9999]":      false,
		"look at [ab12cd] clip by x [q1w2]": false,
		"[ab12cd] [":                        false,
		"Boss fight ab12cd":                 false,
		"Boss fight [AB12CD]":               false,
		"Boss fight [ab12cdef]":             false,
		"":                                  false,
	} {
		t.Run(title, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				b.store.session = lost(time.Time{})
				b.fake.others(time.Now(), "first", title, "last [zzzzzz]")
				published, err := b.publish()
				require.NoError(t, err)
				if ours {
					require.Equal(t, "other-2", published.Ref)
					require.Zero(t, b.count(askOpen))
					require.Equal(t, []int64{b.item.Bytes}, b.sent)
				} else {
					require.Equal(t, "video-4", published.Ref)
				}
			})
		})
	}
}

func TestAVideoThatYouTubeDidNotTakeIsNotFound(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"failed", "rejected", "deleted"} {
		t.Run(status, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				b.store.session = lost(time.Time{})
				b.fake.others(time.Now(), "Boss fight [ab12cd]", "Boss fight [ab12cd]")
				b.fake.videos[1].status = status
				published, err := b.publish()
				require.NoError(t, err)
				require.Equal(t, "other-1", published.Ref)
				b.fake.videos[0].status = status
				published, err = b.publish()
				require.NoError(t, err)
				require.Equal(t, "video-3", published.Ref)
			})
		})
	}
}

func TestAVideoOfUnknownStateIsNotUploadedAgain(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.store.session = lost(time.Time{})
		b.fake.others(time.Now(), "Boss fight [ab12cd]")
		b.fails(askVideos, 1, answering(200, `{"items":[]}`))
		_, err := b.publish()
		b.requireKind(err, destination.Retry)
		require.Zero(t, b.count(askOpen))
	})
}

func TestAClipThatMayBeThereIsWaitedForBeforeItIsSentAgain(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fake.others(time.Now(), "another [zzzzzz]")
		b.store.session = lost(time.Now())
		<-time.NewTimer(30 * time.Second).C
		_, err := b.publish()
		refused := b.requireKind(err, destination.Retry)
		require.Equal(t, 90*time.Second, refused.After)
		require.Zero(t, b.count(askOpen))
		<-time.NewTimer(refused.After).C
		published, err := b.publish()
		require.NoError(t, err)
		require.Equal(t, "video-2", published.Ref)
	})
}

func TestAStoredTimeOfTheFutureDoesNotDelayForEver(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.store.session = lost(time.Now().Add(time.Hour))
		_, err := b.publish()
		require.Equal(t, 2*time.Minute, b.requireKind(err, destination.Retry).After)
	})
}

func TestUploadsAreListedBackToTheRequest(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		day := 24 * time.Hour
		titles := make([]string, 300)
		for i := range titles {
			titles[i] = fmt.Sprintf("clip %d [zzzzzz]", i)
		}
		requested := time.Now()
		b.fake.others(requested.Add(-30*day), titles...)
		b.fake.others(requested.Add(time.Minute), "Boss fight [ab12cd]")
		b.fake.others(requested.Add(2*day), titles[:120]...)
		<-time.NewTimer(3 * day).C
		b.store.session = lost(time.Time{})
		published, err := b.publish()
		require.NoError(t, err)
		require.Equal(t, "other-301", published.Ref)
		require.Equal(t, 3, b.count(askPlaylist))

		b.fake.videos[300].title = "renamed"
		published, err = b.publish()
		require.NoError(t, err)
		require.Equal(t, "video-422", published.Ref)
		require.Equal(t, 3+4, b.count(askPlaylist), "nothing older than the request is listed but the end of a page")
	})
}

func TestAListThatFailsLeavesTheQuestionOpen(t *testing.T) {
	t.Parallel()
	for kind, list := range map[string]misdeed{
		askChannels: refusing(503, "backendError"),
		askPlaylist: refusing(500, "backendError"),
		askVideos:   answering(200, `{"items":[`),
		"no end":    answering(200, `{"items":[],"nextPageToken":"again"}`),
	} {
		t.Run(kind, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				b.store.session = lost(time.Time{})
				b.fake.others(time.Now(), "Boss fight [ab12cd]")
				at := kind
				if kind == "no end" {
					at = askPlaylist
				}
				b.fails(at, 0, list)
				_, err := b.publish()
				b.requireKind(err, destination.Retry)
				require.Zero(t, b.count(askOpen))
				b.mended()
				published, err := b.publish()
				require.NoError(t, err)
				require.Equal(t, "other-1", published.Ref)
			})
		})
	}
}

func TestAChannelWithoutUploadsHasNotGotTheClip(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.store.session = lost(time.Time{})
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 1, b.count(askPlaylist))
	})
}

func TestAnAnswerAndASessionThatAreLostLeaveTheMarkerToTell(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fake.lag = time.Minute
		b.fails(askSend, 4, losingSessions(true, losingTheAnswer))
		_, err := b.publish()
		refused := b.requireKind(err, destination.Retry)
		require.Positive(t, refused.After)
		require.Contains(t, refused.Reason, "does not show it yet")
		<-time.NewTimer(refused.After).C
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 1, b.count(askOpen))
	})
}
