package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// served are documents with two creators who run and one who does not.
func served(more map[string]string) map[string]string {
	docs := map[string]string{
		"creators.json": `{"creators": [{"creator_id": "marmot", "tier": "pro", "platforms": {"rumble": true}}, {"creator_id": "otter1"}, {"creator_id": "absent", "enabled": false}]}`,
	}
	for name, text := range more {
		docs[name] = text
	}
	return docs
}

func ids(list []definition.Definition) []string {
	names := []string{}
	for _, d := range list {
		names = append(names, d.ID)
	}
	return names
}

func TestTriggersAreThoseOfTheirCreatorInTheFilesOrder(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, served(map[string]string{"triggers.json": `{"meta": {"by": "me"}, "triggers": [
		{"trigger_id": "z", "type": "command", "creator_id": "marmot", "command": "!z", "cooldown_seconds": 3.0, "responses": ["z"]},
		{"trigger_id": "z", "type": "keyword", "creator": "otter1", "keywords": ["z"], "responses": ["z"]},
		{"trigger_id": "gone", "type": "command", "creator_id": "absent", "command": "!z", "responses": ["z"]},
		{"trigger_id": "a", "type": "event", "creator_id": "marmot", "events": ["raid"], "responses": ["a"]},
		{"trigger_id": "clip", "type": "command", "creator_id": "marmot", "roles": ["moderator"]}]}`})).mustLoad()
	require.Empty(t, problems)
	require.Equal(t, []string{"z", "a", "clip"}, ids(c.Triggers(c.Creator("marmot"))))
	require.Equal(t, []string{"z"}, ids(c.Triggers(c.Creator("otter1"))))
	require.Empty(t, c.Triggers(c.Creator("absent")))
	require.InDelta(t, 3, *c.Triggers(c.Creator("marmot"))[0].CooldownGlobal, 0)
	require.Equal(t, FromShared, c.TriggerSource)
}

func TestAnOverrideOfTheTriggersReplacesThemAndIsTheDashboards(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, served(map[string]string{
		"triggers.json":           `{"triggers": [{"trigger_id": "base", "type": "command", "creator_id": "marmot", "command": "!b"}]}`,
		"overrides/triggers.json": `{"triggers": [{"trigger_id": "over", "type": "command", "creator_id": "marmot", "command": "!o"}]}`,
	})).mustLoad()
	require.Empty(t, problems)
	require.Equal(t, []string{"over"}, ids(c.Triggers(c.Creator("marmot"))))
	require.Equal(t, FromDashboard, c.TriggerSource)

	_, problems, err := newState(t, served(map[string]string{"overrides/triggers.json": `{`})).load()
	require.Error(t, err, "a broken override does not bring the base file back unnoticed")
	require.Len(t, problems.Fatal(), 1)
}

func TestTheDashboardsDraftsStandInPlaceOfTheTriggers(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, served(map[string]string{"triggers.json": `{"schema": "streamsuites.triggers.admin.v1", "generated_at": "2026-02-01T12:00:00Z",
		"actions": [{"id": "clip", "label": "Create clip", "description": ""}],
		"creators": [{"creator_id": "marmot", "triggers": [
			{"id": "a", "match": "Clip It", "match_mode": "contains_icase", "action": "clip", "enabled": true},
			{"id": "b", "match": "x", "match_mode": "equals_icase", "action": "dance", "enabled": true}]}]}`})).mustLoad()
	require.Equal(t, `warning: shared/config/triggers.json: $.creators: found the draft "b", switched off: there is no action "dance" here, only clip, ping and counter; `+
		"allowed: the actions clip, ping and counter; this trigger is switched off\n", lines(problems))
	list := c.Triggers(c.Creator("marmot"))
	require.Equal(t, []string{"a", "b"}, ids(list))
	require.Equal(t, definition.Contains, list[0].Match)
	require.Equal(t, definition.DoClip, list[0].Actions[0].Type)
	require.False(t, *list[1].Enabled)
}

