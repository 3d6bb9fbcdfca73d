package store_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// uploading is a clip on its way to two destinations.
func (b bench) uploading(t testing.TB, clipID string) clip.Request {
	t.Helper()
	r := request(creator, clipID)
	r.More = []string{"youtube"}
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon, Clips: []clip.Request{r}})
	for i, state := range []clip.State{clip.Encoding, clip.Encoded, clip.Uploading} {
		b.transition(t, store.Transition{ClipID: clipID, Seq: i + 1, State: state})
	}
	return r
}

func (b bench) uploads(t testing.TB, clipID string) []clip.Upload {
	t.Helper()
	uploads, err := b.store.Uploads(t.Context(), clipID)
	require.NoError(t, err)
	for i := range uploads {
		require.False(t, uploads[i].UpdatedAt.IsZero())
		uploads[i].UpdatedAt = time.Time{}
	}
	return uploads
}

func (b bench) begin(t testing.TB, destination string, attempt time.Time) clip.Upload {
	t.Helper()
	upload, err := b.store.BeginUpload(t.Context(), "ab12cd", destination, attempt)
	require.NoError(t, err)
	return upload
}

func (b bench) save(t testing.TB, u clip.Upload) {
	t.Helper()
	u.ClipID = "ab12cd"
	require.NoError(t, b.store.SaveUpload(t.Context(), u))
}

func TestAClipHasAnUploadForEachDestinationInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := request(creator, "ab12cd"), request(creator, "ef34gh")
	first.More = []string{"youtube", "folder", "rumble"}
	second.Destination = ""
	b.commit(t, store.LaneCommit{CreatorID: creator, Epoch: b.epoch, NextSeq: 2, Clock: noon, Clips: []clip.Request{first, second}})
	require.Equal(t, []clip.Upload{
		{ClipID: "ab12cd", Destination: "folder", State: clip.UploadWaiting},
		{ClipID: "ab12cd", Destination: "youtube", State: clip.UploadWaiting},
		{ClipID: "ab12cd", Destination: "rumble", State: clip.UploadWaiting},
	}, b.uploads(t, "ab12cd"))
	require.Equal(t, []clip.Upload{{ClipID: "ef34gh", Destination: "folder", State: clip.UploadWaiting}}, b.uploads(t, "ef34gh"))
	found, err := b.store.Clip(t.Context(), "ab12cd")
	require.NoError(t, err)
	require.Equal(t, []string{"youtube", "rumble"}, found.More)
	require.Empty(t, b.uploads(t, "nobody"))
}

func TestAnUploadGoesFromWaitingToPublished(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	first, second, third := noon, noon.Add(time.Minute), noon.Add(time.Hour)
	require.Equal(t, clip.UploadRunning, b.begin(t, "youtube", first).State)
	b.save(t, clip.Upload{Destination: "youtube", State: clip.UploadRetrying, Reason: "Not reachable.", AttemptAt: first})
	require.Equal(t, "Not reachable.", b.uploads(t, "ab12cd")[1].Reason)
	require.Empty(t, b.begin(t, "youtube", second).Reason)
	b.save(t, clip.Upload{
		Destination: "youtube", State: clip.UploadDeferred, Reason: "quota exhausted", DeferredUntil: third, AttemptAt: second,
	})
	require.Equal(t, third, b.uploads(t, "ab12cd")[1].DeferredUntil)
	require.Zero(t, b.begin(t, "youtube", third).DeferredUntil)
	published := clip.Upload{Destination: "youtube", State: clip.UploadPublished, URL: "https://y/1", Ref: "1", AttemptAt: third}
	b.save(t, published)
	for _, state := range []clip.UploadState{clip.UploadRunning, clip.UploadBroken, clip.UploadPublished} {
		b.save(t, clip.Upload{Destination: "youtube", State: state, URL: "https://y/2", AttemptAt: third.Add(time.Hour)})
	}
	published.ClipID = "ab12cd"
	require.Equal(t, []clip.Upload{{ClipID: "ab12cd", Destination: "folder", State: clip.UploadWaiting}, published}, b.uploads(t, "ab12cd"))
	again := b.begin(t, "youtube", third.Add(time.Hour))
	require.Equal(t, clip.UploadPublished, again.State, "which is the answer to another attempt")
	require.Equal(t, "https://y/1", again.URL)
}

