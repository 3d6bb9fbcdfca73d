package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClipsGoWhereTheNearestSettingSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		creator CreatorClips
		system  ClipSystem
		want    []string
	}{
		"the system's, where the creator says nothing": {CreatorClips{}, ClipSystem{Destinations: []string{"folder"}}, []string{"folder"}},
		"the creator's one":                            {CreatorClips{Destination: "youtube"}, ClipSystem{Destinations: []string{"folder"}}, []string{"youtube"}},
		"the creator's list, over the creator's one": {CreatorClips{Destination: "folder", Destinations: []string{"youtube", "folder"}},
			ClipSystem{Destinations: []string{"folder"}}, []string{"youtube", "folder"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, c.creator.destinations(c.system))
		})
	}
}

const twoDestinations = `{"creators": [{"creator_id": "Marmot", "clips": {"destinations": ["youtube", "folder", "vault", "youtube"],
	"youtube": {"title": "{source} [clip]", "tags": [], "privacy": "public"}}}]}`

func TestACreatorsDestinationsAndVideoSettingsAreRead(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{
		"creators.json": twoDestinations,
		"system.json":   `{"clips": {"youtube": {"description": "Ours", "tags": ["a", "b"]}}}`,
	})
	s.env["YOUTUBE_CLIENT_ID"], s.env["YOUTUBE_CLIENT_SECRET"], s.env["YOUTUBE_REFRESH_TOKEN"] = "app", "sesame", "lasting"
	c, problems := s.mustLoad()
	require.Contains(t, lines(problems), `warning: shared/config/creators.json: $.creators[?(@.creator_id=="Marmot")].clips.destinations: found "vault"; allowed: folder, youtube; this destination is left out`)
	creator := c.Creator("Marmot")
	require.Equal(t, []string{"youtube", "folder"}, c.ClipLimits(creator).Destinations)
	require.Equal(t, Video{
		Title: "{source} [clip]", Description: "Ours", Tags: []string{}, Privacy: "public", CategoryID: "20",
	}, c.Video(creator))
	account := c.YouTubeAccount(creator)
	require.True(t, account.Complete())
	require.Equal(t, "lasting", account.RefreshToken.Reveal())
	require.Subset(t, c.SecretValues(), []string{"sesame", "lasting"})
	require.NotContains(t, c.SecretValues(), "app")
}

func TestClipsForYouTubeWithoutAnAccountAreWarnedAbout(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{"creators.json": twoDestinations})
	s.env["YOUTUBE_CLIENT_ID"] = "app"
	c, problems := s.mustLoad()
	require.False(t, c.YouTubeAccount(c.Creator("Marmot")).Complete())
	require.Contains(t, lines(problems), "warning: YOUTUBE_CLIENT_SECRET: found nothing; allowed: the account that publishes on YouTube, from the environment, a .env file or YOUTUBE_CLIENT_SECRET_FILE; clips that go to YouTube fail until YOUTUBE_CLIENT_SECRET, YOUTUBE_REFRESH_TOKEN are given")
}

func TestTheOnlyLabelledAccountServesEverybody(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{
		"creators.json": `{"creators": [{"creator_id": "Marmot", "clips": {"destination": "youtube"}}, {"creator_id": "Otters"}]}`,
	})
	s.env["YOUTUBE_CLIENT_ID"], s.env["YOUTUBE_CLIENT_SECRET"], s.env["YOUTUBE_REFRESH_TOKEN_MAIN"] = "app", "sesame", "lasting"
	c, _ := s.mustLoad()
	require.Equal(t, "MAIN", c.YouTubeAccount(c.Creator("Marmot")).Label)
	require.True(t, c.YouTubeAccount(c.Creator("Marmot")).Complete())
}

func TestYouTubeIsWhereTheConfigurationSays(t *testing.T) {
	t.Parallel()
	c, _ := newState(t, nil).mustLoad()
	require.Equal(t, YouTubeEndpoints{API: "https://youtube.googleapis.com", OAuth: "https://oauth2.googleapis.com/token",
		Authorize: "https://accounts.google.com/o/oauth2/v2/auth", Device: "https://oauth2.googleapis.com/device/code"}, c.Platform("youtube").YouTube)

	s := newState(t, map[string]string{"platforms.json": `{"platforms": [{"name": "youtube", "enabled": true, "endpoints": {"api": "http://127.0.0.1:1/", "oauth": "http://127.0.0.1:1/token", "ca_file": "ca.pem"}}]}`})
	c, _ = s.mustLoad()
	e := c.Platform("youtube").YouTube
	require.Equal(t, "http://127.0.0.1:1", e.API)
	require.Equal(t, "http://127.0.0.1:1/token", e.OAuth)
	require.Contains(t, e.CAFile, s.dir)
}
