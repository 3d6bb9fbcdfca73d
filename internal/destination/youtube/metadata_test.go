package youtube

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
)

func moment(source, clipper string) destination.Item {
	at := time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)
	return destination.Item{
		ClipID: "ab12cd", CreatorID: "c1", Title: clip.Title(source, clipper, at, "ab12cd"),
		Creator: "Nova", SourceTitle: source, Clipper: clipper, RequestedAt: at,
	}
}

func TestTitlesEndWithTheMarkerAndFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, template, source, clipper, want string }{
		{"the clip's own", "", "Boss fight", "ann", "Boss fight - 11/22/26 clip by ann [ab12cd]"},
		{"a template", "{creator}: {source} ({clipper}, {date}) #{clip_id}", "Boss fight", "ann", "Nova: Boss fight (ann, 11/22/26) #ab12cd [ab12cd]"},
		{"one without variables", "A clip", "Boss fight", "ann", "A clip [ab12cd]"},
		{"one that has the marker already", "{source} [{clip_id}]", "Boss fight", "ann", "Boss fight [ab12cd]"},
		{"unknown variables stay", "{source} {game} {Clipper} {", "Boss fight", "ann", "Boss fight {game} {Clipper} { [ab12cd]"},
		{"chat is not expanded again", "{source} by {clipper}", "{clipper} {title}", "{source}", "{clipper} {title} by {source} [ab12cd]"},
		{"chat with another marker", "", "look [zz9999]", "[q1w2e3]", "look [zz9999] - 11/22/26 clip by [q1w2e3] [ab12cd]"},
		{"angle brackets", "<b>{source}</b>", "<script>x", "ann", "bscriptx/b [ab12cd]"},
		{"lines and invisible characters", "a\r\n{source}\tb", "x\u202ey\x00", "ann", "a xy b [ab12cd]"},
		{"nothing", "{source}", "", "", "[ab12cd]"},
		{"broken text", "\xff{source}", "\xfe", "ann", "[ab12cd]"},
		{"a long source gives way first", "", strings.Repeat("abcde ", 30), "a name of ordinary length",
			"abcde abcde abcde abcde abcde abcde abcde abc… - 11/22/26 clip by a name of ordinary length [ab12cd]"},
		{"then a long name does", "{source} by {clipper}", strings.Repeat("s", 200), strings.Repeat("n", 200), " by " + strings.Repeat("n", 86) + "… [ab12cd]"},
		{"then whatever is there", strings.Repeat("t", 200) + "{source}", "Boss fight", "ann", strings.Repeat("t", 90) + "… [ab12cd]"},
		{"wide characters count twice", "{source}", strings.Repeat("🎮", 60), "ann", strings.Repeat("🎮", 45) + "… [ab12cd]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := title(c.template, moment(c.source, c.clipper))
			require.Equal(t, strings.TrimSpace(c.want), got)
			require.LessOrEqual(t, length(got), maxTitle)
		})
	}
}

func TestDescriptionsKeepTheirLinesAndFit(t *testing.T) {
	t.Parallel()
	item := moment("Boss <fight>", "ann\nbob")
	require.Empty(t, description("", item))
	require.Equal(t, "Nova plays.\n\nBoss fight by ann bob on 11/22/26\n{unknown} ab12cd",
		description("{creator} plays.\r\n\r\n{source} by {clipper} on {date}\n{unknown} {clip_id} \x07<>", item))
	require.Equal(t, "Boss fight - 11/22/26 clip by ann bob", description("{title}", item), "the marker belongs to the title")
	long := description(strings.Repeat("é", 3000), item)
	require.Equal(t, strings.Repeat("é", 2500), long)
}

