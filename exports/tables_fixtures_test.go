package exports

import (
	"encoding/json"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

func someTables() Tables {
	return Tables{
		Creators: []CreatorDetails{
			{ID: "Ab3dE9", ClipsPerMinute: config.Unlimited},
			{ID: "Qx7Zt2", Notes: "Streams on Sundays", Record: true, ClipsPerMinute: 2},
		},
		Accounts: []AccountSettings{
			{Platform: "twitch", Login: "marmotbot", Purpose: "chat", Complete: true, On: true, Creators: []string{"Qx7Zt2"}},
			{Platform: "youtube", Label: "MAIN", Purpose: "publishing", On: true, Creators: []string{}},
		},
		ClipsPerHour: 10,
		Budgets: []BudgetSettings{
			{"creator:twitch:Qx7Zt2", "chat_messages_per_minute", "Qx7Zt2", "chat_messages_per_minute", "twitch", 20, time.Minute},
			{"twitch:marmotbot", "join", "", "twitch.chat.join", "twitch", 20, 11 * time.Second},
			{"twitch:marmotbot", "privmsg", "", "twitch.chat.send", "twitch", 20, 32 * time.Second},
		},
		Services:       []ServiceState{{"temporal", "temporal", "workflows", true, at(59)}},
		Copies:         []MirrorState{{Root: "/srv/state", OK: true, Since: at(1)}, {Root: "/srv/full", Error: "no space left on device", Since: at(30)}},
		Administrators: []string{"200000000000000001"},
		Announcers:     []AnnouncerSettings{{Name: "discord", On: true}, {Name: "x"}},
		Destinations:   []DestinationSettings{{"folder", []string{"Qx7Zt2"}}},
	}
}

// someTriggers are triggers of all kinds, as a lane would have them in force.
func someTriggers() []CreatorTriggers {
	settings := trigger.DefaultSettings("Qx7Zt2", "Marmot Lantern")
	twenty := 19.5
	settings.Triggers = []definition.Definition{
		{ID: "lurk", Type: definition.Command, Command: "!lurk", Responses: []string{"See you"}, CooldownGlobal: &twenty, Description: "Says <bye>"},
		{ID: "greeting", Type: definition.Keyword, Keywords: []string{"hello", "good morning"}, Responses: []string{"Hi"}},
		{ID: "links", Type: definition.Regex, Pattern: `(?i)discord\.gg/\w+`, Responses: []string{"No links"}, Roles: []string{"subscriber"}},
		{ID: "raid", Type: definition.Event, Events: []chat.Kind{"raid"}, Responses: []string{"Welcome"}},
	}
	laid := map[string]trigger.Overlay{
		"lurk":      {TriggerID: "lurk", Patch: json.RawMessage(`{"enabled": false}`), At: at(30)},
		"cmd:größe": {TriggerID: "cmd:größe", Patch: json.RawMessage(`{"type": "command", "command": "größe", "actions": [{"type": "counter", "counter": "g"}]}`), At: at(31)},
	}
	rules, err := trigger.Compile(settings, laid)
	if err != nil {
		panic(err) // the fixture itself is wrong
	}
	return []CreatorTriggers{{Creator: someCreator(), Triggers: triggersInForce(rules), Changed: map[string]time.Time{"lurk": at(30), "cmd:größe": at(31)}}}
}

func someCreator() CreatorSettings {
	return CreatorSettings{"Qx7Zt2", "Marmot Lantern", true, map[string]bool{"twitch": true}}
}

func someFiring(n int, creator, triggerID string) store.Firing {
	key := chat.Key{Platform: chat.Twitch, MessageID: "8c2c52a8-0000-4000-8000-00000000000" + string(rune('0'+n))}
	return store.Firing{
		Decision: store.Decision{CreatorID: creator, LaneSeq: int64(n), TriggerID: triggerID, Key: key, Fired: true, At: at(float64(n)), Author: "twitch:77"},
		Event: store.Event{LaneSeq: int64(n), Event: chat.Event{
			Platform: chat.Twitch, MessageID: key.MessageID, CreatorID: creator, Channel: "marmot",
			Author: chat.Author{ID: "77", Login: "viewer77", Name: "Viewer77"}, Text: "!" + triggerID + " now", SentAt: at(float64(n)),
		}},
	}
}

func someChatEvents() ChatEventsInput {
	other := someFiring(4, "Qx7Zt2", "none").Event
	other.Text, other.Author.Name = "what a <b>goal</b>", ""
	return ChatEventsInput{
		Firings:  []store.Firing{someFiring(3, "Qx7Zt2", "clip"), someFiring(2, "Ab3dE9", "ping"), someFiring(1, "Qx7Zt2", "cmd:größe")},
		Messages: []store.Event{other, someFiring(3, "Qx7Zt2", "clip").Event},
		Recorded: []string{"Qx7Zt2"}, Creators: map[string]string{"Qx7Zt2": "Marmot Lantern"}, Since: at(-3600),
	}
}

func someActivity() AdminActivityInput {
	return AdminActivityInput{
		Changes: []store.AuditedChange{
			{ID: 2, CreatorID: "Qx7Zt2", TriggerChange: store.TriggerChange{LaneSeq: 8, Subject: "counter:deaths", Action: "set", By: "twitch:9", Name: "Mod Nine", At: at(20)}},
			{ID: 1, CreatorID: "Qx7Zt2", TriggerChange: store.TriggerChange{LaneSeq: 7, Subject: "lurk", Action: "disable", By: "operator:amber", At: at(10)}},
		},
		Requests: []store.OperatorRequest{
			{ID: 5, CreatorID: "Qx7Zt2", Kind: control.InboxPointGrant, Payload: json.RawMessage(`{"UserKey": "twitch:77", "Delta": 100, "By": "operator:amber"}`), At: at(15)},
			{ID: 4, CreatorID: "Ab3dE9", Kind: control.InboxClipRequest, Payload: json.RawMessage(`{"By": "amber", "Title": "secret <plan>"}`), At: at(12)},
			{ID: 3, CreatorID: "Qx7Zt2", Kind: "something else", Payload: json.RawMessage(`{}`), At: at(11)},
		},
		Reloads: []store.Reload{
			{Host: "host-1", At: at(25), State: store.ReloadTaken, Version: "abc", Files: []string{"shared/config/triggers.json"}},
			{Host: "host-2", At: at(5), State: store.ReloadStarted, Version: "abc"},
		},
		Creators: map[string]string{"Qx7Zt2": "Marmot Lantern"}, Since: at(-3600),
	}
}

// addTables adds one of each table.
func addTables(add func(Document, error)) {
	s := someSettings()
	statuses := someSnapshot().Statuses
	add(BuildCreators(CreatorsInput{s.Creators, s.Tables, s.Since}))
	add(BuildChatTriggers(ChatTriggersInput{someTriggers(), map[string]map[string]time.Time{"Qx7Zt2": {"clip": at(40.25)}}, s.Since}))
	add(BuildRateLimits(RateLimitsInput{s, []store.BudgetGrant{{Account: "twitch:marmotbot", Bucket: "privmsg", Tokens: 16, At: at(50)}, {Account: "twitch:marmotbot", Bucket: "privmsg", Tokens: 9, At: at(20)}},
		map[string]int{"Qx7Zt2": 10}, map[string]int{"Qx7Zt2": 1}, at(60)}))
	add(BuildIntegrations(IntegrationsInput{s.Tables, statuses, []store.UploadOutcome{
		{CreatorID: "Qx7Zt2", Destination: "folder", State: clip.UploadPublished, AttemptAt: at(20), UpdatedAt: at(21)},
	}, at(60), s.Since}))
	add(BuildPermissions(PermissionsInput{s.Creators, s.Tables, someTriggers(), s.Since}))
	add(BuildAdminActivity(someActivity()))
	add(BuildChatEvents(someChatEvents()))
}
