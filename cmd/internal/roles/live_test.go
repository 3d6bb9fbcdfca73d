package roles

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/config/watch"
	"github.com/streamsuites/streamsuites/internal/logging"
	"github.com/streamsuites/streamsuites/internal/logging/logtest"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

const oneCreator = `{"creators": [{"creator_id": "Ab3dE9", "tier": "open", "platforms": {"twitch": true}, "twitch_channel": "harborlights"}]}`

// reloading is a process whose files change.
type reloading struct {
	t     *testing.T
	parts Parts
	log   *logtest.Buffer
	*watch.Watcher
}

// promptClock is a clock that waits for nothing.
type promptClock struct{}

func (promptClock) Now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func (promptClock) Timer(time.Duration) (<-chan time.Time, func()) {
	out := make(chan time.Time, 1)
	out <- time.Time{}
	return out, func() {}
}

func newReloading(t *testing.T, s *store.Store) *reloading {
	t.Helper()
	cfg := load(t, map[string]string{"creators.json": oneCreator})
	r := &reloading{t: t, log: &logtest.Buffer{}}
	r.parts = Parts{Config: cfg, Store: s, Host: "host-1", Log: zerolog.New(r.log), Redactor: &logging.Redactor{}, live: newLive(cfg)}
	r.Watcher = watch.New(cfg, promptClock{}, func(o watch.Outcome) { r.parts.reloaded(t.Context(), o) })
	r.Look(t.Context())
	return r
}

// write changes a document and has the watcher look.
func (r *reloading) write(name, text string) {
	r.t.Helper()
	require.NoError(r.t, os.WriteFile(filepath.Join(r.parts.Config.Dir, name), []byte(text), 0o600))
	r.Look(r.t.Context())
}

func (r *reloading) settings() exports.Settings { return r.parts.exportSettings() }

const greeting = `{"triggers": [{"trigger_id": "hi", "type": "command", "creator_id": "Ab3dE9", "command": "!hi", "responses": ["hello"]}]}`

func TestAChangedFileReachesTheRoster(t *testing.T) {
	t.Parallel()
	r := newReloading(t, nil)
	roster := newRoster(r.parts.config(), nil)
	changed := roster.Changed()
	require.Empty(t, roster.Creators()[0].Settings.Triggers)

	r.write("triggers.json", greeting)
	moved, others := roster.take(r.parts.config(), nil)
	require.True(t, moved)
	require.False(t, others, "the creators are the same")
	require.Len(t, roster.Creators()[0].Settings.Triggers, 1)
	select {
	case <-changed:
	default:
		require.Fail(t, "nobody was told")
	}
	moved, _ = roster.take(r.parts.config(), nil)
	require.False(t, moved)
	select {
	case <-roster.Changed():
		require.Fail(t, "nothing has changed since")
	default:
	}
	require.Contains(t, r.log.String(), "the changed configuration is in force")
	require.Equal(t, exports.Pending{}, r.settings().Pending, "nothing waits for a restart")
}

func TestAnInvalidFileReachesNobodyAndIsReportedEverywhere(t *testing.T) {
	t.Parallel()
	_, s := storetest.New(t)
	r := newReloading(t, s)
	r.parts.started(t.Context())
	before := r.parts.config()
	r.write("triggers.json", `{"triggers": [}`)

	require.Same(t, before, r.parts.config())
	moved, _ := newRoster(before, nil).take(r.parts.config(), nil)
	require.False(t, moved)
	require.Contains(t, r.log.String(), "the changed configuration is not valid: the one before stays in force")
	require.Contains(t, r.log.String(), "line 1, column 15")

	settings := r.settings()
	require.Equal(t, exports.Pending{Triggers: true}, settings.Pending)
	require.Len(t, settings.Notes, 1)
	require.Contains(t, settings.Notes[0], "Not taken in, because it is not valid: shared/config/triggers.json; fatal: ")

	events, err := s.LatestRuntimeEvents(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Equal(t, store.SeverityError, events[0].Severity)
	require.Equal(t, "hot_reload", events[0].Source)
	require.Contains(t, events[0].Message, "line 1, column 15")
	kept, err := s.Reloads(t.Context())
	require.NoError(t, err)
	require.Len(t, kept, 1)
	require.Equal(t, store.ReloadRefused, kept[0].State)
	require.Equal(t, before.Version, kept[0].Version)

	r.write("triggers.json", greeting)
	settings = r.settings()
	require.Equal(t, exports.Pending{}, settings.Pending, "the flag is cleared once the change is in force")
	require.Empty(t, settings.Notes)
	kept, err = s.Reloads(t.Context())
	require.NoError(t, err)
	require.Equal(t, store.ReloadTaken, kept[0].State)
	require.Equal(t, r.parts.config().Version, kept[0].Version)
}

func TestWhatOnlyARestartTakesInStaysPendingUntilItIsTakenBack(t *testing.T) {
	t.Parallel()
	r := newReloading(t, nil)
	r.write("system.json", `{"http": {"address": "127.0.0.1:1"}, "clips": {"per_hour": 3}}`)
	settings := r.settings()
	require.Equal(t, exports.Pending{System: true}, settings.Pending)
	require.Equal(t, []string{"Only a restart takes in http."}, settings.Notes)
	require.Equal(t, 3, TriggerSettings(r.parts.config(), r.parts.config().Creator("Ab3dE9")).Clip.PerHour, "the rest of the file is in force")
	r.write("system.json", `{"clips": {"per_hour": 3}}`)
	require.Equal(t, exports.Pending{}, r.settings().Pending)
}

func TestTheSupervisorIsToldOfNewCreatorsUntilItKnowsThem(t *testing.T) {
	t.Parallel()
	first := load(t, map[string]string{"creators.json": oneCreator})
	second := load(t, map[string]string{"creators.json": `{"creators": [{"creator_id": "Ab3dE9", "tier": "open"}, {"creator_id": "Second", "tier": "open"}]}`})
	synctest.Test(t, func(t *testing.T) {
		p := Parts{Config: first, Log: zerolog.Nop(), live: newLive(first)}
		roster := newRoster(first, nil)
		told := make(chan []string, 4)
		answers := make(chan error, 2)
		answers <- errors.New("Temporal does not answer")
		answers <- nil
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			p.follow(ctx, roster, func(_ context.Context, ids []string) error {
				told <- ids
				return <-answers
			})
		}()
		synctest.Wait()
		require.Empty(t, told, "nothing has changed")
		begin := time.Now()
		p.live.take(watch.Outcome{OK: true, Config: second})
		for range 2 { // the second time once it has been left alone for a while
			require.Equal(t, []string{"Ab3dE9", "Second"}, <-told)
		}
		require.Equal(t, reconcileEvery, time.Since(begin))
		require.Equal(t, []string{"Ab3dE9", "Second"}, roster.IDs())
		synctest.Wait()
		require.Empty(t, told, "it knows them now")
		stop()
		<-ended
	})
}

