package watch_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/config/watch"
)

// clock is a clock whose timers run out at once; before they do, it can change
// files, as somebody who edits meanwhile does.
type clock struct {
	waits  []time.Duration
	before map[int]func() // by the number of the wait, from 1
}

func (c *clock) Now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func (c *clock) Timer(d time.Duration) (<-chan time.Time, func()) {
	c.waits = append(c.waits, d)
	if do := c.before[len(c.waits)]; do != nil {
		do()
	}
	out := make(chan time.Time, 1)
	out <- c.Now()
	return out, func() {}
}

// place is a state directory that is watched.
type place struct {
	t     *testing.T
	dir   string
	clock *clock
	cfg   *config.Config
	told  []watch.Outcome
	*watch.Watcher
}

const tiers = `{"tiers": {"open": {"features": {"triggers": {"enabled": true}}}}}`

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir(), clock: &clock{before: map[int]func(){}}}
	p.write("tiers.json", tiers)
	p.write("ratelimits.json", `{}`)
	p.write("system.json", `{"system": {"hot_reload": {"enabled": true, "interval_seconds": 7}}}`)
	p.write("platforms.json", `{"platforms": [{"name": "twitch"}]}`)
	p.write("creators.json", `{"creators": [{"creator_id": "marmot"}]}`)
	p.write("triggers.json", `{"triggers": []}`)
	p.load()
	return p
}

func (p *place) load() {
	cfg, problems, err := config.Load(p.t.Context(), config.Options{
		StateDir: p.dir, WorkDir: p.dir, Env: func(string) (string, bool) { return "", false },
	})
	require.NoError(p.t, err)
	require.Empty(p.t, problems.Broken())
	p.cfg = cfg
	p.Watcher = watch.New(cfg, p.clock, func(o watch.Outcome) { p.told = append(p.told, o) })
}

func (p *place) path(name string) string {
	return filepath.Join(p.dir, "shared", "config", filepath.FromSlash(name))
}

func (p *place) write(name, text string) {
	require.NoError(p.t, os.MkdirAll(filepath.Dir(p.path(name)), 0o755))
	require.NoError(p.t, os.WriteFile(p.path(name), []byte(text), 0o600))
}

// look has the watcher look once, and returns what it told.
func (p *place) look() []watch.Outcome {
	p.told = nil
	p.Look(p.t.Context())
	return p.told
}

func triggerOf(id string) string {
	return `{"triggers": [{"trigger_id": "` + id + `", "type": "keyword", "creator_id": "marmot", "keywords": ["x"]}]}`
}

func TestAChangedFileIsTakenInOnceWhenItIsValid(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	require.Empty(t, p.look(), "nothing has changed")
	p.write("triggers.json", triggerOf("a"))
	told := p.look()
	require.Len(t, told, 1)
	require.True(t, told[0].OK)
	require.Equal(t, p.clock.Now(), told[0].At)
	require.Equal(t, []string{"shared/config/triggers.json"}, told[0].Files)
	require.Empty(t, told[0].Problems)
	require.Equal(t, told[0].Config.Documents(), told[0].Seen)
	require.Len(t, told[0].Config.Triggers(told[0].Config.Creator("marmot")), 1)
	require.Empty(t, p.cfg.Triggers(p.cfg.Creator("marmot")), "the configuration before is untouched")
	require.Empty(t, p.look(), "it was taken in")
	p.write("notes.txt", "mine")
	require.Empty(t, p.look(), "only documents count")
}

func TestAnInvalidFileChangesNothingAndIsReportedOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, text, want string }{
		"triggers that are not JSON":        {"triggers.json", `{`, "fatal: shared/config/triggers.json: line 1, column 2"},
		"a trigger that makes no sense":     {"triggers.json", strings.ReplaceAll(triggerOf("a"), "keyword\"", "timer\""), `.type: found "timer"`},
		"creators that are not JSON":        {"creators.json", `{"creators": [}`, "warning: shared/config/creators.json: line 1, column 15"},
		"a creator without an id":           {"creators.json", `{"creators": [{"creator_id": "marmot"}, {}]}`, "found no creator_id"},
		"a setting that is out of bounds":   {"system.json", `{"clips": {"seconds": 1}}`, "$.clips.seconds: found 1"},
		"tiers that went away":              {"tiers.json", "", "fatal: shared/config/tiers.json: found no such file"},
		"creators that went away":           {"creators.json", "", "warning: shared/config/creators.json: found no such file"},
		"an override that is not an object": {"overrides/system.json", `[]`, "overrides/system.json: $: found []"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			require.Empty(t, p.look())
			if c.text == "" {
				require.NoError(t, os.Remove(p.path(c.file)))
			} else {
				p.write(c.file, c.text)
			}
			told := p.look()
			require.Len(t, told, 1)
			require.False(t, told[0].OK)
			require.NoError(t, told[0].Err)
			require.Same(t, p.cfg, told[0].Config, "the configuration before stays in force")
			require.Len(t, told[0].Problems, 1)
			require.Contains(t, told[0].Problems[0].String(), c.want)
			require.Equal(t, []string{"shared/config/" + c.file}, told[0].Files)
			require.NotEqual(t, told[0].Config.Documents(), told[0].Seen)
			require.Empty(t, p.look(), "it has been reported")
			require.True(t, p.cfg.Changed())
		})
	}
}

