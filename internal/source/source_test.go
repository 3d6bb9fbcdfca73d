package source_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/source"
)

func TestThePageOfABroadcastIsWorkedOut(t *testing.T) {
	t.Parallel()
	sites := source.RealSites()
	for want, b := range map[string]source.Broadcast{
		"https://www.twitch.tv/harborlights":          {Platform: chat.Twitch, Channel: "#harborlights"},
		"https://www.youtube.com/watch?v=dQw4w9WgXcQ": {Platform: chat.YouTube, Channel: "UC1", StreamID: "dQw4w9WgXcQ"},
		"https://kick.com/harbor-lights":              {Platform: chat.Kick, Channel: "harbor-lights"},
		"https://rumble.com/v1-live.html":             {Platform: chat.Rumble, WatchURL: "https://rumble.com/v1-live.html"},
	} {
		page, err := sites.Page(b)
		require.NoError(t, err)
		require.Equal(t, want, page)
	}
	for _, b := range []source.Broadcast{
		{Platform: chat.Twitch, Channel: "../../evil"}, {Platform: chat.Twitch}, {Platform: chat.Kick, Channel: "--exec"},
		{Platform: chat.YouTube, StreamID: "a&b"}, {Platform: chat.YouTube}, {Platform: chat.Rumble}, {Platform: chat.Rumble, WatchURL: "file:///etc/passwd"},
	} {
		_, err := sites.Page(b)
		var none *source.NoPageError
		require.ErrorAs(t, err, &none, "%+v", b)
	}
}

const signed = "https://video.example/live.m3u8?token=hunter22"

func TestKickGivesTheAddressOfWhatIsLive(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		want    string
		problem string
	}{
		"live":                {200, `{"slug":"harborlights","playback_url":"` + signed + `","livestream":{"id":1}}`, signed, ""},
		"offline":             {200, `{"playback_url":"` + signed + `","livestream":null}`, "", "nothing is live"},
		"without an address":  {200, `{"playback_url":"","livestream":{"id":1}}`, "", "no address"},
		"with a file":         {200, `{"playback_url":"file:///etc/passwd","livestream":{"id":1}}`, "", "no address"},
		"refused":             {403, `<html>hunter22</html>`, "", "answered 403 Forbidden"},
		"a page in its place": {200, `<html>hunter22</html>`, "", "no channel data"},
		"far too much":        {200, `{"x":"` + strings.Repeat("y", 2<<20) + `"}`, "", "far too much"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				require.Equal(t, "/api/v2/channels/harborlights", r.URL.Path)
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			got, err := source.Sites{Kick: server.URL}.OfPlatform(t.Context(), server.Client(), source.Broadcast{Platform: chat.Kick, Channel: "Harborlights"})
			require.Equal(t, c.want, got)
			if c.problem == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.problem)
			require.NotContains(t, err.Error(), "hunter22")
			require.Equal(t, name == "offline", errors.Is(err, source.ErrOffline))
		})
	}
	_, err := source.RealSites().OfPlatform(t.Context(), http.DefaultClient, source.Broadcast{Platform: chat.Twitch, Channel: "x"})
	var none *source.NotGivenError
	require.ErrorAs(t, err, &none)
}

// fake puts a program of that name into a folder of its own.
func fake(t *testing.T, name, script string) source.Program {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	p := source.Streamlink
	if name == source.YTDLP.Name {
		p = source.YTDLP
	}
	p.Name = path // a name with a slash is not looked for in PATH
	return p
}

func ask(t *testing.T, p source.Program, page, quality string) (string, error) {
	t.Helper()
	return source.Runner{Patience: time.Minute}.Ask(t.Context(), p, page, quality)
}

func TestProgramsAreAskedWithoutAShellAndWithTheirOwnFlags(t *testing.T) {
	t.Parallel()
	const page = "https://example.com/$(touch pwned);x"
	got, err := ask(t, fake(t, "streamlink", `[ "$1 $2 $3 $4 $#" = '--stream-url -- `+page+` best 4' ] && echo '`+signed+`'`), page, "")
	require.NoError(t, err)
	require.Equal(t, signed, got)
	got, err = ask(t, fake(t, "yt-dlp", `[ "$3 $4 $5 $6 $7 $#" = '-g -f best[height<=720] -- `+page+` 7' ] && echo '`+signed+`'`), page, "best[height<=720]")
	require.NoError(t, err)
	require.Equal(t, signed, got)
}

func TestAProgramThatFindsNothingIsAnErrorThatHidesWhatItPrinted(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"true":   "printed nothing",
		"exit 1": "found no stream: exit status 1",
		"echo 'error: No playable streams found on this URL: " + signed + "'; exit 1": "found no stream",
		"echo 'error: none on " + signed + "'":                                        "printed something that is no address",
		"echo '" + signed + "'; echo '" + signed + "'":                                "printed several addresses",
		"echo file:///etc/passwd":                                                     "printed something that is no address",
		"yes " + signed + " | head -c 200000":                                         "printed more than an address",
	} {
		got, err := ask(t, fake(t, "streamlink", script), "https://example.com/x", "")
		require.Empty(t, got, script)
		require.ErrorContains(t, err, want, script)
		require.NotContains(t, err.Error(), "hunter22")
	}
	p := source.Streamlink
	p.Name = "streamlink-that-nobody-installed"
	_, err := ask(t, p, "https://example.com/x", "")
	var missing *source.MissingError
	require.ErrorAs(t, err, &missing)
	require.ErrorContains(t, err, "apt install streamlink")
}

func TestAProgramThatHangsIsEnded(t *testing.T) {
	t.Parallel()
	hangs := fake(t, "streamlink", "sleep 600 & echo '"+signed+"'; wait")
	_, err := source.Runner{Patience: 200 * time.Millisecond}.Ask(t.Context(), hangs, "https://example.com/x", "")
	require.ErrorContains(t, err, "printed no address within 200ms")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = source.Runner{Patience: time.Minute}.Ask(ctx, hangs, "https://example.com/x", "")
	require.Error(t, err)
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{
		signed, "\n\n " + signed + "\r\n", signed + "\n" + signed, "error: nothing on " + signed, "", "rtmp://h/app/key", "file:///etc/passwd",
		"https://\xff/", "http://[::1", "https:opaque", "srt://h:9000?streamid=x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, output []byte) {
		address, err := source.ParseAddress(output)
		if err != nil {
			require.Empty(t, address)
			require.LessOrEqual(t, len(err.Error()), 100, "an error holds nothing of the output")
			return
		}
		require.Contains(t, string(output), address)
		require.False(t, strings.ContainsAny(address, " \t\r\n\x00"))
		again, err := source.ParseAddress([]byte(address))
		require.NoError(t, err)
		require.Equal(t, address, again)
	})
}
