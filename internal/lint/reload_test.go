package lint_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/config"
)

// reloadTables are the rows of the two tables about hot reload: what is taken in
// at once, and what only a restart takes in.
func reloadTables(t *testing.T) (atOnce, restart []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/configuration.md")
	require.NoError(t, err)
	_, section, ok := strings.Cut(string(text), "\n## Hot reload\n")
	require.True(t, ok)
	section, _, _ = strings.Cut(section, "\n## ")
	first, second, ok := strings.Cut(section, "Taken in by a restart only:")
	require.True(t, ok)
	row := regexp.MustCompile("(?m)^\\| `([^`]+)`")
	for table, rows := range map[string]*[]string{first: &atOnce, second: &restart} {
		for _, m := range row.FindAllStringSubmatch(table, -1) {
			*rows = append(*rows, m[1])
		}
	}
	require.NotEmpty(t, atOnce)
	require.NotEmpty(t, restart)
	return atOnce, restart
}

// covering returns the row that says the most about a setting, or "".
func covering(rows []string, setting string) string {
	best := ""
	for _, row := range rows {
		if (setting == row || strings.HasPrefix(setting, row+".")) && len(row) > len(best) {
			best = row
		}
	}
	return best
}

// folder is a state directory whose configuration is loaded again and again.
type folder struct {
	t   *testing.T
	dir string
}

func newFolder(t *testing.T) folder {
	t.Helper()
	f := folder{t, t.TempDir()}
	_, err := config.WriteSample(f.path(""), config.Sample{Creators: []config.SampleCreator{{ID: "Ab3dE9", TwitchChannel: "harbor"}}})
	require.NoError(t, err)
	f.write("system.json", "{}")
	return f
}

func (f folder) path(name string) string {
	return filepath.Join(f.dir, "shared", "config", filepath.FromSlash(name))
}

func (f folder) write(name, text string) {
	f.t.Helper()
	require.NoError(f.t, os.MkdirAll(filepath.Dir(f.path(name)), 0o755))
	require.NoError(f.t, os.WriteFile(f.path(name), []byte(text), 0o600))
}

func (f folder) load() *config.Config {
	f.t.Helper()
	env := func(name string) (string, bool) { return "oauth:token", name == config.OptTwitchToken }
	c, _, err := config.Load(f.t.Context(), config.Options{StateDir: f.dir, WorkDir: f.dir, Env: env})
	require.NoError(f.t, err)
	return c
}

// another returns a value that a setting may have besides its present one.
func another(t *testing.T, s config.Setting) any {
	t.Helper()
	values := map[string]any{
		"http.address": "127.0.0.1:8181", "http.public_base": "https://clips.example.com", "http.allow_origins": []string{"https://a.example.com"},
		"clips.default_destination.platform": "youtube", "clips.default_destination.channel_url": "https://example.com/c",
		"clips.destinations": []string{"youtube"}, "chat.long_texts": "cut", "clips.youtube.privacy": "public", "clips.youtube.category_id": "24",
		"quotas.warn_at": []float64{0.5}, "quotas.youtube_units": map[string]int{"videos.list": 2}, "quotas.calls_per_minute": map[string]int{"twitch": 2},
	}
	if v, ok := values[s.Name]; ok {
		return v
	}
	switch v := s.Value.(type) {
	case bool:
		return !v
	case float64:
		return v + 1
	case string:
		return v + "x"
	case []any:
		return []string{"another.example.com"}
	}
	require.Fail(t, "a setting of an unknown kind", "%s: give it another value in this test", s.Name)
	return nil
}

// nested is an object with one value at a path.
func nested(path string, value any) string {
	keys := strings.Split(path, ".")
	for _, key := range slices.Backward(keys) {
		value = map[string]any{key: value}
	}
	data, _ := json.Marshal(value) // of maps, texts, numbers and lists
	return string(data)
}

// values are the settings that are in force, by name.
func values(c *config.Config) map[string]any {
	found := map[string]any{}
	for _, s := range c.Settings {
		found[s.Name] = s.Value
	}
	return found
}

func TestWhatHotReloadTakesInOfTheSettingsIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	atOnce, restart := reloadTables(t)
	f := newFolder(t)
	before := f.load()
	used := map[string]bool{}
	for _, s := range before.Settings {
		f.write("system.json", nested(s.Name, another(t, s)))
		after := f.load()
		require.NotEqual(t, values(before), values(after), "the other value of %s is not taken: give it another one in this test", s.Name)
		one, two := covering(atOnce, s.Name), covering(restart, s.Name)
		require.NotEqual(t, one, two, "docs/configuration.md does not say what hot reload does with %s", s.Name)
		needs := len(before.NeedsRestart(after)) > 0
		require.Equal(t, len(two) > len(one), needs, "%s needs a restart: docs/configuration.md says otherwise", s.Name)
		used[one], used[two] = true, true
	}
	for _, row := range append(atOnce, restart...) {
		if first, _, _ := strings.Cut(row, "."); slices.Contains([]string{"clips", "chat", "system", "http", "capture"}, first) {
			require.True(t, used[row], "docs/configuration.md says what hot reload does with %s, which does not exist", row)
		}
	}
}

func TestWhatHotReloadTakesInOfOtherDocumentsIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	atOnce, restart := reloadTables(t)
	changes := map[string]string{
		"creators.json":           `{"creators": [{"creator_id": "Qx7Zt2", "platforms": {"twitch": true}, "twitch_channel": "lantern"}]}`,
		"platforms.json":          `{"platforms": [{"name": "twitch", "state": "paused"}]}`,
		"platform_overrides.json": `{"twitch": false}`,
		"triggers.json":           `{"triggers": [{"trigger_id": "a", "type": "keyword", "creator_id": "Ab3dE9", "keywords": ["x"], "responses": ["y"]}]}`,
		"chat_behaviour.json":     `{"send_cooldown_seconds": 4}`,
		"tiers.json":              `{"tiers": {"open": {"features": {}}}}`,
		"ratelimits.json":         `{"global": {"max_triggers": 1}}`,
	}
	for name, text := range changes {
		f := newFolder(t)
		before := f.load()
		f.write(name, text)
		require.True(t, before.Changed(), name)
		require.Empty(t, before.NeedsRestart(f.load()), name)
	}
	for _, row := range atOnce {
		if strings.HasSuffix(row, ".json") {
			require.Contains(t, changes, row)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		require.Contains(t, atOnce, name)
	}

	f := newFolder(t)
	f.write("platforms.json", `{"platforms": [{"name": "twitch", "state": "paused"}]}`)
	before := f.load()
	f.write("platforms.json", `{"platforms": [{"name": "twitch", "enabled": true, "endpoints": {"irc": "127.0.0.1:1"}}]}`)
	require.Equal(t, map[string][]string{"platforms": {"endpoints of twitch", "twitch is on"}}, before.NeedsRestart(f.load()))
	for _, row := range []string{"platforms[].endpoints", "twitch is on", "bot accounts of twitch", "accounts of youtube", "environment"} {
		require.Contains(t, restart, row)
	}
}
