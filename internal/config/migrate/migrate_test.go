package migrate_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/config/migrate"
)

var noon = time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)

// state is a state directory with documents.
type state struct {
	t   *testing.T
	dir string
}

func newState(t *testing.T, docs map[string]string) state {
	t.Helper()
	s := state{t, t.TempDir()}
	_, err := config.WriteSample(s.path(""), config.Sample{})
	require.NoError(t, err)
	for name, text := range docs {
		if text == "" {
			require.NoError(t, os.Remove(s.path(name)))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
		require.NoError(t, os.WriteFile(s.path(name), []byte(text), 0o600))
	}
	return s
}

func (s state) path(name string) string {
	return filepath.Join(s.dir, "shared", "config", filepath.FromSlash(name))
}

func (s state) load() (*config.Config, config.Problems) {
	s.t.Helper()
	c, problems, err := config.Load(s.t.Context(), config.Options{StateDir: s.dir, WorkDir: s.dir,
		Env: func(name string) (string, bool) { return "x", name == config.OptTwitchToken }})
	require.NoError(s.t, err)
	return c, problems
}

func (s state) plan() *migrate.Plan {
	s.t.Helper()
	c, _ := s.load()
	plan, err := migrate.New(c)
	require.NoError(s.t, err)
	return plan
}

// files are the files below a folder with their texts.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		found[filepath.ToSlash(rel)] = string(data)
		return err
	}))
	return found
}

// meaning is what a configuration says, whatever file it says it in.
func meaning(t *testing.T, c *config.Config) string {
	t.Helper()
	platforms := append([]config.Platform{}, c.Platforms...)
	for i := range platforms {
		platforms[i].Source = ""
	}
	triggers := map[string]any{}
	for i := range c.Creators {
		triggers[c.Creators[i].ID] = c.Triggers(&c.Creators[i])
	}
	data, err := json.MarshalIndent([]any{platforms, c.Creators, c.RateLimits, c.System, c.Tiers, triggers, c.Discord}, "", " ")
	require.NoError(t, err)
	return string(data)
}

const onRumble = `{"creators": [{"creator_id": "otter1", "platforms": {"rumble": true}}, {"creator_id": "marmot", "platforms": {"rumble": true}}, {"creator_id": "badger"}]}`

// otherNames is the case of services that are no platforms. They stay rows of
// their own, as ever, though the contract's schema knows five names only.
const otherNames = "services of other names"

func older() map[string]map[string]string {
	return map[string]map[string]string{
		"services":                      {"platforms.json": "", "services.json": `{"twitch": {"enabled": true, "telemetry_enabled": false}, "rumble": {"enabled": true}}`},
		otherNames:                      {"platforms.json": "", "services.json": `{"twitch": {"enabled": true}, "discord": {"enabled": true}}`},
		"services beside an empty list": {"platforms.json": `{"schema_version": "x", "platforms": []}`, "services.json": `{"twitch": {"enabled": true}}`},
		"services that nobody reads":    {"platforms.json": `{"platforms": [{"name": "kick"}]}`, "services.json": `{"twitch": {"enabled": true}}`},
		"the old name of rate limits":   {"ratelimits.json": "", "ratelimits.schema.json": `{"global": {"max_triggers": 3}}`},
		"two files of rate limits":      {"ratelimits.json": `{"global": {"max_triggers": 3}}`, "ratelimits.schema.json": `{"global": {"max_triggers": 4}}`},
		"overrides as a list":           {"platform_overrides.json": `[{"platform_id": "youtube", "enabled": true}]`},
		"the dashboard's creators": {"creators.json": `{"schema": "streamsuites.creators.v1", "generated_at": "2031-01-01T00:00:00Z", "creators": [
			{"creator_id": "otter1", "display_name": "Otter", "notes": "n", "disabled": true, "status": "s", "created_at": "c", "platforms_enabled": {"twitch": true, "kick": true},
			 "platforms": {"twitch": {"enabled": false, "channel": "Otter"}, "rumble": {"enabled": true, "watch_url": "https://rumble.example.com/a"}}},
			{"creator_id": "marmot", "disabled": false, "platforms": {"twitch": {"enabled": true, "channel": "theirs"}}, "twitch_channel": "mine"}]}`},
		"lists of platforms":       {"overrides/creators.json": `{"creators": [{"creator_id": "otter1", "platforms": ["twitch", {"name": "kick", "enabled": false}, {"platform": "youtube"}]}]}`},
		"drafts":                   {"creators.json": onRumble, "triggers.json": `{"schema": "streamsuites.triggers.admin.v1", "actions": [{"id": "ping", "label": "l", "description": "d"}], "creators": [{"creator_id": "otter1", "triggers": [{"id": "my draft", "match": "hi", "match_mode": "contains_icase", "action": "ping", "enabled": true}, {"id": "b", "match": "ho", "match_mode": "equals_icase", "action": "gone", "enabled": true}]}]}`},
		"drafts as an override":    {"creators.json": onRumble, "overrides/triggers.json": `{"schema": "streamsuites.triggers.admin.v1", "creators": [{"creator_id": "otter1", "triggers": [{"id": "a", "match": "hi", "match_mode": "equals_icase", "action": "clip", "enabled": false}]}]}`},
		"older answers":            {"creators.json": onRumble, "triggers.json": `{"meta": {"a": 1}, "triggers": [{"trigger_id": "own", "type": "keyword", "creator_id": "otter1", "keywords": ["x"], "responses": ["y"]}]}`, "chat_behaviour.json": `{"send_cooldown_seconds": 2, "triggers": [{"match": "hi", "response": "ho <3"}, {"match": "a", "match_mode": "contains_icase", "response": "b", "cooldown_seconds": 9, "enabled": false, "notes": "n"}]}`},
		"older answers and drafts": {"creators.json": onRumble, "triggers.json": `{"schema": "streamsuites.triggers.admin.v1", "creators": [{"creator_id": "otter1", "triggers": [{"id": "a", "match": "hi", "match_mode": "equals_icase", "action": "ping", "enabled": true}]}]}`, "chat_behaviour.json": `{"triggers": [{"match": "hi", "response": "ho"}]}`},
		"older answers, no file":   {"creators.json": onRumble, "triggers.json": "", "chat_behaviour.json": `{"triggers": [{"match": "hi", "response": "ho"}]}`},
		"a flat Discord":           {"discord.json": `{"admins": [3], "guilds": {"1": {"logging_enabled": true, "logging_channel_id": 4, "notifications_general": "5", "notifications_twitch_clips": 6}}}`},
	}
}