func TestAProcessWatchesItsFilesOnlyWhenItIsToldTo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		system string
		want   bool
	}{"switched on": {`{"system": {"hot_reload": {"enabled": true, "interval_seconds": 1}}}`, true}, "by default": {`{}`, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &logtest.Buffer{}
			cfg := load(t, map[string]string{"creators.json": oneCreator, "system.json": c.system})
			// A change between loading and looking, which the first look finds.
			require.NoError(t, os.WriteFile(filepath.Join(cfg.Dir, "triggers.json"), []byte(greeting), 0o600))
			p, stop := Parts{Config: cfg, Log: zerolog.New(log), Redactor: &logging.Redactor{}}.watchConfig(t.Context())
			if !c.want {
				stop()
				require.Same(t, cfg, p.config())
				require.Empty(t, log.String())
				return
			}
			require.Eventually(t, func() bool { return p.config() != cfg }, 3*time.Minute, time.Millisecond)
			stop()
			require.Contains(t, log.String(), "changed configuration is taken in")
			require.Len(t, p.config().Triggers(p.config().Creator("Ab3dE9")), 1)
		})
	}
}

func TestCreatorsSettingsOfChatBecomeTheRulesSettings(t *testing.T) {
	t.Parallel()
	cfg := load(t, map[string]string{
		"system.json": `{"chat": {"max_scans": 4}}`,
		"creators.json": `{"creators": [{"creator_id": "Ab3dE9", "tier": "open", "chat": {"record": true, "prefix": "?"}, "points": {"start": 20},
			"time_zone": "Europe/Oslo", "ignored_logins": ["Nightbot"]},
			{"creator_id": "Second", "tier": "mute"}, {"creator_id": "Third", "tier": "none", "limits": {"max_triggers": null}}]}`,
		"triggers.json": greeting,
	})
	creators := map[string]int{}
	list := newRoster(cfg, nil).Creators()
	for i, c := range list {
		creators[c.ID] = i
	}
	s := list[creators["Ab3dE9"]].Settings
	require.Equal(t, "?", s.Prefix)
	require.True(t, s.RecordTexts)
	require.Equal(t, int64(20), s.StartPoints)
	require.Equal(t, "Europe/Oslo", s.TimeZone)
	require.Contains(t, s.IgnoredLogins, "nightbot")
	require.Equal(t, 4, s.MaxScans)
	require.Equal(t, 10, s.MaxTriggers)
	require.Equal(t, 7*time.Second, s.MinCooldown)
	require.Len(t, s.Triggers, 1)
	mute := list[creators["Second"]].Settings
	require.Equal(t, noTriggers, mute.MaxTriggers, "a tier without triggers has none")
	rules, err := trigger.Compile(mute, map[string]trigger.Overlay{"cmd:hi": {TriggerID: "cmd:hi", Patch: []byte(`{"type": "command", "command": "hi", "responses": ["hello"]}`)}})
	require.NoError(t, err)
	require.NotEmpty(t, rules.Triggers())
	for _, info := range rules.Triggers() {
		require.False(t, info.Enabled, info.ID)
	}
	require.Equal(t, "!", mute.Prefix)
	require.False(t, mute.RecordTexts)
	require.Zero(t, list[creators["Third"]].Settings.MaxTriggers, "null is no limit")
}
