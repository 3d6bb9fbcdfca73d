package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnUnknownKeyIsReportedWithTheNearestKnownOneAndIgnored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, text, want string }{
		"at the root":           {"system.json", `{"clisp": {"seconds": 20}}`, "$.clisp: found an unknown field; allowed: perhaps clips was meant; it is ignored"},
		"inside":                {"system.json", `{"clips": {"secnds": 20}}`, "$.clips.secnds: found an unknown field; allowed: perhaps seconds was meant"},
		"in other letters":      {"system.json", `{"clips": {"SECONDS": 20}}`, "$.clips.SECONDS: found an unknown field; allowed: perhaps seconds was meant"},
		"like nothing":          {"system.json", `{"capture": {"wallpaper": 1}}`, "$.capture.wallpaper: found an unknown field; allowed: buffer_seconds; it is ignored"},
		"in a list":             {"creators.json", `{"creators": [{"creator_id": "otter1"}, {"creator_id": "marmot", "teir": "pro"}]}`, "$.creators[1].teir: found an unknown field; allowed: perhaps tier was meant"},
		"in the second form":    {"creators.json", `{"creators": [{"creator_id": "otter1", "platforms": {"twitch": {"enabled": true, "chanel": "x"}}}]}`, "$.creators[0].platforms.twitch.chanel: found an unknown field; allowed: perhaps channel was meant"},
		"of a limit":            {"creators.json", `{"creators": [{"creator_id": "otter1", "limits": {"max_trigers": 1}}]}`, "$.creators[0].limits.max_trigers: found an unknown field; allowed: perhaps max_triggers was meant"},
		"below a free name":     {"ratelimits.json", `{"platforms": {"twitch": {"max_trigers": 1}}}`, "$.platforms.twitch.max_trigers: found an unknown field; allowed: perhaps max_triggers was meant"},
		"of a tier":             {"tiers.json", `{"tiers": {"open": {"features": {"clips": {"enabeld": true}}}}}`, "$.tiers.open.features.clips.enabeld: found an unknown field; allowed: perhaps enabled was meant"},
		"of a platform":         {"platforms.json", `{"platforms": [{"name": "twitch", "enable": true}]}`, "$.platforms[0].enable: found an unknown field; allowed: perhaps enabled was meant"},
		"of a service":          {"services.json", `{"twitch": {"enable": true}}`, "$.twitch.enable: found an unknown field; allowed: perhaps enabled was meant"},
		"of a switch":           {"platform_overrides.json", `{"twitch": {"enabled": true, "enable": 1}}`, "$.twitch.enable: found an unknown field; allowed: perhaps enabled was meant"},
		"of an older answer":    {"chat_behaviour.json", `{"triggers": [{"match": "a", "response": "b", "respond": "c"}]}`, "$.triggers[0].respond: found an unknown field; allowed: perhaps response was meant"},
		"of a server":           {"discord.json", `{"discord": {"guilds": {"12": {"loging": {}}}}}`, "$.discord.guilds['12'].loging: found an unknown field; allowed: perhaps logging was meant"},
		"without effect anyway": {"clip_rules.json", `{"min_lenght": 3}`, "$.min_lenght: found an unknown field; allowed: perhaps min_length was meant"},
		"where none is allowed": {"creators.json", `{"creators": [{"creator_id": "otter1", "points": {"stat": 1}}]}`, "$.creators[0].points.stat: found an unknown field; allowed: start (perhaps start was meant); this value is left out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			docs := map[string]string{c.file: c.text}
			if c.file == "services.json" {
				docs["platforms.json"] = ""
			}
			loaded, problems := newState(t, docs).mustLoad()
			require.Contains(t, lines(problems), "warning: shared/config/"+c.file+": "+c.want)
			require.Equal(t, 30, loaded.System.Clips.Seconds)
		})
	}
}

func TestNamesThatPeopleChooseAreNoUnknownKeys(t *testing.T) {
	t.Parallel()
	_, problems := newState(t, map[string]string{
		"system.json":             `{"system": {"platforms": {"owncast": true}, "jobs": {"anything": {"enabled": false}}}}`,
		"platform_overrides.json": `{"owncast": true}`,
		"triggers.json":           `{"meta": {"whatever": 1}, "triggers": []}`,
		"creators.json":           `{"creators": [{"creator_id": "otter1", "platforms": {"owncast": true}}]}`,
	}).mustLoad()
	require.Empty(t, problems)
}

func TestADocumentMayNameItsSchema(t *testing.T) {
	t.Parallel()
	s := newState(t, nil)
	docs := map[string]string{
		"tiers.json":    `{"$schema": "x", "tiers": {"open": {"features": {}}}}`,
		"creators.json": `{"$schema": "x", "creators": []}`, "platforms.json": `{"$schema": "x", "platforms": []}`,
		"triggers.json": `{"$schema": "x", "triggers": []}`,
	}
	for _, name := range []string{"system", "ratelimits", "services", "platform_overrides", "chat_behaviour", "discord", "clip_rules", "monetization"} {
		docs[name+".json"] = `{"$schema": "x"}`
	}
	for name, text := range docs {
		s.write("shared/config/"+name, text)
	}
	c, problems := s.mustLoad()
	require.Empty(t, problems)
	require.Len(t, c.Platforms, 5, "$schema is no service")
}

func TestAFileThatNothingReadsIsReported(t *testing.T) {
	t.Parallel()
	_, problems := newState(t, map[string]string{
		"creator.json": `{}`, "posting_rules.json": `{}`, "overrides/platforms.json": `{}`, "overrides/system.json": `{}`, "notes.txt": "x",
	}).mustLoad()
	text := lines(problems)
	require.Contains(t, text, "info: shared/config/creator.json: found a file that nothing reads; allowed: perhaps creators.json was meant; it is ignored")
	require.Contains(t, text, "info: shared/config/posting_rules.json: found a file that nothing reads; allowed: chat_behaviour.json, clip_rules.json, creators.json")
	require.Contains(t, text, "info: shared/config/overrides/platforms.json: found a file that nothing reads; allowed: creators.json, system.json, triggers.json")
	require.Len(t, problems, 3)
	require.Empty(t, problems.Broken())
}

func TestAnOlderFileBesideTodaysIsReported(t *testing.T) {
	t.Parallel()
	older := map[string]string{"services.json": `{"twitch": {"enabled": true}}`, "ratelimits.schema.json": `{}`}
	_, problems := newState(t, older).mustLoad()
	require.Equal(t, "info: shared/config/services.json: found a file that is not read beside platforms.json; allowed: platforms.json; it is ignored; `streamsuites config migrate` removes it\n"+
		"info: shared/config/ratelimits.schema.json: found a file that is not read beside ratelimits.json; allowed: ratelimits.json; it is ignored; `streamsuites config migrate` removes it\n", lines(problems))
	older["platforms.json"], older["ratelimits.json"] = `{"platforms": []}`, ""
	_, problems = newState(t, older).mustLoad()
	require.Empty(t, problems)
}