func TestTheOlderAnswersHoldOnRumble(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, served(map[string]string{"chat_behaviour.json": `{"send_cooldown_seconds": 2, "baseline_mode": "latest_seen", "triggers": [
		{"match": "!ping", "match_mode": "equals_icase", "response": "pong", "cooldown_seconds": null},
		{"match": "rain", "match_mode": "contains_icase", "response": "bring a coat", "cooldown_seconds": 9, "enabled": false}]}`})).mustLoad()
	require.Empty(t, problems)
	require.Empty(t, c.Triggers(c.Creator("otter1")))
	list := c.Triggers(c.Creator("marmot"))
	require.Equal(t, []string{"chat_behaviour:1", "chat_behaviour:2"}, ids(list))
	require.Equal(t, []chat.Platform{chat.Rumble}, list[0].Platforms)
	require.Equal(t, definition.Exact, list[0].Match)
	require.InDelta(t, 2, *list[0].CooldownGlobal, 0)
	require.InDelta(t, 9, *list[1].CooldownGlobal, 0)
	require.False(t, *list[1].Enabled)
}

func TestWhatIsWrongWithTriggersForbidsAStartOrSwitchesOneOff(t *testing.T) {
	t.Parallel()
	one := func(entry string) string { return `{"triggers": [` + entry + `]}` }
	for name, c := range map[string]struct {
		text  string
		fatal bool
		want  string
	}{
		"no file":                  {"", false, "warning: shared/config/triggers.json: found no such file; allowed: a JSON object; there are only the built-in triggers"},
		"an empty file":            {" ", true, "fatal: shared/config/triggers.json: found an empty file"},
		"no JSON":                  {"{", true, "fatal: shared/config/triggers.json: line 1, column 2: found unexpected end of JSON input; allowed: a JSON object; mend or remove this file"},
		"a list":                   {"[]", true, "fatal: shared/config/triggers.json: $: found []; allowed: a JSON object"},
		"no triggers":              {"{}", true, "fatal: shared/config/triggers.json: $: found no triggers"},
		"triggers of another type": {`{"triggers": {}}`, true, "$.triggers: found {}; allowed: list of triggers"},
		"a further key":            {`{"triggers": [], "x": 1}`, true, "$.x: found an unknown field; allowed: meta, triggers"},
		"an entry that is text":    {one(`"x"`), true, `$.triggers[0]: found "x"; allowed: a trigger`},
		"no id":                    {one(`{"type": "command", "creator_id": "marmot"}`), true, "$.triggers[0]: found no trigger_id"},
		"no type":                  {one(`{"trigger_id": "a", "creator_id": "marmot"}`), true, "$.triggers[0]: found no type"},
		"no creator":               {one(`{"trigger_id": "a", "type": "command"}`), true, "found neither creator_id nor creator"},
		"keywords as text":         {one(`{"trigger_id": "a", "type": "keyword", "creator": "marmot", "keywords": "x"}`), true, `$.triggers[0].keywords: found "x"; allowed: list of words`},
		"an action that is text":   {one(`{"trigger_id": "a", "type": "keyword", "creator": "marmot", "actions": ["clip"]}`), true, `$.triggers[0].actions[0]: found "clip"; allowed: an action`},
		"another type":             {one(`{"trigger_id": "a", "type": "timer", "creator_id": "marmot"}`), false, `$.triggers[?(@.trigger_id=="a" && @.creator_id=="marmot")].type: found "timer"; allowed: write command, keyword, regex, event or threshold; this trigger is switched off`},
		"a pattern that is none":   {one(`{"trigger_id": "a", "type": "regex", "creator_id": "marmot", "pattern": "("}`), false, ".pattern: found a pattern that cannot be used"},
		"a misspelt field":         {one(`{"trigger_id": "a", "type": "keyword", "creator_id": "marmot", "keywords": ["x"], "cooldwon_user_s": 3}`), false, ".cooldwon_user_s: found an unknown field; allowed: perhaps cooldown_user_s was meant; it is ignored"},
		"a name that is taken":     {one(`{"trigger_id": "a", "type": "command", "creator_id": "marmot", "command": "!x"}, {"trigger_id": "b", "type": "command", "creator_id": "marmot", "command": "y", "aliases": ["X"]}`), false, `@.trigger_id=="b" && @.creator_id=="marmot")]: found the name "X", which "a" has; allowed: each name once for a creator; "a" answers to it`},
		"a built-in name":          {one(`{"trigger_id": "a", "type": "command", "creator_id": "marmot", "command": "!Clip"}`), false, `found the name "!Clip", which "clip" has; allowed: each name once for a creator; "clip" answers to it`},
		"an unknown variable":      {one(`{"trigger_id": "a", "type": "keyword", "creator_id": "marmot", "keywords": ["x"], "actions": [{"type": "reply", "text": "$(user) ${urlfetch x}"}]}`), false, `.actions[0].text: found $(urlfetch x); allowed: a variable that is known; it stays as it stands`},
		"an id that is taken":      {one(`{"trigger_id": "a", "type": "command", "creator_id": "marmot", "command": "!x"}, {"trigger_id": "a", "type": "command", "creator_id": "marmot", "command": "y"}`), false, `found trigger_id "a" more than once`},
		"a creator who is unknown": {one(`{"trigger_id": "a", "type": "command", "creator_id": "nobody", "command": "!x"}`), false, `info: shared/config/triggers.json: `},
		"drafts without creators":  {`{"schema": "streamsuites.triggers.admin.v1"}`, true, "fatal: shared/config/triggers.json: $: found no creators"},
		"drafts that match oddly":  {`{"schema": "streamsuites.triggers.admin.v1", "creators": [{"creator_id": "marmot", "triggers": [{"id": "a", "match": "x", "match_mode": "like", "action": "clip", "enabled": true}]}]}`, true, `$.creators[0].triggers[0].match_mode: found "like"; allowed: equals_icase or contains_icase`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems, err := newState(t, served(map[string]string{"triggers.json": c.text})).load()
			require.Contains(t, lines(problems), c.want)
			require.Equal(t, c.fatal, len(problems.Fatal()) > 0, lines(problems))
			require.Equal(t, c.fatal, err != nil)
		})
	}
}

