package clip_test

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
)

func TestIDsDeriveFromWhatAskedForTheClip(t *testing.T) {
	t.Parallel()
	id := clip.NewID("marmot", "m-1", "clip", 0)
	require.True(t, clip.ValidID(id), id)
	require.Equal(t, id, clip.NewID("marmot", "m-1", "clip", 0), "the same request has the same id")
	for what, other := range map[string]string{
		"creator": clip.NewID("otter", "m-1", "clip", 0),
		"message": clip.NewID("marmot", "m-2", "clip", 0),
		"trigger": clip.NewID("marmot", "m-1", "clip2", 0),
		"salt":    clip.NewID("marmot", "m-1", "clip", 1),
		"shifted": clip.NewID("marmotm", "-1", "clip", 0),
	} {
		require.NotEqual(t, id, other, what)
	}
}

func TestIDsRarelyCollide(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for n := range 10_000 {
		seen[clip.NewID("marmot", fmt.Sprint(n), "clip", 0)] = true
	}
	// With 36^6 ids, 10,000 draws collide 0.02 times on average.
	require.GreaterOrEqual(t, len(seen), 9_998)
}

func TestJobIDsAreVersion4UUIDs(t *testing.T) {
	t.Parallel()
	require.Regexp(t, regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`),
		clip.NewJobID("marmot", "m-1", "clip", 0))
}

func TestValidIDRefusesWhatIsNoID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "abc12", "abc1234", "ABC123", "abc12/", "../../", "äbc123"} {
		require.False(t, clip.ValidID(id), id)
	}
}

func TestTitleKeepsDateUserAndIDAndCutsTheSource(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 1, 23, 30, 0, 0, time.FixedZone("west", -8*3600))
	for name, c := range map[string]struct{ source, user, want string }{
		"a short title is whole":                      {"Otter parade", "viewer77", "Otter parade - 02/02/26 clip by viewer77 [ab12cd]"},
		"a source of 80 and a user of 20 cut to 71":   {strings.Repeat("s", 80), strings.Repeat("u", 20), strings.Repeat("s", 71) + " - 02/02/26 clip by " + strings.Repeat("u", 20) + " [ab12cd]"},
		"a user of 95 leaves no source and is cut":    {"source", strings.Repeat("u", 95), " - 02/02/26 clip by " + strings.Repeat("u", 91) + " [ab12cd]"},
		"markup and line breaks do not get through":   {"<b>a\r\nb</b>\u202e", "x\x00y", "ba b/b - 02/02/26 clip by xy [ab12cd]"},
		"code points are counted and never cut apart": {strings.Repeat("é", 120), "u", strings.Repeat("é", 90) + " - 02/02/26 clip by u [ab12cd]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, clip.Title(c.source, c.user, at, "ab12cd"))
		})
	}
}

func FuzzTitleStaysWithinItsLimits(f *testing.F) {
	f.Add("Otter parade", "viewer77")
	f.Add(strings.Repeat("x", 500), "\x00\xff\u202e<script>")
	f.Fuzz(func(t *testing.T, source, user string) {
		title := clip.Title(source, user, time.Unix(1769947200, 0), "ab12cd")
		require.True(t, utf8.ValidString(title))
		require.LessOrEqual(t, utf8.RuneCountInString(title), 120)
		require.True(t, strings.HasSuffix(title, " [ab12cd]"))
		require.NotContains(t, title, "<")
		require.NotContains(t, title, "\n")
	})
}

func TestAClipEndsAfterTheAnchorAndStartsItsLengthBefore(t *testing.T) {
	t.Parallel()
	anchor := time.Unix(1000, 0)
	start, end := clip.Span(anchor, 30*time.Second, 5*time.Second, 3*time.Second)
	require.Equal(t, anchor.Add(2*time.Second), end)
	require.Equal(t, end.Add(-30*time.Second), start)
}

func TestAClipGoesToEachOfItsDestinationsOnceTheFirstFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request clip.Request
		want    []string
	}{
		"one":                          {clip.Request{Destination: "youtube"}, []string{"youtube"}},
		"none, as in old requests":     {clip.Request{}, []string{"folder"}},
		"several":                      {clip.Request{Destination: "youtube", More: []string{"folder", "rumble"}}, []string{"youtube", "folder", "rumble"}},
		"some twice":                   {clip.Request{Destination: "folder", More: []string{"youtube", "folder", "youtube", ""}}, []string{"folder", "youtube"}},
		"no first one, but others too": {clip.Request{More: []string{"youtube", "folder"}}, []string{"folder", "youtube"}},
	} {
		require.Equal(t, c.want, c.request.Destinations(), name)
	}
}

func TestStatesFollowOneAnother(t *testing.T) {
	t.Parallel()
	allowed := map[clip.State][]clip.State{
		clip.Queued:    {clip.Encoding, clip.Failed},
		clip.Encoding:  {clip.Encoded, clip.Failed},
		clip.Encoded:   {clip.Uploading, clip.Failed},
		clip.Uploading: {clip.Published, clip.Failed},
		clip.Failed:    {clip.Uploading, clip.Encoding},
		clip.Published: nil,
	}
	for _, from := range clip.States {
		for _, to := range clip.States {
			want := false
			for _, a := range allowed[from] {
				want = want || a == to
			}
			require.Equal(t, want, from.CanBecome(to), "%s to %s", from, to)
		}
	}
}

func TestAFailureKeepsItsCause(t *testing.T) {
	t.Parallel()
	failure := &clip.Failure{Code: clip.DiskFull, Message: "no space left", Err: io.ErrShortWrite}
	require.ErrorIs(t, failure, io.ErrShortWrite)
	var target *clip.Failure
	require.True(t, errors.As(fmt.Errorf("encode: %w", failure), &target))
	require.Equal(t, clip.DiskFull, target.Code)
}
