package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestAProblemNamesFilePathFoundAllowedAndWhatHappensNow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		docs map[string]string
		want string // the whole line
	}{
		"a missing tiers file is fatal": {
			map[string]string{"tiers.json": ""},
			"fatal: shared/config/tiers.json: found no such file; allowed: a JSON object; copy the tiers.json of the samples; without tiers nobody's limits are known",
		},
		"an unparsable tiers file is fatal and names the place": {
			map[string]string{"tiers.json": "{\n  \"tiers\": {\n    \"öpen\": x\n  }\n}"},
			"fatal: shared/config/tiers.json: line 3, column 13: found invalid character 'x' looking for beginning of value; allowed: a JSON object; copy the tiers.json of the samples; without tiers nobody's limits are known",
		},
		"an empty map of tiers is fatal": {
			map[string]string{"tiers.json": `{"tiers": {}}`},
			"fatal: shared/config/tiers.json: $.tiers: found no tier that can be used; allowed: at least one tier with features; copy the tiers.json of the samples; without tiers nobody's limits are known",
		},
		"a tiers file without tiers is fatal": {
			map[string]string{"tiers.json": `{}`},
			"fatal: shared/config/tiers.json: $.tiers: found no tier that can be used",
		},
		"a list as tiers file is fatal": {
			map[string]string{"tiers.json": `[]`},
			"fatal: shared/config/tiers.json: $: found []; allowed: a JSON object",
		},
		"a tier that lacks features is left out": {
			map[string]string{"tiers.json": `{"tiers": {"open": {}, "gold": {"features": {}}}}`},
			"warning: shared/config/tiers.json: $.tiers.open: found no features; allowed: an object with features; this entry is left out",
		},
		"a bad value of a tier only warns": {
			map[string]string{"tiers.json": `{"tiers": {"open": {"features": {"clips": {"enabled": true, "max_duration_seconds": "long"}}}}}`},
			`warning: shared/config/tiers.json: $.tiers.open.features.clips.max_duration_seconds: found "long"; allowed: seconds, at least 1; this value is left out`,
		},
		"a rate-limit file that is not JSON is fatal": {
			map[string]string{"ratelimits.json": "{,}"},
			"fatal: shared/config/ratelimits.json: line 1, column 2: found invalid character ','",
		},
		"a rate-limit file under its old name is fatal as well": {
			map[string]string{"ratelimits.json": "", "ratelimits.schema.json": "nope"},
			"fatal: shared/config/ratelimits.schema.json: line 1, column 2",
		},
		"a missing rate-limit file warns": {
			map[string]string{"ratelimits.json": ""},
			"warning: shared/config/ratelimits.json: found no such file",
		},
		"a missing creators file warns": {
			map[string]string{"creators.json": ""},
			"warning: shared/config/creators.json: found no such file; allowed: a JSON object; no creators are served",
		},
		"a broken creators file warns": {
			map[string]string{"creators.json": "{\"creators\": ["},
			"warning: shared/config/creators.json: line 1, column 15: found unexpected end of JSON input",
		},
		"text behind the document is a syntax error": {
			map[string]string{"creators.json": "{\"creators\": []}\n}"},
			"warning: shared/config/creators.json: line 2, column 1: found invalid character '}' after top-level value",
		},
		"bytes that are not UTF-8 are a syntax error": {
			map[string]string{"creators.json": "{\"creators\": [],\n\"x\": \"\xff\"}"},
			"warning: shared/config/creators.json: line 2, column 7: found bytes that are not UTF-8",
		},
		"an empty file is called empty": {
			map[string]string{"system.json": " \n"},
			"warning: shared/config/system.json: found an empty file; allowed: a JSON object; the smallest is {}; the default settings are used",
		},
		"creators that are not a list": {
			map[string]string{"creators.json": `{"creators": {"a": 1}}`},
			`warning: shared/config/creators.json: $.creators: found {"a":1}; allowed: list of creators; this value is left out`,
		},
		"a creator without an id is left out": {
			map[string]string{"creators.json": `{"creators": [{"display_name": "x"}]}`},
			`warning: shared/config/creators.json: $.creators[0]: found no creator_id; allowed: a creator: an object with at least creator_id; this entry is left out`,
		},
		"a creator id with a slash": {
			map[string]string{"creators.json": `{"creators": [{"creator_id": "../etc"}]}`},
			`warning: shared/config/creators.json: $.creators[0].creator_id: found "../etc"; allowed: 1 to 64 of A–Z`,
		},
		"a creator id that the dashboard does not know is only advised against": {
			map[string]string{"creators.json": `{"creators": [{"creator_id": "marmot"}, {"creator_id": "marmot-lantern"}]}`},
			`info: shared/config/creators.json: $.creators[1].creator_id: found "marmot-lantern"; allowed: six letters or digits`,
		},
		"two creators of one channel": {
			map[string]string{"creators.json": `{"creators": [{"creator_id": "marmot", "twitch_channel": "Nova", "platforms": {"twitch": true}}, {"creator_id": "otters", "twitch_channel": "#nova", "platforms": {"twitch": true}}]}`},
			`warning: shared/config/creators.json: $.creators[?(@.creator_id=="otters")].twitch_channel: found "nova", which "marmot" has as well; allowed: a channel of one creator; its chat is read for one of the two`,
		},
		"two creators of one id": {
			map[string]string{"creators.json": `{"creators": [{"creator_id": "marmot"}, {"creator_id": "marmot"}]}`},
			`warning: shared/config/creators.json: $.creators: found creator_id "marmot" more than once`,
		},
		"a creator of an unknown tier is left out": {
			map[string]string{"creators.json": `{"creators": [{"creator_id": "marmot", "tier": "diamond"}]}`},
			`warning: shared/config/creators.json: $.creators[?(@.creator_id=="marmot")].tier: found "diamond"; allowed: gold, open, pro; this creator is left out`,
		},
		"a platform switch deep inside": {
			map[string]string{"creators.json": `{"creators": [{"creator_id": "marmot", "platforms": {"twitch": "yes"}}]}`},
			`warning: shared/config/creators.json: $.creators[0].platforms.twitch: found "yes"; allowed: true, false or {"enabled": true}; this value is left out`,
		},
		"a misspelt field of our own": {
			map[string]string{"creators.json": `{"creators": [{"creator_id": "marmot", "capture": {"comand": ["x"]}}]}`},
			`warning: shared/config/creators.json: $.creators[0].capture.comand: found an unknown field; allowed: command, from, platform, quality, url (perhaps command was meant); this value is left out`,
		},
		"a destination that does not exist": {
			map[string]string{"system.json": `{"clips": {"default_destination": {"platform": "rumble", "channel_url": "https://example.com/c/x"}}}`},
			`warning: shared/config/system.json: $.clips.default_destination.platform: found "rumble"; allowed: folder, youtube; folder is used`,
		},
		"a bad setting falls back": {
			map[string]string{"system.json": `{"capture": {"buffer_seconds": -4}}`},
			`warning: shared/config/system.json: $.capture.buffer_seconds: found -4; allowed: seconds of stream kept on disk, 30 to 86400; default 300; this value is left out`,
		},
		"a secret in a document is not shown": {
			map[string]string{"system.json": `{"chat": {"synthetic": {"creator_token": ["hunter22"]}}}`},
			`$.chat.synthetic.creator_token: found [redacted]; allowed: a secret`,
		},
		"a platform of an unknown name": {
			map[string]string{"platforms.json": `{"platforms": [{"name": "owncast", "enabled": true}]}`},
			`warning: shared/config/platforms.json: $.platforms: found "owncast"; allowed: youtube, twitch, rumble, kick or pilled`,
		},
		"an endpoint that is not an address": {
			map[string]string{"platforms.json": `{"platforms": [{"name": "twitch", "enabled": true, "endpoints": {"helix": "localhost:1"}}]}`},
			`$.platforms[0].endpoints.helix: found "localhost:1"; allowed: an http(s) address`,
		},
		"an override that is broken leaves the base file": {
			map[string]string{"overrides/creators.json": `[`, "creators.json": `{"creators": [{"creator_id": "marmot"}]}`},
			`warning: shared/config/overrides/creators.json: line 1, column 2: found unexpected end of JSON input; allowed: a JSON object; the base file is used`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems, err := newState(t, c.docs).load()
			require.Contains(t, lines(problems), c.want)
			var invalid *InvalidError
			if len(problems.Fatal()) > 0 {
				require.ErrorAs(t, err, &invalid)
				require.ErrorContains(t, err, problems.Fatal()[0].String())
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, problems, err := newState(t, map[string]string{
		"tiers.json":      `{`,
		"ratelimits.json": `{`,
		"system.json":     `{"clips": {"seconds": 1, "per_hour": 0}}`,
		"creators.json":   `{"creators": [{"creator_id": "one__1", "enabled": 1, "display_name": ""}, {}, {"creator_id": "three3", "limits": {"max_triggers": -1}}]}`,
	}).load()
	require.Error(t, err)
	require.Len(t, problems.Fatal(), 2)
	text := lines(problems)
	for _, path := range []string{"$.clips.seconds", "$.clips.per_hour", "$.creators[0].enabled", "$.creators[0].display_name", "$.creators[1]", "$.creators[2].limits.max_triggers"} {
		require.Contains(t, text, path+":")
	}
}

func TestTheSampleHasNoProblems(t *testing.T) {
	t.Parallel()
	s := &state{t: t, dir: t.TempDir(), env: map[string]string{"TWITCH_OAUTH_TOKEN": "oauth:abcd"}}
	sample := Sample{
		Creators: []SampleCreator{{ID: "otter1", DisplayName: "Otter", TwitchChannel: "otter_live", Capture: Capture{URL: "http://127.0.0.1:1/live.m3u8"}}},
		Twitch:   &TwitchEndpoints{IRC: "127.0.0.1:6697", IRCTLS: true, Helix: "http://127.0.0.1:2/helix", OAuth: "http://127.0.0.1:2/oauth2", CAFile: "simulators/ca.pem"},
	}
	dir := filepath.Join(s.dir, "shared", "config")
	written, err := WriteSample(dir, sample)
	require.NoError(t, err)
	require.Equal(t, []string{"tiers.json", "ratelimits.json", "system.json", "platforms.json", "creators.json", "triggers.json"}, written)
	c, problems := s.mustLoad()
	require.Empty(t, problems)
	require.True(t, c.Polls(chat.Twitch))
	require.Equal(t, filepath.Join(s.dir, "simulators", "ca.pem"), c.Platform(chat.Twitch).Twitch.CAFile)
	require.Equal(t, "otter_live", c.Creator("otter1").TwitchChannel)
	require.True(t, c.Creator("otter1").Capture.IsSet())

	require.NoError(t, os.WriteFile(filepath.Join(dir, "creators.json"), []byte("mine"), 0o600))
	written, err = WriteSample(dir, sample)
	require.NoError(t, err)
	require.Empty(t, written, "what exists is never overwritten")
	mine, err := os.ReadFile(filepath.Join(dir, "creators.json"))
	require.NoError(t, err)
	require.Equal(t, "mine", string(mine))
}

func TestAnOverrideReplacesItsSectionAsAWhole(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, map[string]string{
		"system.json":           `{"clips": {"seconds": 20, "post_roll_seconds": 9}}`,
		"overrides/system.json": `{"clips": {"seconds": 25}}`,
	}).mustLoad()
	require.Empty(t, problems)
	require.Equal(t, 25, c.System.Clips.Seconds)
	require.InDelta(t, 5, c.System.Clips.PostRollSeconds, 0, "the base file does not shine through")
}

func TestAdminExportsAreNeverReadAsConfiguration(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{"system.json": `{"clips": {"seconds": 20}}`})
	s.write("runtime/admin/system.json", `{"clips": {"seconds": 25}}`)
	c, _ := s.mustLoad()
	require.Equal(t, 20, c.System.Clips.Seconds)
}

func TestSettingsSayWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{"system.json": `{"clips": {"seconds": 2e1}, "http": {"address": "127.0.0.1:1"}, "chat": {"synthetic": {"creator_token": "hunter22"}}}`})
	s.env[OptHTTPAddress] = "127.0.0.1:9999"
	c, problems := s.mustLoad()
	require.Empty(t, problems)
	sources := map[string]Setting{}
	for _, setting := range c.Settings {
		sources[setting.Name] = setting
		require.NotEmpty(t, setting.Allowed, setting.Name)
	}
	require.Equal(t, "shared/config/system.json", sources["clips.seconds"].Source)
	require.Equal(t, "default", sources["clips.post_roll_seconds"].Source)
	require.Equal(t, OptHTTPAddress, sources["http.address"].Source)
	require.Equal(t, "127.0.0.1:9999", c.System.HTTP.Address)
	require.Equal(t, redacted, sources["chat.synthetic.creator_token"].Value)
	data, err := json.Marshal(c)
	require.NoError(t, err)
	require.NotContains(t, string(data), "hunter22")
}

func TestTheVersionFollowsTheContentAndNotTheForm(t *testing.T) {
	t.Parallel()
	version := func(system string) string {
		c, _ := newState(t, map[string]string{"system.json": system}).mustLoad()
		return c.Version
	}
	require.Equal(t, version(`{"clips":{"seconds":20}}`), version("{\"clips\":\n {\"seconds\": 20}}\n"))
	require.NotEqual(t, version(`{"clips":{"seconds":20}}`), version(`{"clips":{"seconds":21}}`))
}

