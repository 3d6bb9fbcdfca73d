package hls

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/grafov/m3u8"
	"github.com/stretchr/testify/require"
)

// An independent parser reads the same from playlists as they should be.
func TestAnIndependentParserAgrees(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		n := uint(1 + random.IntN(20))
		written, err := m3u8.NewMediaPlaylist(n, n)
		require.NoError(t, err)
		written.SeqNo = random.Uint64N(1 << 40)
		written.DiscontinuitySeq = random.Uint64N(100)
		at := time.Date(2026, 3, 4, 20, 0, 0, 0, time.UTC)
		for i := range n {
			duration := float64(1+random.IntN(4000)) / 1000
			require.NoError(t, written.Append(fmt.Sprintf("seg%d.ts", i), duration, ""))
			if random.IntN(3) == 0 {
				require.NoError(t, written.SetDiscontinuity())
			}
			if random.IntN(2) == 0 {
				require.NoError(t, written.SetProgramDateTime(at.Add(time.Duration(random.IntN(1e6))*time.Millisecond)))
			}
		}
		if random.IntN(2) == 0 {
			written.Close()
		}
		text := written.Encode().Bytes()

		theirs, kind, err := m3u8.Decode(*bytes.NewBuffer(text), true)
		require.NoError(t, err)
		require.Equal(t, m3u8.MEDIA, kind)
		list := theirs.(*m3u8.MediaPlaylist)
		ours, err := Parse(text)
		require.NoError(t, err, string(text))
		require.EqualValues(t, list.SeqNo, ours.Media.Sequence)
		require.EqualValues(t, list.DiscontinuitySeq, ours.Media.DiscontinuitySequence)
		require.Equal(t, list.Closed, ours.Media.Ended)
		require.InDelta(t, list.TargetDuration, ours.Media.TargetDuration.Seconds(), 1e-6)
		require.EqualValues(t, list.Count(), len(ours.Media.Segments))
		for i, s := range ours.Media.Segments {
			other := list.Segments[i]
			require.Equal(t, other.URI, s.URI)
			require.InDelta(t, other.Duration, s.Duration.Seconds(), 1e-6)
			require.Equal(t, other.Discontinuity, s.Discontinuity)
			require.True(t, other.ProgramDateTime.Equal(s.DateTime))
		}
	}
}

// Why the library does not read what strangers send: if one of these begins to
// fail, it may be time to use it.
func TestTheLibraryCannotCarryHostileOrFragmentedPlaylists(t *testing.T) {
	t.Parallel()
	decode := func(text string) *m3u8.MediaPlaylist {
		list, _, err := m3u8.Decode(*bytes.NewBufferString(text), false)
		require.NoError(t, err)
		return list.(*m3u8.MediaPlaylist)
	}
	require.Panics(t, func() { decode("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\na.ts\n") })
	const head = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
	list := decode(head + "#EXTINF:2,\n\na.ts\n")
	require.Empty(t, list.Segments[0].URI, "a blank line is taken for a segment")
	list = decode(head + "#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:2,\na.m4s\n#EXTINF:2,\nb.m4s\n")
	require.Nil(t, list.Segments[1].Map, "a map holds for the next segment only")
}
