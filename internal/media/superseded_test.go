package media

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// An attempt whose process stood still finishes after the next one has begun, or
// even ended: what is published is the next one's.
func TestAnAttemptThatIsSupersededPublishesNothing(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 10)
	output := filepath.Join(t.TempDir(), "abc123.mp4")
	defer oneEncoder()()
	c := &Cutter{Tools: tools(t), Threads: 1}
	request := CutRequest{Dir: r.dir, Span: Span{airtime(10), airtime(500)}, Output: output}
	late := request
	var made CutResult
	late.OnProgress = func(CutProgress) {
		if made.SHA256 == "" {
			var err error
			made, err = c.Cut(t.Context(), request) // by another process meanwhile
			require.NoError(t, err)
		}
	}
	_, err := c.Cut(t.Context(), late)
	require.Error(t, err)
	_, sum, err := settle(output)
	require.NoError(t, err)
	require.Equal(t, made.SHA256, sum)
	entries, err := os.ReadDir(filepath.Dir(output))
	require.NoError(t, err)
	require.Len(t, entries, 3, "the clip, its picture and its metadata")
}

// The mark alone decides as well: FFmpeg may have made its file anew after the
// sweep.
func TestWithoutItsMarkAnAttemptPublishesNothing(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 10)
	output := filepath.Join(t.TempDir(), "abc123.mp4")
	defer oneEncoder()()
	c := &Cutter{Tools: tools(t), Threads: 1}
	_, err := c.Cut(t.Context(), CutRequest{Dir: r.dir, Span: Span{airtime(10), airtime(500)}, Output: output, OnProgress: func(CutProgress) {
		marks, err := filepath.Glob(filepath.Join(filepath.Dir(output), ".abc123.*.attempt.cutting"))
		require.NoError(t, err)
		for _, mark := range marks {
			require.NoError(t, os.Remove(mark))
		}
	}})
	require.ErrorIs(t, err, errSuperseded)
	requireEmpty(t, filepath.Dir(output))
}