func TestAnAttemptThatWasOvertakenIsNotHeard(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	early, late := noon, noon.Add(time.Minute)
	b.begin(t, "folder", early)
	b.begin(t, "folder", late)
	_, err := b.store.BeginUpload(t.Context(), "ab12cd", "folder", early)
	require.ErrorIs(t, err, store.ErrStaleAttempt)
	for _, state := range []clip.UploadState{clip.UploadRetrying, clip.UploadBroken, clip.UploadDeferred} {
		b.save(t, clip.Upload{Destination: "folder", State: state, Reason: "late", AttemptAt: early})
		require.Equal(t, clip.UploadRunning, b.uploads(t, "ab12cd")[0].State)
	}
	b.save(t, clip.Upload{Destination: "folder", State: clip.UploadPublished, URL: "http://host/1", AttemptAt: early})
	require.Equal(t, clip.UploadPublished, b.uploads(t, "ab12cd")[0].State, "what it published is there")
	require.Equal(t, late, b.uploads(t, "ab12cd")[0].AttemptAt)
}

func TestAnAttemptAtAClipThatWasGivenUpIsNotHeard(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	b.begin(t, "folder", noon)
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 4, State: clip.Failed, Reason: "Stopped answering.", Code: clip.Internal})
	b.save(t, clip.Upload{Destination: "folder", State: clip.UploadRetrying, Reason: "late", AttemptAt: noon})
	// This one was handed out before the clip was given up, and had said nothing yet.
	_, err := b.store.BeginUpload(t.Context(), "ab12cd", "folder", noon.Add(time.Minute))
	require.ErrorIs(t, err, store.ErrStaleAttempt)
	require.Equal(t, clip.UploadBroken, b.uploads(t, "ab12cd")[0].State)
	require.Equal(t, "Stopped answering.", b.uploads(t, "ab12cd")[0].Reason)

	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 5, State: clip.Uploading})
	require.Equal(t, clip.UploadRunning, b.begin(t, "folder", noon.Add(time.Hour)).State, "a retry is")
}

func TestAnUploadThatDoesNotExistIsNotFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	ctx := t.Context()
	_, err := b.store.BeginUpload(ctx, "ab12cd", "rumble", noon)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.ErrorIs(t, b.store.SaveUpload(ctx, clip.Upload{ClipID: "ab12cd", Destination: "rumble", State: clip.UploadBroken}), store.ErrNotFound)
	_, err = b.store.UploadSession(ctx, "nobody", "folder")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestUploadsFollowTheirClip(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	states := func() (states []clip.UploadState) {
		for _, u := range b.uploads(t, "ab12cd") {
			states = append(states, u.State)
		}
		return states
	}
	b.begin(t, "folder", noon)
	b.save(t, clip.Upload{Destination: "folder", State: clip.UploadPublished, URL: "http://host/1", AttemptAt: noon})
	failed := b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 4, State: clip.Failed, Reason: "Taken back.", Code: clip.Withdrawn})
	require.Empty(t, failed.URL, "a clip that failed at a destination has no address of its own")
	require.Equal(t, []clip.UploadState{clip.UploadPublished, clip.UploadBroken}, states())
	require.Equal(t, "http://host/1", b.uploads(t, "ab12cd")[0].URL)
	require.Equal(t, "Taken back.", b.uploads(t, "ab12cd")[1].Reason)
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 5, State: clip.Uploading})
	require.Equal(t, []clip.UploadState{clip.UploadPublished, clip.UploadWaiting}, states())
	require.Empty(t, b.uploads(t, "ab12cd")[1].Reason)
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 6, State: clip.Published, URL: "http://host/1"})
	require.Equal(t, []clip.UploadState{clip.UploadPublished, clip.UploadPublished}, states())
	require.Contains(t, b.lines(t), "Clip ab12cd uploading: folder, youtube")
}