func TestAFileThatIsMendedIsTakenInAgain(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	require.Empty(t, p.look())
	p.write("triggers.json", `{`)
	require.False(t, p.look()[0].OK)
	p.write("triggers.json", triggerOf("b"))
	told := p.look()
	require.Len(t, told, 1)
	require.True(t, told[0].OK)
	p.write("triggers.json", `{"triggers": []}`)
	require.True(t, p.look()[0].OK, "and back to what it was")
}

func TestMistakesThatWereThereAtTheStartKeepNothingOut(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("creators.json", `{"creators": [{"creator_id": "marmot"}, {"display_name": "nobody"}]}`)
	cfg, _, err := p.cfg.Reload(t.Context())
	require.NoError(t, err)
	var told []watch.Outcome
	w := watch.New(cfg, p.clock, func(o watch.Outcome) { told = append(told, o) })
	w.Look(t.Context())
	require.Empty(t, told)
	p.write("creators.json", `{"creators": [{"creator_id": "otter1"}, {"creator_id": "marmot"}, {"display_name": "nobody"}]}`)
	w.Look(t.Context())
	require.Len(t, told, 1)
	require.True(t, told[0].OK, "the mistake has only moved: %v", told[0].Problems)
	p.write("creators.json", `{"creators": [{"display_name": "nobody"}, {"display_name": "another"}]}`)
	w.Look(t.Context())
	require.Len(t, told, 2)
	require.False(t, told[1].OK, "one more is one too many")
}

func TestAChangeBetweenTheStartAndTheFirstLookIsFound(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("triggers.json", triggerOf("early"))
	told := p.look()
	require.Len(t, told, 1)
	require.True(t, told[0].OK)
	require.Equal(t, []string{"shared/config"}, told[0].Files)
}

func TestAFileIsReadOnlyOnceItStaysAsItIs(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	require.Empty(t, p.look())
	p.write("triggers.json", `{"triggers": [`) // somebody is writing
	p.clock.before[1] = func() { p.write("triggers.json", `{"triggers": [{`) }
	p.clock.before[2] = func() { p.write("triggers.json", triggerOf("a")) }
	told := p.look()
	require.Len(t, told, 1)
	require.True(t, told[0].OK, "only what was written at last is read")
	require.Equal(t, []time.Duration{watch.Settle, watch.Settle, watch.Settle}, p.clock.waits)
}

func TestAFileThatChangesAllTheTimeWaitsForTheNextLook(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	require.Empty(t, p.look())
	p.write("triggers.json", triggerOf("a"))
	for n := range 100 {
		p.clock.before[n+1] = func() { p.write("triggers.json", triggerOf("a")+strings.Repeat(" ", n+1)) }
	}
	require.Empty(t, p.look())
	clear(p.clock.before)
	require.Len(t, p.look(), 1)
}

func TestTheWatcherLooksInTheConfiguredPaceUntilItIsToldToEnd(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	ctx, cancel := context.WithCancel(t.Context())
	p.clock.before[2] = func() {
		p.write("system.json", `{"system": {"hot_reload": {"enabled": true, "interval_seconds": 1}}}`)
	}
	p.clock.before[4] = cancel
	require.ErrorIs(t, p.Run(ctx), context.Canceled)
	require.Len(t, p.told, 1)
	require.Equal(t, []time.Duration{7 * time.Second, 7 * time.Second, watch.Settle, time.Second}, p.clock.waits[:4], "the new pace holds")
}

func TestOnlyTheOneFileThatIsNamedIsWatched(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("system.json", `{"system": {"hot_reload": {"enabled": true, "watch_path": "reload.json"}}}`)
	p.load()
	require.Empty(t, p.look(), "it does not exist yet")
	p.write("triggers.json", triggerOf("a"))
	require.Empty(t, p.look())
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "reload.json"), []byte("1"), 0o600))
	told := p.look()
	require.Len(t, told, 1)
	require.Equal(t, []string{"reload.json"}, told[0].Files)
	require.Len(t, told[0].Config.Triggers(told[0].Config.Creator("marmot")), 1)
}
