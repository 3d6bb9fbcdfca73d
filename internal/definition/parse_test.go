package definition_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

func ptr[T any](v T) *T { return &v }

func TestADefinitionIsReadInAllItsSpellings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want definition.Definition
	}{
		"the contract's": {
			`{"trigger_id": "hi", "type": "Command", "creator": "marmot", "command": " !hi ", "cooldown_seconds": 7, "platforms": ["Twitch", ""],
			  "actions": [{"action_type": "send_chat_message", "platform": "twitch", "payload": {"text": "hello"}},
			              {"action_type": "enqueue_clip_job", "payload": {"job_payload": {"source_path": "x", "length": 20.0, "source_title": "wow"}}}]}`,
			definition.Definition{
				ID: "hi", Type: definition.Command, CreatorID: "marmot", Command: "!hi", CooldownGlobal: ptr(7.0), Platforms: []chat.Platform{chat.Twitch},
				Actions: []definition.Action{{Type: definition.DoReply, Text: "hello"}, {Type: definition.DoClip, Seconds: 20, Title: "wow"}},
			},
		},
		"our own wins over the contract's": {
			`{"trigger_id": "a", "type": "keyword", "creator_id": "one", "creator": "two", "keywords": ["x", " "], "cooldown_global_s": 1, "cooldown_seconds": 9, "responses": ["yes"], "response": "no"}`,
			definition.Definition{ID: "a", Type: definition.Keyword, CreatorID: "one", Keywords: []string{"x"}, CooldownGlobal: ptr(1.0), Responses: []string{"yes"}},
		},
		"numbers that are whole though written with a point": {
			`{"trigger_id": "a", "type": "command", "command": "x", "min_args": 2e0, "cost": 10.0, "priority": -3.0, "threshold": {"users": 3.0, "window_s": 1.5}}`,
			definition.Definition{ID: "a", Type: definition.Command, Command: "x", MinArgs: 2, Cost: 10, Priority: -3, Threshold: &definition.Hold{Users: 3, Window: 1.5}},
		},
		"a single response, of a subcommand too": {
			`{"trigger_id": "a", "type": "command", "command": "x", "response": "r", "subcommands": [{"name": " on ", "response": "s", "cooldown_seconds": 0, "roles": ["Moderator"]}]}`,
			definition.Definition{
				ID: "a", Type: definition.Command, Command: "x", Responses: []string{"r"},
				Subcommands: []definition.Subcommand{{Name: "on", Responses: []string{"s"}, CooldownGlobal: ptr(0.0), Roles: []string{"moderator"}}},
			},
		},
		"the dashboard's ways to match": {
			`{"trigger_id": "a", "type": "keyword", "keywords": ["x"], "match": "contains_icase"}`,
			definition.Definition{ID: "a", Type: definition.Keyword, Keywords: []string{"x"}, Match: definition.Contains},
		},
		"nobody is exempt, which is not the default": {
			`{"trigger_id": "a", "type": "keyword", "keywords": ["x"], "cooldown_exempt_roles": []}`,
			definition.Definition{ID: "a", Type: definition.Keyword, Keywords: []string{"x"}, CooldownExempt: []string{}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := definition.Parse([]byte(c.text))
			require.NoError(t, err)
			require.Equal(t, c.want, d)
			require.Empty(t, d.Check())
			again, err := definition.Parse(d.JSON())
			require.NoError(t, err)
			require.Equal(t, d, again, "its own spelling reads the same")
		})
	}
}

func TestWhatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              "found text that is not JSON (nothing); write a JSON object",
		`[]`:                            "found something that is not a JSON object; write a JSON object",
		`{} {}`:                         "found text that is not JSON (text behind the value); write a JSON object",
		`{"type": 3}`:                   "type: found a number; write text in quotes",
		`{"enabled": "yes"}`:            "enabled: found a string; write true or false",
		`{"keywords": "x"}`:             "keywords: found a string; write a list in [ ]",
		`{"min_args": 1.5}`:             "min_args: found a number 1.5; write a whole number",
		`{"threshold": 3}`:              "threshold: found a number; write an object in { }",
		`{"cooldown_user_s": "5"}`:      "cooldown_user_s: found a string; write a number",
		`{"actions": [{"text": 3}]}`:    "actions[0].text: found a number; write text in quotes",
		`{"actions": ["clip"]}`:         "actions[0]: found a string; write an object in { }",
		`{"subcommands": [{"n": 1},7]}`: "subcommands: found a number; write an object in { }",
	} {
		_, err := definition.Parse([]byte(text))
		var field *definition.FieldError
		require.ErrorAs(t, err, &field, text)
		require.EqualError(t, err, want, text)
	}
}

func TestMisspeltFieldsAreFoundWithTheOneThatWasMeant(t *testing.T) {
	t.Parallel()
	require.Equal(t, []definition.Stray{
		{Path: "actions[0].txt", Nearest: "text"},
		{Path: "cooldwon_user_s", Nearest: "cooldown_user_s"},
		{Path: "subcommands[1].args[0].optinal", Nearest: "optional"},
		{Path: "threshold.user", Nearest: "users"},
		{Path: "zzzzzzzzzzzz"},
	}, definition.Strays([]byte(`{
		"trigger_id": "a", "creator": "b", "notes": "mine", "cooldown_seconds": 1, "response": "x",
		"zzzzzzzzzzzz": {"type": 1}, "cooldwon_user_s": 1, "threshold": {"user": 1},
		"actions": [{"action_type": "x", "payload": {"anything": 1}, "txt": "x"}],
		"subcommands": [{}, {"args": [{"optinal": true}]}]}`)))
	require.Empty(t, definition.Strays([]byte(`no`)))
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"trigger_id": "a", "type": "command", "command": "!x", "responses": ["hi"]}`,
		`{"type": "threshold", "threshold": {"users": 2e0, "window_s": 1e309}, "keywords": ["a", 1]}`,
		`{"actions": [{"action_type": "enqueue_clip_job", "payload": {"job_payload": {"length": 1e99}}}], "subcommands": [{"actions": [null]}]}`,
		`{"pattern": "(?P<n>\\w+", "match": "regex", "keywords": ["["], "type": "regex"}`, `null`, `[`, "{\"\xff\": 1}", `{"trigger_id": "a/b", "aliases": ["", " "], "args": [{}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		definition.Strays(raw)
		d, err := definition.Parse(raw)
		if err != nil {
			return
		}
		wrong := d.Check()
		again, err := definition.Parse(d.JSON())
		require.NoError(t, err, "what was written can be read")
		require.Equal(t, string(d.JSON()), string(again.JSON()))
		require.Len(t, again.Check(), len(wrong))
		require.True(t, json.Valid(definition.Diff(d.JSON(), json.RawMessage(raw))))
	})
}