func TestAChangedFileIsPendingUntilARestart(t *testing.T) {
	t.Parallel()
	s := newState(t, nil)
	c, _ := s.mustLoad()
	require.Equal(t, map[string]bool{"system": false, "creators": false, "triggers": false, "platforms": false}, c.Pending())
	s.write("shared/config/creators.json", `{"creators": [] }`)
	s.write("shared/config/overrides/triggers.json", `{}`)
	require.Equal(t, map[string]bool{"system": false, "creators": true, "triggers": true, "platforms": false}, c.Pending())
	s.write("shared/config/creators.json", `{"creators": []}`)
	require.False(t, c.Pending()["creators"])
}

func FuzzLoadNeverPanics(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "[", "null", `{"creators": [{"creator_id": "a", "platforms": ["twitch", {"name": "kick"}], "limits": {"max_triggers": null}}]}`,
		`{"platforms": [{"name": "twitch", "state": true, "endpoints": {"irc": "x:1"}}]}`, `{"platforms": {"twitch": false}}`,
		`{"tiers": {"open": {"features": {"clips": {"enabled": true, "max_concurrent_jobs": 2e0}}}}}`, `{"twitch": {"enabled": 1}, "a": []}`,
		`{"global": {"jobs_per_minute": null}, "creators": {"x": {"overrides": {}}}}`, `{"system": {"hot_reload": {"interval_seconds": 1e400}}, "clips": {"seconds": 5.0}}`,
		`{"discord": {"admins": [1], "guilds": {"1": {"notifications": {"general": {"channel_id": 5}, "kick_clips": 6.0, "x": []}}}}}`, `{"$schema": 1, "min_length": 2, "platforms": [{"platform": "kick", "flags": {}}]}`,
		"\xef\xbb\xbf{\"creators\":[]}", `{"creators": [{"creator_id": "A", "Enabled": "x", "clips": {"SECONDS": {}}}]}`,
		`{"system":{"platforms":{"":{"enabled":true}},"JOBS":[]},"chat":{"synthetic":{"creator_token":"abc"}}}`,
	} {
		f.Add([]byte(seed), []byte("A=b"))
	}
	f.Fuzz(func(t *testing.T, data, env []byte) {
		dir := t.TempDir()
		for _, name := range []string{"creators", "platforms", "services", "system", "tiers", "ratelimits", "platform_overrides", "triggers", "chat_behaviour", "discord", "clip_rules", "monetization"} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+".json"), data, 0o600))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".env"), env, 0o600))
		c, problems, err := Load(t.Context(), Options{StateDir: dir, Dir: dir, WorkDir: dir, Env: func(string) (string, bool) { return "", false }})
		require.NotNil(t, c)
		if err != nil {
			require.NotEmpty(t, problems.Fatal())
		}
		for i := range c.Creators {
			limits := c.ClipLimits(&c.Creators[i])
			require.LessOrEqual(t, limits.MinSeconds, limits.Seconds)
			require.LessOrEqual(t, limits.Seconds, limits.MaxSeconds)
			c.TriggerLimits(&c.Creators[i])
		}
		_, err = json.Marshal([]any{c, c.Effective(), c.Administrators()})
		require.NoError(t, err)
	})
}