func TestOlderDocumentsMeanTheSameAfterwards(t *testing.T) {
	t.Parallel()
	for name, docs := range older() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newState(t, docs)
			c, _ := s.load()
			before, texts := meaning(t, c), files(t, s.path(""))

			plan := s.plan()
			require.NotEmpty(t, plan.Changes)
			require.Empty(t, plan.Left)
			require.Equal(t, texts, files(t, s.path("")), "a plan changes nothing")
			for _, change := range plan.Changes {
				require.NotEmpty(t, change.Why)
				require.Contains(t, change.Diff(), "\n@@ ")
			}

			backup, err := plan.Apply(noon)
			require.NoError(t, err)
			require.Equal(t, filepath.Join(s.dir, "backups", "config-20310506T120000Z"), backup)
			copies := files(t, backup)
			for _, change := range plan.Changes {
				require.Equal(t, texts[change.Name], copies[change.Name])
			}
			c, problems := s.load()
			require.Equal(t, before, meaning(t, c))
			for _, p := range problems.Broken() {
				require.Equal(t, config.Missing, p.Kind, p.String())
			}
			require.Empty(t, s.plan().Changes, "once is enough")
		})
	}
}

func TestTodaysDocumentsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{
		"creators.json": `{"creators": [{"platforms": {"twitch": true},   "creator_id": "otter1"}]}`, "platform_overrides.json": `{"twitch": false}`,
		"discord.json": `{"discord": {"admins": ["1"], "guilds": {"2": {"notifications": {"enabled": true, "general": {"channel_id": null}}}}}}`,
	})
	plan := s.plan()
	require.Empty(t, plan.Changes)
	require.Empty(t, plan.Left)
	backup, err := plan.Apply(noon)
	require.NoError(t, err)
	require.Empty(t, backup)
	require.NoDirExists(t, filepath.Join(s.dir, "backups"))
}

func TestWhatCannotBeReadStaysAsItIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		docs map[string]string
		left string
	}{
		"broken services":      {map[string]string{"platforms.json": "", "services.json": `{"twitch": 5}`}, "services.json stays as it is until it is mended: warning: services.json: $.twitch: found 5"},
		"entries of no name":   {map[string]string{"platforms.json": `{"platforms": [{"enabled": true}]}`, "services.json": `{"kick": {"enabled": true}}`}, "the entries of platforms.json have no names"},
		"a service of no name": {map[string]string{"platforms.json": "", "services.json": `{"My Site": {"enabled": true}}`}, `services.json stays as it is: "My Site" cannot be the name of a platform`},
		"broken answers":       {map[string]string{"creators.json": onRumble, "chat_behaviour.json": `{"triggers": [{"match": "a"}]}`}, "chat_behaviour.json stays as it is until it is mended"},
		"answers of nobody":    {map[string]string{"chat_behaviour.json": `{"triggers": []}`}, "no creator is on Rumble"},
		"creators, not JSON":   {map[string]string{"creators.json": `[`}, "creators.json stays as it is until it is mended: warning: creators.json: line 1, column 2"},
		"Discord":              {map[string]string{"discord.json": `{"guilds": {"x": {}}}`}, "discord.json stays as it is until it is mended"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := newState(t, c.docs).plan()
			require.Empty(t, plan.Changes)
			require.Len(t, plan.Left, 1)
			require.Contains(t, plan.Left[0], c.left)
		})
	}
}

func TestNothingIsDoneWhenAFileChangedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newState(t, older()["older answers"])
	plan := s.plan()
	require.NoError(t, os.WriteFile(s.path("triggers.json"), []byte(`{"triggers": []}`), 0o600))
	before := files(t, s.dir)
	_, err := plan.Apply(noon)
	var changed *migrate.ChangedError
	require.ErrorAs(t, err, &changed)
	require.Equal(t, "triggers.json", changed.Name)
	require.Equal(t, before, files(t, s.dir))
}

func TestFilesArePutBackWhenOneCannotBeWritten(t *testing.T) {
	t.Parallel()
	s := newState(t, older()["older answers"])
	plan := s.plan()
	before := files(t, s.path(""))
	// The last change fails: there is a folder with something in it where a file
	// is to be written.
	plan.Changes = append(plan.Changes, migrate.Change{Name: "blocked/inner.json", After: []byte("{}")})
	_, err := plan.Apply(noon)
	require.Error(t, err)
	require.Equal(t, before, files(t, s.path("")))
}

func TestCopiesOfASecondTimeHaveAFolderOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newState(t, older()["the old name of rate limits"])
	first, err := s.plan().Apply(noon)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(s.path("ratelimits.schema.json"), []byte(`{}`), 0o600))
	second, err := s.plan().Apply(noon)
	require.NoError(t, err)
	require.Equal(t, first+"-2", second)
}

func TestTheNameOfTheSchemaAndPermissionsStay(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{
		"discord.json":  `{"$schema": "x/discord.schema.json", "admins": [3]}`,
		"creators.json": `{"$schema": "x/creators.schema.json", "creators": [{"creator_id": "otter1", "disabled": true}]}`,
	})
	require.NoError(t, os.Chmod(s.path("creators.json"), 0o600))
	_, err := s.plan().Apply(noon)
	require.NoError(t, err)
	now := files(t, s.path(""))
	require.JSONEq(t, `{"$schema": "x/discord.schema.json", "discord": {"admins": ["3"], "guilds": {}}}`, now["discord.json"])
	require.JSONEq(t, `{"$schema": "x/creators.schema.json", "creators": [{"creator_id": "otter1", "enabled": false}]}`, now["creators.json"])
	info, err := os.Stat(s.path("creators.json"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
}

func FuzzDocumentsMeanTheSameAfterwards(f *testing.F) {
	for _, docs := range older() {
		f.Add([]byte(docs["services.json"]), []byte(docs["creators.json"]), []byte(docs["triggers.json"]), []byte(docs["chat_behaviour.json"]), []byte(docs["discord.json"]))
	}
	f.Fuzz(func(t *testing.T, services, creators, triggers, behaviour, discord []byte) {
		s := newState(t, map[string]string{"platforms.json": ""})
		for name, text := range map[string][]byte{
			"services.json": services, "creators.json": creators, "triggers.json": triggers, "chat_behaviour.json": behaviour, "discord.json": discord,
		} {
			if len(text) > 0 {
				require.NoError(t, os.WriteFile(s.path(name), text, 0o600))
			}
		}
		o := config.Options{StateDir: s.dir, WorkDir: s.dir, Env: func(string) (string, bool) { return "", false }}
		before, _, err := config.Load(t.Context(), o)
		fatal := err != nil
		plan, err := migrate.New(before)
		require.NoError(t, err)
		_, err = plan.Apply(noon)
		require.NoError(t, err)
		after, _, err := config.Load(t.Context(), o)
		require.Equal(t, fatal, err != nil)
		if !fatal {
			require.Equal(t, meaning(t, before), meaning(t, after))
		}
	})
}

// TestADeathOnTheWayChangesNothingThatHolds is what a start finds when the
// process was killed between two files: the same configuration, and the rest of
// the way to go.
func TestADeathOnTheWayChangesNothingThatHolds(t *testing.T) {
	t.Parallel()
	for name, docs := range older() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for done := range newState(t, docs).plan().Changes {
				s := newState(t, docs)
				c, _ := s.load()
				before := meaning(t, c)
				plan := s.plan()
				plan.Changes = plan.Changes[:done]
				_, err := plan.Apply(noon)
				require.NoError(t, err)
				c, _ = s.load()
				require.Equal(t, before, meaning(t, c), "after %d files", done)
				_, err = s.plan().Apply(noon)
				require.NoError(t, err)
				c, _ = s.load()
				require.Equal(t, before, meaning(t, c), "after the rest")
				require.Empty(t, s.plan().Changes)
			}
		})
	}
}
