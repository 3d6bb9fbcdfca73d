package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestTheLastAttemptAtEachDestinationIsKnown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.uploading(t, "ab12cd")
	outcomes, err := b.store.UploadOutcomes(t.Context())
	require.NoError(t, err)
	require.Empty(t, outcomes, "nothing was tried")
	b.begin(t, "youtube", noon)
	b.begin(t, "folder", noon.Add(time.Second))
	b.save(t, clip.Upload{Destination: "youtube", State: clip.UploadBroken, Reason: "no", AttemptAt: noon})
	outcomes, err = b.store.UploadOutcomes(t.Context())
	require.NoError(t, err)
	for i := range outcomes {
		require.False(t, outcomes[i].UpdatedAt.IsZero())
		require.WithinDuration(t, noon, outcomes[i].AttemptAt, time.Second)
		outcomes[i].UpdatedAt, outcomes[i].AttemptAt = time.Time{}, time.Time{}
	}
	require.Equal(t, []store.UploadOutcome{
		{CreatorID: creator, Destination: "folder", State: clip.UploadRunning}, {CreatorID: creator, Destination: "youtube", State: clip.UploadBroken},
	}, outcomes)
}