func TestMoreTriggersThanTheTierAllowsAreReported(t *testing.T) {
	t.Parallel()
	var entries []string
	for _, id := range strings.Split("abcdefghijklm", "") {
		entries = append(entries, `{"trigger_id": "`+id+`", "type": "keyword", "creator_id": "otter1", "keywords": ["`+id+`"]}`)
	}
	_, problems := newState(t, served(map[string]string{"triggers.json": `{"triggers": [` + strings.Join(entries, ",") + `]}`})).mustLoad()
	require.Len(t, problems, 3)
	require.Contains(t, lines(problems), `$.triggers[?(@.trigger_id=="k" && @.creator_id=="otter1")]: found trigger number 11; allowed: at most 10 for otter1; this trigger is switched off`)
}

func TestHowAChatIsServedIsUpToItsCreator(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, map[string]string{
		"system.json": `{"chat": {"retention_days": 90, "max_scans": 0}}`,
		"creators.json": `{"creators": [
			{"creator_id": "marmot", "chat": {"record": true, "prefix": "?"}, "points": {"start": 50}, "time_zone": "Europe/Oslo", "ignored_logins": ["@Nightbot", "nightbot", "Other"]},
			{"creator_id": "otter1", "chat": {"prefix": "clip"}, "time_zone": "Middle/Earth", "points": {"start": -1}}]}`,
	}).mustLoad()
	require.Equal(t, 90, c.System.ChatDays)
	require.Zero(t, c.System.MaxScans)
	marmot := c.Creator("marmot")
	require.Equal(t, CreatorChat{Record: true, Prefix: "?"}, marmot.Chat)
	require.Equal(t, whole(50), marmot.Points.Start)
	require.Equal(t, "Europe/Oslo", marmot.TimeZone)
	require.Equal(t, []string{"nightbot", "other"}, marmot.IgnoredLogins)
	require.Equal(t, CreatorChat{}, c.Creator("otter1").Chat)
	require.Empty(t, c.Creator("otter1").TimeZone)
	require.Contains(t, lines(problems), `.chat.prefix: found "clip"; allowed: 1 to 5 characters that are neither letters, digits nor blanks`)
	require.Contains(t, lines(problems), `.time_zone: found "Middle/Earth"; allowed: an IANA name such as Europe/Berlin; times are told in UTC`)
	require.Contains(t, lines(problems), `.points.start: found -1`)
}
