package deploy_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
)

// loadSamples loads the samples of the configuration with these variables and
// nothing else.
func loadSamples(t *testing.T, variables map[string]string) (*config.Config, config.Problems) {
	t.Helper()
	empty := t.TempDir()
	cfg, problems, err := config.Load(t.Context(), config.Options{
		StateDir: empty, WorkDir: empty, Dir: "config",
		Env: func(name string) (string, bool) { v, ok := variables[name]; return v, ok },
	})
	require.NoError(t, err)
	return cfg, problems
}

func TestTheSampleConfigurationLacksNothingButCredentials(t *testing.T) {
	t.Parallel()
	_, problems := loadSamples(t, nil)
	require.NotEmpty(t, problems)
	for _, p := range problems {
		require.Equal(t, config.Credential, p.Kind, p.String())
	}
}

func TestTheSampleConfigurationServesACreatorOnceItHasCredentials(t *testing.T) {
	t.Parallel()
	cfg, problems := loadSamples(t, map[string]string{config.OptTwitchToken: "token", config.OptTwitchNick: "your_bot"})
	require.Empty(t, problems)
	require.True(t, cfg.Polls(chat.Twitch))
	require.Len(t, cfg.Creators, 1)
	creator := &cfg.Creators[0]
	require.True(t, cfg.ClipLimits(creator).Enabled)
	require.Equal(t, "https://twitch.tv/your_channel", creator.Capture.Argv(creator.TwitchChannel)[2])
}

func TestTheSampleTiersAreThoseOfANewStateDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := config.WriteSample(dir, config.Sample{})
	require.NoError(t, err)
	written, err := os.ReadFile(filepath.Join(dir, "tiers.json"))
	require.NoError(t, err)
	sample, err := os.ReadFile(filepath.Join("config", "tiers.json"))
	require.NoError(t, err)
	require.JSONEq(t, string(written), string(sample))
}