func TestAVideoIsDescribedAsConfigured(t *testing.T) {
	t.Parallel()
	video := Metadata{
		Description: "d", Tags: []string{"speed run", " boss ", "", "a,b"}, Privacy: "unlisted", CategoryID: "22", MadeForKids: true,
	}.describe(moment("s", "c"))
	require.Equal(t, []string{"speed run", "boss", "a b"}, video.Snippet.Tags)
	require.Equal(t, "22", video.Snippet.CategoryId)
	require.Equal(t, "unlisted", video.Status.PrivacyStatus)
	require.True(t, video.Status.SelfDeclaredMadeForKids)
	video = Metadata{}.describe(moment("s", "c"))
	require.Equal(t, "20", video.Snippet.CategoryId)
	require.Equal(t, "private", video.Status.PrivacyStatus)
	body, err := video.Status.MarshalJSON()
	require.NoError(t, err)
	require.JSONEq(t, `{"privacyStatus":"private","selfDeclaredMadeForKids":false}`, string(body))
}

func TestTagsCountAsThePlatformCounts(t *testing.T) {
	t.Parallel()
	require.Equal(t, 0, tagsLength(nil))
	require.Equal(t, 3, tagsLength([]string{"abc"}))
	require.Equal(t, 7, tagsLength([]string{"abc", "def"}))
	require.Equal(t, 13, tagsLength([]string{"abc", "boss go"}))
	require.Len(t, tags([]string{strings.Repeat("a", 499), "bb", "c"}), 1, "what does not fit is left out")
}

func TestMetadataThatYouTubeWouldRefuseIsNamed(t *testing.T) {
	t.Parallel()
	good := Metadata{Title: "{source} by {clipper}", Description: "x", Tags: []string{"speed run"}, Privacy: "public", CategoryID: "20"}
	require.Empty(t, Validate(good))
	require.Empty(t, Validate(Metadata{}))
	for _, c := range []struct {
		name   string
		spoil  func(m *Metadata)
		fields []string
	}{
		{"a long title", func(m *Metadata) { m.Title = strings.Repeat("a", 92) }, []string{"title"}},
		{"an unknown variable counts", func(m *Metadata) { m.Title = strings.Repeat("{game}", 16) }, []string{"title"}},
		{"angle brackets", func(m *Metadata) { m.Title, m.Description = "<", ">" }, []string{"title", "description"}},
		{"a long description", func(m *Metadata) { m.Description = strings.Repeat("é", 2501) }, []string{"description"}},
		{"bad tags", func(m *Metadata) { m.Tags = []string{"ok", " ", "a,b", "<x>", `"q"`} }, []string{"tags[1]", "tags[2]", "tags[3]", "tags[4]"}},
		{"many tags", func(m *Metadata) { m.Tags = strings.Split(strings.Repeat("abcd ", 101), " ")[:101] }, []string{"tags"}},
		{"privacy", func(m *Metadata) { m.Privacy = "Public" }, []string{"privacy"}},
		{"category", func(m *Metadata) { m.CategoryID = "gaming" }, []string{"category_id"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := good
			c.spoil(&m)
			var fields []string
			for _, p := range Validate(m) {
				fields = append(fields, p.Field)
				require.Contains(t, p.String(), p.Field+": ")
			}
			require.Equal(t, c.fields, fields)
		})
	}
	exact := good
	exact.Title = strings.Repeat("a", 91) + "{source}"
	require.Empty(t, Validate(exact))
}

func FuzzTitle(f *testing.F) {
	f.Add("{title}", "Boss fight", "ann")
	f.Add("{source}{source}{source} [{clip_id}]", strings.Repeat("🎮", 80), "[zz9999]")
	f.Add("\xff<{clipper}>", "{source}", "\u202e")
	f.Add(strings.Repeat("{title}", 20), strings.Repeat("e\u0301", 90), strings.Repeat("n", 130))
	f.Fuzz(func(t *testing.T, template, source, clipper string) {
		item := moment(source, clipper)
		got := title(template, item)
		require.True(t, strings.HasSuffix(got, "[ab12cd]"), got)
		require.True(t, bears(got, "ab12cd"), got)
		require.LessOrEqual(t, length(got), maxTitle, got)
		require.True(t, utf8.ValidString(got))
		require.NotContains(t, got, "\n")
		require.False(t, strings.ContainsAny(got, "<>"), got)

		text := description(template, item)
		require.LessOrEqual(t, len(text), maxDescription)
		require.True(t, utf8.ValidString(text))
		require.False(t, strings.ContainsAny(text, "<>\r\x00"))
	})
}
