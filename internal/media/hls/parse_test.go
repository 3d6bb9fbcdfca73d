package hls

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const live = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:2680
#EXT-X-DISCONTINUITY-SEQUENCE:3
#EXT-X-MAP:URI="init.mp4",BYTERANGE="720@0"
#EXT-X-PROGRAM-DATE-TIME:2026-03-04T20:00:00.123Z
#EXTINF:3.96,title, with a comma
first.m4s?token=a,b

#EXTINF:4
second.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="other.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-03-04T22:00:08.5+0200
#EXT-X-BYTERANGE:1000@500
#EXTINF:2.000001,
all.m4s
#EXT-X-BYTERANGE:300
#EXT-X-KEY:METHOD=AES-128,URI="https://k.example/?a=b,c",IV=0x1
#EXTINF:2,
all.m4s
#EXT-X-GAP
#EXTINF:2,
gone.m4s
#EXT-X-KEY:METHOD=NONE
#EXTINF:2,
https://other.example/last.m4s
`

func TestALivePlaylistIsRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{live, strings.ReplaceAll(live, "\n", "\r\n"), "\xef\xbb\xbf" + live} {
		p, err := Parse([]byte(text))
		require.NoError(t, err)
		require.Nil(t, p.Master)
		m := p.Media
		require.Equal(t, 4*time.Second, m.TargetDuration)
		require.EqualValues(t, 2680, m.Sequence)
		require.EqualValues(t, 3, m.DiscontinuitySequence)
		require.False(t, m.Ended)
		require.Len(t, m.Segments, 6)
		first, other := &Map{URI: "init.mp4", Range: &Range{Length: 720}}, &Map{URI: "other.mp4"}
		key := &Key{Method: "AES-128", URI: "https://k.example/?a=b,c"}
		require.Equal(t, Segment{URI: "first.m4s?token=a,b", Sequence: 2680, Duration: 3960 * time.Millisecond, Map: first,
			DateTime: time.Date(2026, 3, 4, 20, 0, 0, 123e6, time.UTC)}, m.Segments[0])
		require.Equal(t, Segment{URI: "second.m4s", Sequence: 2681, Duration: 4 * time.Second, Map: first}, m.Segments[1])
		require.Equal(t, Segment{URI: "all.m4s", Sequence: 2682, Duration: 2*time.Second + time.Microsecond, Map: other, Discontinuity: true,
			DateTime: time.Date(2026, 3, 4, 20, 0, 8, 5e8, time.UTC), Range: &Range{Offset: 500, Length: 1000}}, m.Segments[2])
		require.Equal(t, Segment{URI: "all.m4s", Sequence: 2683, Duration: 2 * time.Second, Map: other, Key: key,
			Range: &Range{Offset: 1500, Length: 300}}, m.Segments[3])
		require.True(t, m.Segments[4].Gap)
		require.Equal(t, key, m.Segments[4].Key)
		require.Nil(t, m.Segments[5].Key)
	}
}

func TestTheBestVariantWithinTheLimitIsChosen(t *testing.T) {
	t.Parallel()
	p, err := Parse([]byte(`#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="apart",NAME="English",DEFAULT=YES,URI="audio.m3u8"
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="chunked",NAME="1080p60"
#EXT-X-STREAM-INF:BANDWIDTH=160000,CODECS="mp4a.40.2"
audio-only.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=9000000,RESOLUTION=2560x1440,AUDIO="apart"
apart.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=6000000,RESOLUTION=1920x1080,CODECS="avc1.64002A,mp4a.40.2",FRAME-RATE=60.000,VIDEO="chunked"
best.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1400000,RESOLUTION=852x480
small.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=99000000,URI="key-frames.m3u8"
`))
	require.NoError(t, err)
	for limit, want := range map[int64]string{0: "best.m3u8", 6_000_000: "best.m3u8", 5_999_999: "small.m3u8", 1: "small.m3u8"} {
		v, ok := p.Master.Best(limit)
		require.True(t, ok)
		require.Equal(t, want, v.URI, "limit %d", limit)
	}
	v, _ := p.Master.Best(0)
	require.Equal(t, Variant{URI: "best.m3u8", Bandwidth: 6_000_000, Width: 1920, Height: 1080, FrameRate: 60, Codecs: []string{"avc1.64002A", "mp4a.40.2"}}, v)

	p.Master.Variants = p.Master.Variants[:2]
	v, _ = p.Master.Best(0)
	require.Equal(t, "apart.m3u8", v.URI, "a picture without sound is better than sound without a picture")
	_, ok := (&Master{}).Best(0)
	require.False(t, ok)
}

func TestBrokenPlaylistsAreRefused(t *testing.T) {
	t.Parallel()
	const head = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
	for name, text := range map[string]string{
		"empty":                               "",
		"a web page":                          "<html>",
		"no target duration":                  "#EXTM3U\n#EXTINF:2,\na.ts\n",
		"an address out of nowhere":           head + "a.ts\n",
		"an encrypted address without EXTINF": "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\na.ts\n",
		"cut off in the middle":               head + "#EXTINF:2,\n",
		"a variant without an address":        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n",
		"both kinds":                          head + "#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n",
		"a duration that is no number":        head + "#EXTINF:NaN,\na.ts\n",
		"an endless duration":                 head + "#EXTINF:Inf,\na.ts\n",
		"a negative duration":                 head + "#EXTINF:-1,\na.ts\n",
		"a segment of a day":                  head + "#EXTINF:86400,\na.ts\n",
		"a negative sequence":                 head + "#EXT-X-MEDIA-SEQUENCE:-1\n",
		"a sequence that overflows":           head + "#EXT-X-MEDIA-SEQUENCE:9223372036854775807\n#EXTINF:2,\na.ts\n",
		"a range that continues nothing":      head + "#EXT-X-BYTERANGE:5\n#EXTINF:2,\na.ts\n",
		"a range that overflows":              head + "#EXT-X-BYTERANGE:9223372036854775807@9223372036854775807\n#EXTINF:2,\na.ts\n",
		"a range that continues too far":      head + "#EXT-X-BYTERANGE:5@9223372036854775802\n#EXTINF:2,\na.ts\n#EXT-X-BYTERANGE:5\n#EXTINF:2,\na.ts\n",
		"a map without an address":            head + "#EXT-X-MAP:BYTERANGE=\"1@1\"\n",
		"a quote that does not end":           head + "#EXT-X-MAP:URI=\"init\n",
		"a delta update":                      head + "#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n",
		"too many segments":                   head + strings.Repeat("#EXTINF:2,\na\n", MaxSegments+1),
		"too many bytes":                      head + strings.Repeat("#", MaxBytes),
		"longer than a month":                 head + strings.Repeat("#EXTINF:3600,\na\n", 721),
	} {
		_, err := Parse([]byte(text))
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax, name)
	}
}

func TestAClockThatCannotBeReadIsNoClock(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "yesterday", "2026-03-04T20:00:00", "2026-03-04 20:00:00Z", "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"} {
		require.True(t, dateTime(text).IsZero(), text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(live))
	f.Add([]byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"a,b\"\nx\n"))
	f.Add([]byte("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-BYTERANGE:1@2\n#EXTINF:1,\na\n#EXT-X-BYTERANGE:1\n#EXTINF:1\na\n#EXT-X-ENDLIST"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if err != nil {
			require.IsType(t, &SyntaxError{}, err)
			return
		}
		require.True(t, (p.Media == nil) != (p.Master == nil))
		if p.Master != nil {
			p.Master.Best(1000)
			return
		}
		for i, s := range p.Media.Segments {
			require.Equal(t, p.Media.Sequence+int64(i), s.Sequence)
			require.GreaterOrEqual(t, s.Duration, time.Duration(0))
			require.LessOrEqual(t, s.Duration, MaxDuration)
			require.NotEmpty(t, s.URI)
			if s.Range != nil {
				require.Positive(t, s.Range.Length)
				require.GreaterOrEqual(t, s.Range.Offset+s.Range.Length, s.Range.Length)
			}
		}
	})
}
