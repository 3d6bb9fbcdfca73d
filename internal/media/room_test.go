package media

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/diskspace"
)

func scarce(string) (diskspace.Room, error) {
	return diskspace.Room{Free: 1 << 20, Total: 1 << 40}, nil
}

func TestAClipThatNeedsMoreRoomThanThereIsIsRefusedInWordsForItsCreator(t *testing.T) {
	t.Parallel()
	w := &workshop{req: CutRequest{Output: filepath.Join(t.TempDir(), "abc123.mp4")}}
	var failure *clip.Failure
	require.ErrorAs(t, w.checkRoom(cutPlan{parts: []part{{reel: reel{{Bytes: 1 << 60}}}}}), &failure)
	require.Equal(t, clip.DiskFull, failure.Code)
	require.False(t, failure.Final, "room can be made")
	require.Regexp(t, `not enough room on the disk for the clip: .* free of .* tried again`, failure.Message)
}

func TestARecordingLeavesRoomForTheDatabaseAndKeepsItsNewestMinute(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	r.s.room = scarce
	r.fake(0, 120) // four minutes
	for range 20 {
		r.s.asked = time.Time{}
		r.s.prune(t.Context())
	}
	oldest, newest, _, _, _ := r.j.ix.totals()
	require.InDelta(t, time.Minute, newest.Sub(oldest), float64(5*time.Second))
}

func TestWithoutAnAnswerAboutHeldSpansTwiceTheWindowIsKept(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	r.s.pruner.window = 20 * time.Second
	away := errors.New("the database is away")
	r.s.held = func(context.Context) ([]Span, error) { return nil, away }
	r.fake(0, 60) // two minutes
	oldest, newest, _, _, _ := r.j.ix.totals()
	require.GreaterOrEqual(t, newest.Sub(oldest), 119*time.Second, "nobody ever said what may go")

	r.s.known = true
	r.s.asked = time.Time{}
	r.s.prune(t.Context())
	oldest, newest, _, _, _ = r.j.ix.totals()
	require.InDelta(t, 40*time.Second, newest.Sub(oldest), float64(5*time.Second))
}
