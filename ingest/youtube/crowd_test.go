package youtube

import (
	"context"
	"fmt"
	"io"
	"net/http"
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
}

func (p *platform) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	method := strings.TrimPrefix(r.URL.Path, "/youtube/v3/")
	p.calls[method]++
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
		api, err := youtube.NewLive(youtube.LiveConfig{APIKey: "k", HTTPClient: &http.Client{Transport: p}})
		require.NoError(t, err)
		cfg.API, cfg.Clock, cfg.Log = api, clock, zerolog.Nop()
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
