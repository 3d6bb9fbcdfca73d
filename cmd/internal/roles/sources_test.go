package roles

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/source"
)

// address holds a token, as the addresses of streams do.
const address = "https://video.example/live.m3u8?token=hunter22"

// resolve asks for the address of a creator with that capture.
func resolve(t *testing.T, capture config.Capture, patience time.Duration) (string, error) {
	t.Helper()
	s := sources{
		cfg:      fixed(&config.Config{Creators: []config.Creator{{ID: "Ab3dE9", Capture: capture}}}),
		patience: patience,
	}
	found, err := s.Source(t.Context(), control.Stream{CreatorID: "Ab3dE9", Channel: "harborlights"})
	require.NoError(t, err)
	return found.Resolve(t.Context())
}

// fixed is a configuration that never changes.
func fixed(cfg *config.Config) func() *config.Config { return func() *config.Config { return cfg } }

func shell(script string) config.Capture {
	return config.Capture{Command: []string{"sh", "-c", script}}
}

func TestAFixedAddressIsTheSource(t *testing.T) {
	t.Parallel()
	got, err := resolve(t, config.Capture{URL: address}, time.Minute)
	require.NoError(t, err)
	require.Equal(t, address, got)
}

func TestACreatorWithoutASourceIsSaidSo(t *testing.T) {
	t.Parallel()
	s := sources{cfg: fixed(&config.Config{Creators: []config.Creator{{ID: "Ab3dE9"}}})}
	for _, id := range []string{"Ab3dE9", "Nobody"} {
		_, err := s.Source(t.Context(), control.Stream{CreatorID: id})
		require.ErrorIs(t, err, activities.ErrNoSource)
		require.ErrorContains(t, err, "creators.json gives "+id+" neither capture.url, capture.command nor capture.from")
	}
}

func TestACommandPrintsTheSource(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, want string }{
		"on its only line":          {"echo '" + address + "'", address},
		"after empty lines":         {"echo; echo '  '; echo ' " + address + " '", address},
		"before lines of no weight": {"echo '" + address + "'; echo done", address},
		"besides complaints":        {"echo warning >&2; echo '" + address + "'", address},
		"of another kind":           {"echo rtmp://127.0.0.1/live/x", "rtmp://127.0.0.1/live/x"},
		"as a file":                 {"echo file:///srv/stream.ts", "file:///srv/stream.ts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := resolve(t, shell(c.script), time.Minute)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
	got, err := resolve(t, config.Capture{Command: []string{"printf", "https://video.example/%s", "{channel}"}}, time.Minute)
	require.NoError(t, err)
	require.Equal(t, "https://video.example/harborlights", got, "the channel is filled in, without a shell")
}

func TestACommandWithoutAnAddressIsAnErrorThatHidesWhatItPrinted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		capture config.Capture
		want    string
	}{
		"it prints nothing":              {shell("true"), "sh printed nothing"},
		"it prints empty lines":          {shell("echo; echo"), "sh printed nothing"},
		"it prints prose":                {shell("echo offline token=hunter22"), "sh printed something that is no address"},
		"it prints a complaint":          {shell("echo 'error: No streams on " + address + "'"), "sh printed something that is no address"},
		"it fails after an address":      {shell("echo '" + address + "'; exit 3"), "sh found no stream: exit status 3"},
		"it fails and complains":         {shell("echo '" + address + "' >&2; exit 1"), "sh found no stream: exit status 1"},
		"it does not exist":              {config.Capture{Command: []string{"no-such-program-here", address}}, "no-such-program-here"},
		"it hangs":                       {shell("echo '" + address + "'; exec sleep 600"), "sh printed no address within 200ms"},
		"it hangs and leaves children":   {shell("sleep 600 & echo '" + address + "'; wait"), "sh printed no address within 200ms"},
		"it prints more than a terminal": {shell("head -c 100000 /dev/zero | tr '\\0' x"), "sh printed nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patience := time.Minute
			if name[:7] == "it hang" {
				patience = 200 * time.Millisecond
			}
			got, err := resolve(t, c.capture, patience)
			require.Empty(t, got)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "hunter22")
			require.NotContains(t, err.Error(), "video.example")
		})
	}
}

func TestACommandEndsWithTheCapture(t *testing.T) {
	t.Parallel()
	s := sources{
		cfg:      fixed(&config.Config{Creators: []config.Creator{{ID: "Ab3dE9", Capture: shell("exec sleep 600")}}}),
		patience: time.Minute,
	}
	found, err := s.Source(t.Context(), control.Stream{CreatorID: "Ab3dE9"})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = found.Resolve(ctx)
	require.Error(t, err)
}

func TestWaysOfFindingTheSourceAreTriedInOrder(t *testing.T) {
	t.Parallel()
	playback := `{"playback_url": "` + address + `", "livestream": {"id": 7}}`
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v2/channels/harborlights" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(playback))
	}))
	defer site.Close()
	s := sources{patience: time.Minute, cfg: fixed(&config.Config{
		Platforms: []config.Platform{{Name: "kick", Kick: config.KickEndpoints{Site: site.URL}}},
		Creators: []config.Creator{{ID: "Ab3dE9", Capture: config.Capture{
			From: []config.CaptureFrom{config.FromPlatform}, Platform: []chat.Platform{chat.Kick, chat.Twitch},
		}}},
	})}
	kick, err := s.Source(t.Context(), control.Stream{CreatorID: "Ab3dE9", Platform: chat.Kick, Channel: "harborlights"})
	require.NoError(t, err)
	require.False(t, kick.Shared)
	require.True(t, kick.Outranks("twitch"))
	require.True(t, kick.Outranks("youtube"))
	require.False(t, kick.Outranks("kick"))
	got, err := kick.Resolve(t.Context())
	require.NoError(t, err)
	require.Equal(t, address, got)

	_, err = (search{
		ways: []config.CaptureFrom{config.FromPlatform, config.FromYTDLP}, sites: source.Sites{Kick: site.URL}, client: site.Client(),
		broadcast: source.Broadcast{Platform: chat.Kick, Channel: "some one"},
	}).find(t.Context())
	require.ErrorContains(t, err, "the page of the broadcast is not known: the channel's name is none; the page")
	_, err = (search{
		ways: []config.CaptureFrom{config.FromPlatform}, sites: source.Sites{Kick: site.URL}, client: site.Client(),
		broadcast: source.Broadcast{Platform: chat.Kick, Channel: "nobody"},
	}).find(t.Context())
	require.EqualError(t, err, "the site of kick answered 403 Forbidden")
}
