package youtube

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// platform is a world of channels that all have one video, which is never live.
type platform struct {
	mu     sync.Mutex
	calls  map[string]int
	search string // video that search finds

	// refuse answers a request with a reason of status 403; empty for none. May be nil.
	refuse func(method string, query url.Values) (reason string)
}

func (p *platform) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	method := strings.TrimPrefix(r.URL.Path, "/youtube/v3/")
	p.calls[method]++
	if p.refuse != nil {
		if reason := p.refuse(method, r.URL.Query()); reason != "" {
			body := fmt.Sprintf(`{"error":{"code":403,"message":"no","errors":[{"reason":%q}]}}`, reason)
			return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}
	}
	var items []string
	switch method {
	case "channels":
		for _, id := range strings.Split(r.URL.Query().Get("id"), ",") {
			items = append(items, fmt.Sprintf(`{"id":%q,"contentDetails":{"relatedPlaylists":{"uploads":"UU%s"}}}`, id, id[2:]))
		}
	case "playlistItems":
		items = append(items, fmt.Sprintf(`{"contentDetails":{"videoId":"v%s"}}`, r.URL.Query().Get("playlistId")[2:]))
	case "videos":
		for _, id := range strings.Split(r.URL.Query().Get("id"), ",") {
			items = append(items, fmt.Sprintf(`{"id":%q,"snippet":{"liveBroadcastContent":"none"}}`, id))
		}
	case "search":
		items = append(items, fmt.Sprintf(`{"id":{"videoId":%q}}`, p.search))
	}
	body := `{"items":[` + strings.Join(items, ",") + `]}`
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func (p *platform) counted(method string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[method]
}

// crowd runs a client for so many offline channels.
func crowd(t *testing.T, channels int, cfg Config, act func(p *platform, c *Client)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &platform{calls: map[string]int{}, search: "vfound"}
		api, err := youtube.NewLive(youtube.LiveConfig{APIKey: "key-of-the-crowd", HTTPClient: &http.Client{Transport: p}})
		require.NoError(t, err)
		cfg.API, cfg.Clock = api, clock
		c := New(cfg, &recorder{})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.Run(ctx) }()
		defer func() {
			stop()
			<-done
		}()
		for i := range channels {
			require.NoError(t, c.Join(fmt.Sprintf("UCcrowd%015d", i), fmt.Sprint(i)))
		}
		act(p, c)
	})
}

func passing(d time.Duration) {
	<-time.NewTimer(d).C
	synctest.Wait()
}

func TestManyChannelsAreLookedAtTogether(t *testing.T) {
	crowd(t, 120, Config{}, func(p *platform, c *Client) {
		passing(10 * time.Second)
		require.Equal(t, 3, p.counted("channels"))
		require.Equal(t, 120, p.counted("playlistItems"))
		require.Equal(t, 3, p.counted("videos"))
		for _, s := range c.States() {
			require.Equal(t, StateInactive, s.State)
		}
		passing(time.Hour)
		require.Equal(t, 3, p.counted("videos"), "a video that is known not to be live is not asked about again")
		require.Zero(t, p.counted("search"))
	})
}

func TestAThousandOfflineChannelsStayWithinTheQuota(t *testing.T) {
	meter := NewLocalMeter(quota.DefaultYouTubeUnits, quota.YouTubeCosts(), clock)
	crowd(t, 1000, Config{Meter: meter}, func(p *platform, c *Client) {
		passing(6 * time.Hour)
		left, err := meter.Left(context.Background())
		require.NoError(t, err)
		require.GreaterOrEqual(t, left, int64(500), "the reserve is never touched")
		rounds := p.counted("playlistItems") / 1000
		require.Greater(t, rounds, 3)
		require.Less(t, rounds, 10)
	})
}

func TestSearchIsALastResortWithABudgetOfItsOwn(t *testing.T) {
	crowd(t, 3, Config{Limits: Limits{SearchesPerDay: 5}}, func(p *platform, c *Client) {
		passing(6 * time.Hour)
		require.Equal(t, 5, p.counted("search"))
		passing(2 * time.Hour)
		require.Greater(t, p.counted("search"), 5, "a new day")
		require.LessOrEqual(t, p.counted("search"), 10)
	})
}

func TestAChannelThatThePlatformRefusesToTellAboutDoesNotHideTheOthers(t *testing.T) {
	crowd(t, 5, Config{}, func(p *platform, c *Client) {
		p.mu.Lock()
		p.refuse = func(method string, query url.Values) string {
			if method == "playlistItems" && strings.HasSuffix(query.Get("playlistId"), "3") {
				return "playlistItemsNotAccessible"
			}
			return ""
		}
		p.mu.Unlock()
		passing(10 * time.Second)
		for name, s := range c.States() {
			want := StateInactive
			if strings.HasSuffix(name, "3") {
				want = StatePaused
				require.Contains(t, s.Detail, "playlistItemsNotAccessible")
			}
			require.Equal(t, want, s.State, name)
		}
		_, err := c.Live(t.Context(), slices.Collect(maps.Keys(c.States())))
		require.NoError(t, err, "all is known that can be")
		asked := p.counted("playlistItems")
		passing(9 * time.Minute)
		require.Less(t, p.counted("playlistItems"), asked+4*11, "the refused one is left alone for a while")
		p.mu.Lock()
		p.refuse = nil
		p.mu.Unlock()
		passing(10 * time.Minute)
		for name, s := range c.States() {
			require.Equal(t, StateInactive, s.State, name)
		}
	})
}

func TestSearchesThatAreUsedUpEndSearchingAndNothingElse(t *testing.T) {
	crowd(t, 3, Config{Limits: Limits{SearchesPerDay: 50}}, func(p *platform, c *Client) {
		p.mu.Lock()
		p.refuse = func(method string, _ url.Values) string {
			if method == "search" {
				return "quotaExceeded"
			}
			return ""
		}
		p.mu.Unlock()
		passing(time.Hour)
		require.Equal(t, 1, p.counted("search"))
		for _, s := range c.States() {
			require.Equal(t, StateInactive, s.State, s.Detail)
		}
	})
}

// lines counts what is logged.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *lines) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), what)
}

func TestThatItCannotBeFoundOutWhoIsLiveIsSaidOnceUntilItCan(t *testing.T) {
	log := &lines{}
	crowd(t, 5, Config{Log: zerolog.New(log)}, func(p *platform, c *Client) {
		refuse := func(reason string) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.refuse = func(string, url.Values) string { return reason }
		}
		refuse("backendError")
		passing(30 * time.Minute)
		require.Equal(t, 1, log.count("cannot be found out"))
		refuse("")
		passing(5 * time.Minute)
		require.Equal(t, 1, log.count("found out again"))
		refuse("backendError")
		passing(30 * time.Minute)
		require.Equal(t, 2, log.count("cannot be found out"))
	})
}
