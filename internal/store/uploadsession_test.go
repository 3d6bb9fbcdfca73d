package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// secret is the address of an upload session.
const secret = "https://upload.example/videos?upload_id=SECRET"

func (b bench) session(t testing.TB) clip.UploadSession {
	t.Helper()
	session, err := b.store.UploadSession(t.Context(), "ab12cd", "youtube")
	require.NoError(t, err)
	return session
}

func (b bench) replace(t testing.TB, before, after string) bool {
	t.Helper()
	done, err := b.store.ReplaceUploadSession(t.Context(), "ab12cd", "youtube", before, after)
	require.NoError(t, err)
	return done
}

func (b bench) finishing(t testing.TB, address string) bool {
	t.Helper()
	done, err := b.store.FinishingUpload(t.Context(), "ab12cd", "youtube", address)
	require.NoError(t, err)
	return done
}

func TestARefusedUploadSessionLeavesNoDoubtBehind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	refuse := func(address string) bool {
		done, err := b.store.RefuseUploadSession(t.Context(), "ab12cd", "youtube", address)
		require.NoError(t, err)
		return done
	}
	require.False(t, refuse(""), "there is none")
	require.True(t, b.replace(t, "", secret))
	require.True(t, b.finishing(t, secret))
	require.False(t, refuse(secret+"2"), "another session is not this one")
	require.True(t, refuse(secret))
	after := b.session(t)
	require.Empty(t, after.Address)
	require.Equal(t, 1, after.Opened, "there was one")
	require.True(t, after.FinishingAt.IsZero())
	require.False(t, refuse(secret), "twice is once")
}

func TestAnUploadSessionIsRememberedFromItsOpeningToItsLoss(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	require.Zero(t, b.session(t))
	require.False(t, b.finishing(t, ""), "without a session nothing can be finished")

	require.True(t, b.replace(t, "", secret))
	opened := b.session(t)
	require.Equal(t, clip.UploadSession{Address: secret, Opened: 1, OpenedAt: opened.OpenedAt}, opened)
	require.False(t, opened.OpenedAt.IsZero())
	require.False(t, b.replace(t, "", secret+"2"), "another one opened it first")
	require.False(t, b.finishing(t, secret+"2"))
	require.Equal(t, opened, b.session(t))

	require.True(t, b.finishing(t, secret))
	finishing := b.session(t)
	require.False(t, finishing.FinishingAt.IsZero())
	require.True(t, b.replace(t, secret, ""))
	lost := finishing
	lost.Address = ""
	require.Equal(t, lost, b.session(t), "that bytes may have arrived stays on record")

	require.True(t, b.replace(t, "", secret+"2"))
	again := b.session(t)
	require.Equal(t, clip.UploadSession{Address: secret + "2", Opened: 2, OpenedAt: again.OpenedAt}, again)
	require.False(t, again.OpenedAt.Before(opened.OpenedAt))
}

func TestASessionSurvivesAttemptsAndRetriesOfItsUpload(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	require.True(t, b.replace(t, "", secret))
	b.begin(t, "youtube", noon)
	b.save(t, clip.Upload{Destination: "youtube", State: clip.UploadBroken, Reason: "Forbidden.", AttemptAt: noon})
	b.begin(t, "youtube", noon.Add(time.Hour))
	require.Equal(t, secret, b.session(t).Address)
}

func TestAPublishedUploadHasNoSessionAndOpensNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	require.True(t, b.replace(t, "", secret))
	b.save(t, clip.Upload{Destination: "youtube", State: clip.UploadPublished, URL: "https://y/1", AttemptAt: noon})
	require.Empty(t, b.session(t).Address)
	require.Equal(t, 1, b.session(t).Opened)
	require.False(t, b.replace(t, "", secret+"2"))
	require.False(t, b.finishing(t, secret))
}

func TestOfThoseWhoOpenASessionAtOnceOneIsFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	var won atomic.Int32
	var winner atomic.Value
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			address := fmt.Sprintf("%s%d", secret, i)
			done, err := b.store.ReplaceUploadSession(t.Context(), "ab12cd", "youtube", "", address)
			if assert.NoError(t, err) && done {
				won.Add(1)
				winner.Store(address)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int32(1), won.Load())
	require.Equal(t, winner.Load(), b.session(t).Address)
	require.Equal(t, 1, b.session(t).Opened)
}

func TestASessionsAddressLeavesTheStoreByNoOtherWay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	b.uploading(t, "ab12cd")
	require.True(t, b.replace(t, "", secret))
	found, err := b.store.Clip(ctx, "ab12cd")
	require.NoError(t, err)
	history, err := b.store.ClipHistory(ctx, "ab12cd")
	require.NoError(t, err)
	jobs, err := b.store.Jobs(ctx)
	require.NoError(t, err)
	events, err := b.store.RuntimeEventsAfter(ctx, 0, 1000)
	require.NoError(t, err)
	text, err := json.Marshal([]any{found, b.uploads(t, "ab12cd"), history, jobs, events})
	require.NoError(t, err)
	require.NotContains(t, string(text), "SECRET")

	gone, stop := context.WithCancel(ctx)
	stop()
	_, err = b.store.ReplaceUploadSession(gone, "ab12cd", "youtube", secret, secret+"\x00")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "SECRET")
	_, err = b.store.ReplaceUploadSession(ctx, "ab12cd", "youtube", secret, secret+"\x00")
	require.Error(t, err, "no address holds a zero byte")
	require.NotContains(t, err.Error(), "SECRET")
	_, err = b.store.FinishingUpload(ctx, "ab12cd", "youtube", secret+"\x00")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "SECRET")
}
