package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/sim"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// bound are the addresses of simulators on that port.
func bound(port string) sim.Bound {
	return sim.Bound{
		Control: "http://127.0.0.1:1" + port, TwitchIRC: "127.0.0.1:2" + port, TwitchHelix: "http://127.0.0.1:3" + port,
		HLS: "http://127.0.0.1:4" + port, Playlist: "http://127.0.0.1:4" + port + "/live.m3u8", CAFile: "/somewhere/ca.pem",
		YouTube: "http://127.0.0.1:5" + port, Kick: "http://127.0.0.1:6" + port,
	}
}

func demoDir(t *testing.T) statedir.Dir {
	t.Helper()
	dir := statedir.Dir(filepath.Join(t.TempDir(), "state"))
	require.NoError(t, dir.Create())
	return dir
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// loadDemo loads what the demo has written, without this machine's environment.
func loadDemo(t *testing.T, dir statedir.Dir) (*config.Config, config.Problems) {
	t.Helper()
	cfg, problems, err := config.Load(t.Context(), config.Options{
		StateDir: dir.String(), WorkDir: dir.String(), Env: func(string) (string, bool) { return "", false },
	})
	require.NoError(t, err)
	return cfg, problems
}

func TestTheDemosConfigurationIsCompleteAndHasNoProblems(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	require.NoError(t, configureDemo(dir, bound("1")))
	cfg, problems := loadDemo(t, dir)
	require.Empty(t, problems)
	require.True(t, cfg.Polls(chat.Twitch))
	creator := cfg.Creator(demoCreator)
	require.NotNil(t, creator)
	require.Equal(t, "http://127.0.0.1:41/live.m3u8", creator.Capture.URL)
	endpoints := cfg.Platform(chat.Twitch).Twitch
	require.Equal(t, config.TwitchEndpoints{
		IRC: "127.0.0.1:21", IRCTLS: true, Helix: "http://127.0.0.1:31/helix", OAuth: "http://127.0.0.1:31/oauth2", CAFile: "/somewhere/ca.pem",
	}, endpoints)
	bot := cfg.TwitchAccount("")
	require.True(t, bot.Token.IsSet())
	require.True(t, bot.RefreshToken.IsSet())
	require.True(t, bot.ClientSecret.IsSet())
	require.True(t, cfg.ClipLimits(creator).Enabled)
	require.Equal(t, []string{"folder", "youtube"}, cfg.ClipLimits(creator).Destinations, "the link that chat gets opens on this machine")
	require.Equal(t, config.YouTubeEndpoints{
		API: "http://127.0.0.1:51", OAuth: "http://127.0.0.1:51/token",
		Authorize: "http://127.0.0.1:51/o/oauth2/v2/auth", Device: "http://127.0.0.1:51/device/code",
	}, cfg.Platform(chat.YouTube).YouTube)
	require.Equal(t, config.KickEndpoints{
		API: "http://127.0.0.1:61", OAuth: "http://127.0.0.1:61", Site: "http://127.0.0.1:61", Pusher: "ws://127.0.0.1:61/app/32cbd69e4b950bf97679",
	}, cfg.Platform(chat.Kick).Kick)
	require.True(t, cfg.Polls(chat.YouTube) && cfg.Polls(chat.Kick))
	require.True(t, cfg.YouTubeAccount(creator).Complete())
	require.Equal(t, "unlisted", cfg.Video(creator).Privacy)
	require.True(t, cfg.System.HotReload.Enabled, "people try things out")
	rules, err := trigger.Compile(roles.TriggerSettings(cfg, creator), nil)
	require.NoError(t, err)
	require.Empty(t, rules.Problems())
	require.NotEmpty(t, cfg.Triggers(creator))
}

func TestOnlyItsOwnerCanReadTheDemosCredentials(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	require.NoError(t, configureDemo(dir, bound("1")))
	info, err := os.Stat(filepath.Join(dir.String(), ".env"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestWhatTheDemoWroteFollowsTheSimulatorsAddresses(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	require.NoError(t, configureDemo(dir, bound("1")))
	require.NoError(t, configureDemo(dir, bound("2")))
	require.Contains(t, content(t, filepath.Join(dir.Config(), "platforms.json")), "127.0.0.1:22")
	require.Contains(t, content(t, filepath.Join(dir.Config(), "creators.json")), "127.0.0.1:42")
	require.NoError(t, configureDemo(dir, bound("1")))
	require.Contains(t, content(t, filepath.Join(dir.Config(), "platforms.json")), "127.0.0.1:21")
}

func TestAFileThatSomebodyEditedStays(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	require.NoError(t, configureDemo(dir, bound("1")))
	edited := filepath.Join(dir.Config(), "creators.json")
	mine := content(t, edited) + " "
	require.NoError(t, os.WriteFile(edited, []byte(mine), 0o644))
	for _, port := range []string{"2", "3"} {
		require.NoError(t, configureDemo(dir, bound(port)))
		require.Equal(t, mine, content(t, edited))
		require.Contains(t, content(t, filepath.Join(dir.Config(), "platforms.json")), "127.0.0.1:2"+port, "the others go on following")
	}
}

func TestWhatWasThereBeforeTheDemoStays(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	env, platforms := filepath.Join(dir.String(), ".env"), filepath.Join(dir.Config(), "platforms.json")
	require.NoError(t, os.WriteFile(env, []byte("TWITCH_BOT_NICK=mine\n"), 0o600))
	require.NoError(t, os.WriteFile(platforms, []byte("{}"), 0o644))
	require.NoError(t, configureDemo(dir, bound("1")))
	require.NoError(t, configureDemo(dir, bound("2")))
	require.Equal(t, "TWITCH_BOT_NICK=mine\n", content(t, env))
	require.Equal(t, "{}", content(t, platforms))
}

func TestAFileThatIsDeletedComesBack(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	require.NoError(t, configureDemo(dir, bound("1")))
	path := filepath.Join(dir.Config(), "tiers.json")
	require.NoError(t, os.Remove(path))
	require.NoError(t, configureDemo(dir, bound("1")))
	require.FileExists(t, path)
}

func TestAStateDirectoryThatWasMovedIsStillTheDemos(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	require.NoError(t, configureDemo(dir, bound("1")))
	moved := statedir.Dir(dir.String() + "-moved")
	require.NoError(t, os.Rename(dir.String(), moved.String()))
	require.NoError(t, configureDemo(moved, bound("2")))
	require.Contains(t, content(t, filepath.Join(moved.Config(), "platforms.json")), "127.0.0.1:22")
}

func TestADemoThatDiedBeforeItRememberedStillOwnsWhatItWrote(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	require.NoError(t, configureDemo(dir, bound("1")))
	require.NoError(t, os.Remove(filepath.Join(dir.String(), "demo.json")))
	require.NoError(t, configureDemo(dir, bound("1")))
	require.NoError(t, configureDemo(dir, bound("2")))
	require.Contains(t, content(t, filepath.Join(dir.Config(), "platforms.json")), "127.0.0.1:22")
}

func TestAMemoryThatIsDamagedIsSaidSo(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	path := filepath.Join(dir.String(), "demo.json")
	require.NoError(t, os.WriteFile(path, []byte("{"), 0o644))
	require.ErrorContains(t, configureDemo(dir, bound("1")), path)
}

func TestAnUnchangedFileIsNotWrittenAgain(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	require.NoError(t, configureDemo(dir, bound("1")))
	path := filepath.Join(dir.Config(), "creators.json")
	before, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, configureDemo(dir, bound("1")))
	after, err := os.Stat(path)
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after), "a rewritten file is another file")
	require.True(t, json.Valid([]byte(content(t, path))))
}
