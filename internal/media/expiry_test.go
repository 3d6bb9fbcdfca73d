package media

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnAddressSaysUntilWhenItIsGood(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"https://h/live.m3u8?expires=1700000000&sig=x":                    1700000000,
		"https://h/live.m3u8?Expires=1700000000":                          1700000000,
		"https://h/live.m3u8?exp=1700000000":                              1700000000,
		"https://h/api/manifest/hls_playlist/expire/1700000000/ei/x.m3u8": 1700000000,
		"https://h/live.m3u8?exp=1700000009&expire=1700000000":            1700000000,
		"https://h/live.m3u8?expires=3600":                                0,
		"https://h/live.m3u8?expires=soon":                                0,
		"https://h/live.m3u8?expires=99999999999999999999":                0,
		"https://h/live.m3u8?experience=1700000000":                       0,
		"https://h/expire":                                                0,
		"https://h/live.m3u8":                                             0,
	} {
		u, err := url.Parse(text)
		require.NoError(t, err)
		if want == 0 {
			require.True(t, expiryOf(u).IsZero(), text)
			continue
		}
		require.Equal(t, want, expiryOf(u).Unix(), text)
	}
}

func FuzzExpiryOf(f *testing.F) {
	f.Add("https://h/live.m3u8?expires=1700000000&sig=x")
	f.Add("https://h/expire/1700000000/expire")
	f.Add("?exp=%zz&expire=-1")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := url.Parse(text)
		if err != nil {
			return
		}
		at := expiryOf(u)
		require.True(t, at.IsZero() || at.After(time.Unix(minExpiry-1, 0)) && at.Before(time.Unix(maxExpiry+1, 0)))
	})
}
