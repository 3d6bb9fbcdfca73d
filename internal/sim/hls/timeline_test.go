package hls

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/grafov/m3u8"
	"github.com/stretchr/testify/require"
)

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func parse(t *testing.T, body []byte) *m3u8.MediaPlaylist {
	t.Helper()
	list, kind, err := m3u8.DecodeFrom(bytes.NewReader(body), true)
	require.NoError(t, err)
	require.Equal(t, m3u8.MEDIA, kind)
	return list.(*m3u8.MediaPlaylist)
}

func TestThePlaylistSlidesForMinutesWithoutBreakingARule(t *testing.T) {
	t.Parallel()
	line := timeline{Epoch: epoch, Newest: -1}
	var before *m3u8.MediaPlaylist
	for slot := range int64(300) { // ten minutes
		line.Newest = slot
		line.add(segment{Slot: slot})
		list := parse(t, line.playlist())
		require.False(t, list.Closed)
		require.Equal(t, max(0, slot-windowSegments+1), int64(list.SeqNo))
		shown := list.GetAllSegments()
		require.Len(t, shown, int(min(slot+1, windowSegments)))
		for i, entry := range shown {
			require.Equal(t, 2.0, entry.Duration)
			require.LessOrEqual(t, entry.Duration, list.TargetDuration)
			require.Equal(t, epoch.Add(time.Duration(int64(list.SeqNo)+int64(i))*2*time.Second), entry.ProgramDateTime)
		}
		if before != nil && len(shown) == windowSegments {
			require.Equal(t, shown[len(shown)-2].URI, before.GetAllSegments()[len(before.GetAllSegments())-1].URI)
		}
		before = list
	}
}

func TestDiscontinuitiesThatLeaveTheWindowAreCounted(t *testing.T) {
	t.Parallel()
	line := timeline{Epoch: epoch}
	for slot := range int64(40) {
		line.add(segment{Slot: slot, Discontinuity: slot == 5 || slot == 35})
	}
	body := string(line.playlist())
	require.Contains(t, body, "#EXT-X-DISCONTINUITY-SEQUENCE:1\n")
	require.Contains(t, body, fmt.Sprintf("#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-03-01T12:01:10.000Z\n#EXTINF:2.000,\n%s\n", segmentName(35)))
}

func TestAClearedTimelineGoesOnCounting(t *testing.T) {
	t.Parallel()
	line := timeline{Epoch: epoch}
	for slot := range int64(15) {
		line.add(segment{Slot: slot, Discontinuity: slot == 7})
	}
	line.clear()
	require.Equal(t, int64(15), line.First)
	require.Equal(t, int64(1), line.Discontinuities)
	require.True(t, line.started())
}

func TestWhereTheNextEncoderStarts(t *testing.T) {
	t.Parallel()
	at := func(slot int64, plus time.Duration) time.Time {
		return epoch.Add(time.Duration(slot)*SegmentDuration + plus)
	}
	for name, c := range map[string]struct {
		line timeline
		now  time.Time
		want int64
	}{
		"a new timeline begins with its window full":     {timeline{Epoch: epoch, Newest: -1}, at(10, time.Second), 0},
		"a late first start does not begin at the epoch": {timeline{Epoch: epoch, Newest: -1}, at(110, 0), 100},
		"after a gap it goes on with the present slot":   {timeline{Epoch: epoch, Newest: 20, Segments: []segment{{Slot: 20}}}, at(25, time.Second), 25},
		"what is whole is never made again":              {timeline{Epoch: epoch, Newest: 25, Segments: []segment{{Slot: 25}}}, at(25, time.Second), 26},
		"a new broadcast does not repeat the last one":   {timeline{Epoch: epoch, Newest: 25}, at(27, 0), 26},
	} {
		require.Equal(t, c.want, c.line.resume(c.now), name)
	}
}

func TestFramesAndTimesMapExactly(t *testing.T) {
	t.Parallel()
	line := timeline{Epoch: epoch}
	for _, frame := range []int64{0, 1, 29, 30, 59, 60, 1_000_003} {
		shown := line.shownAt(frame)
		require.Equal(t, frame, line.frameAt(shown.Add(time.Nanosecond)), "frame %d", frame)
	}
	require.Equal(t, line.at(7), line.shownAt(7*framesPerSlot))
}

func TestTheMasterPlaylistIsValid(t *testing.T) {
	t.Parallel()
	list, kind, err := m3u8.DecodeFrom(bytes.NewReader(master()), true)
	require.NoError(t, err)
	require.Equal(t, m3u8.MASTER, kind)
	require.Equal(t, "640x360", list.(*m3u8.MasterPlaylist).Variants[0].Resolution)
}

func TestSegmentNamesReadBack(t *testing.T) {
	t.Parallel()
	slot, ok := completedSlot("segment-000000042.ts,84.000000,86.000000")
	require.True(t, ok)
	require.Equal(t, int64(42), slot)
	for _, name := range []string{"", "segment-.ts", "segment-42.ts", "segment--00000001.ts", "../segment-000000042.ts.x", "timeline.json"} {
		_, ok := slotOf(name)
		require.False(t, ok, name)
	}
}

func TestEveryLetterOfTheOverlayHasAGlyph(t *testing.T) {
	t.Parallel()
	for _, letter := range []byte("0123456789:.-FRAMEUTC") {
		require.Contains(t, glyphs, letter, string(letter))
	}
}