func TestARetryOfOneDestinationLeavesTheOthersFailed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 4, State: clip.Failed, Reason: "Forbidden.", Code: clip.UploadFailed})
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 5, State: clip.Uploading, Retry: []string{"youtube"}})
	uploads := b.uploads(t, "ab12cd")
	require.Equal(t, clip.UploadBroken, uploads[0].State)
	require.Equal(t, clip.UploadWaiting, uploads[1].State)
}

func TestAClipPublishedByAProgramWithoutUploadsHasItsAddressThereToo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	b.transition(t, store.Transition{ClipID: "ab12cd", Seq: 4, State: clip.Published, URL: "http://host/1"})
	require.Equal(t, "http://host/1", b.uploads(t, "ab12cd")[0].URL)
	require.Empty(t, b.uploads(t, "ab12cd")[1].URL)
}

func TestALaneLearnsOnceThatAClipOnlyWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	told := func() (payloads []string) {
		pending, err := b.store.PendingInbox(t.Context(), []string{creator})
		require.NoError(t, err)
		for _, row := range pending {
			require.Equal(t, control.InboxClipWaits, row.Kind)
			payloads = append(payloads, string(row.Payload))
		}
		return payloads
	}
	b.begin(t, "youtube", noon.Add(time.Second))
	b.save(t, clip.Upload{Destination: "youtube", State: clip.UploadDeferred, Reason: "quota", DeferredUntil: noon.Add(time.Hour), AttemptAt: noon})
	require.Empty(t, told(), "that attempt was overtaken")
	b.save(t, clip.Upload{Destination: "youtube", State: clip.UploadDeferred, Reason: "quota", DeferredUntil: noon.Add(time.Hour), AttemptAt: noon.Add(time.Second)})
	require.Len(t, told(), 1)
	var waits control.ClipWaits
	require.NoError(t, json.Unmarshal([]byte(told()[0]), &waits))
	require.True(t, waits.Until.Equal(noon.Add(time.Hour)))
	waits.Until = time.Time{}
	require.Equal(t, control.ClipWaits{ClipID: "ab12cd", Destination: "youtube"}, waits)
	b.begin(t, "youtube", noon.Add(2*time.Hour))
	b.save(t, clip.Upload{Destination: "youtube", State: clip.UploadDeferred, DeferredUntil: noon.Add(30 * time.Hour), AttemptAt: noon.Add(2 * time.Hour)})
	require.Len(t, told(), 1)
}

func TestUploadsAreForgottenWithTheirClip(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	_, err := b.connect(t).Exec(t.Context(), `delete from streamsuites.clips`)
	require.NoError(t, err)
	require.Empty(t, b.uploads(t, "ab12cd"))
}

func TestOfAttemptsThatBeginAtOnceTheLastOneHoldsTheUpload(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	const attempts = 8
	var wg sync.WaitGroup
	for i := range attempts {
		wg.Go(func() {
			at := noon.Add(time.Duration(i) * time.Second)
			_, err := b.store.BeginUpload(t.Context(), "ab12cd", "youtube", at)
			if err != nil {
				assert.ErrorIs(t, err, store.ErrStaleAttempt)
			}
			if i < attempts-1 {
				assert.NoError(t, b.store.SaveUpload(t.Context(), clip.Upload{
					ClipID: "ab12cd", Destination: "youtube", State: clip.UploadRetrying, Reason: fmt.Sprint(i), AttemptAt: at,
				}))
			}
		})
	}
	wg.Wait()
	upload := b.uploads(t, "ab12cd")[1]
	require.Equal(t, clip.UploadRunning, upload.State)
	require.Equal(t, noon.Add((attempts-1)*time.Second), upload.AttemptAt)
}
