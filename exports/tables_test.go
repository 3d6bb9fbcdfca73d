package exports

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

// decoded reads a document into a shape of the test's own.
func decoded[T any](t *testing.T, d Document, err error) T {
	t.Helper()
	require.NoError(t, err)
	requireValid(t, d)
	var v T
	require.NoError(t, json.Unmarshal(d.Data, &v))
	return v
}

func TestEmptyTablesAreValidAndHoldLists(t *testing.T) {
	t.Parallel()
	check := func(d Document, err error) {
		t.Helper()
		require.NoError(t, err)
		requireValid(t, d)
		require.NotContains(t, string(d.Data), ": null", d.File)
	}
	check(BuildCreators(CreatorsInput{}))
	check(BuildChatTriggers(ChatTriggersInput{}))
	check(BuildRateLimits(RateLimitsInput{}))
	check(BuildPermissions(PermissionsInput{}))
	check(BuildAdminActivity(AdminActivityInput{}))
	check(BuildChatEvents(ChatEventsInput{}))
	d, err := BuildIntegrations(IntegrationsInput{})
	require.NoError(t, err)
	requireValid(t, d)
	require.Contains(t, string(d.Data), `"postgres"`, "whoever reads rows has the database")
}

func TestHostileTextNeverBreaksATable(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"markup": `<script>alert("x")</script>`, "nothing": "", "invalid UTF-8": "a\xff\xfeb", "NUL": "a\x00b", "lines": "a\nb\r\nc",
		"direction": "a\u202eb\u200bc", "long": strings.Repeat("é", 5000), "only markup": "<<>>", "spaces": "   ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check := func(d Document, err error) {
				t.Helper()
				require.NoError(t, err)
				requireValid(t, d)
				require.NotContains(t, string(d.Data), "<script", d.File)
			}
			creator := someCreator()
			creator.DisplayName = text
			check(BuildCreators(CreatorsInput{Creators: []CreatorSettings{creator}, Details: Tables{Creators: []CreatorDetails{{ID: creator.ID, Notes: text}}}}))
			triggers := someTriggers()
			triggers[0].Creator.DisplayName = text
			for i := range triggers[0].Triggers {
				t := &triggers[0].Triggers[i]
				t.ID, t.Phrase, t.Description, t.Keywords = text, text, text, []string{text}
			}
			check(BuildChatTriggers(ChatTriggersInput{Triggers: triggers}))
			check(BuildPermissions(PermissionsInput{Creators: []CreatorSettings{creator}, Triggers: triggers}))
			s := someSnapshot()
			s.Triggers = triggers
			check(BuildSnapshot(s))
			activity := someActivity()
			activity.Changes[0].Name, activity.Changes[0].By, activity.Changes[0].Subject, activity.Changes[0].Action = text, text, text, text
			activity.Requests[0].Payload = json.RawMessage(text)
			activity.Reloads[0].Host, activity.Reloads[0].Files = text, []string{text}
			check(BuildAdminActivity(activity))
			events := someChatEvents()
			f := &events.Firings[0]
			f.TriggerID, f.Key.MessageID, f.Author, f.Event.Text, f.Event.Author.Name, f.Event.Author.ID = text, text, text, text, text, text
			check(BuildChatEvents(events))
		})
	}
}

func TestTextsAndNamesAreLeftOutUnlessTheCreatorRecordsThem(t *testing.T) {
	t.Parallel()
	in := someChatEvents()
	in.Recorded = nil
	d, err := BuildChatEvents(in)
	require.NoError(t, err)
	requireValid(t, d)
	for _, private := range []string{"viewer77", "Viewer77", "!clip now", "goal"} {
		require.NotContains(t, string(d.Data), private)
	}
	require.Equal(t, 2*3, strings.Count(string(d.Data), `"chat_trigger"`))
	require.Contains(t, string(d.Data), `"user_id": "77"`, "ids are kept always")
}

func TestAMessageThatTriggeredSomethingIsToldOnceForEachTrigger(t *testing.T) {
	t.Parallel()
	type events struct {
		Items []struct {
			EventID string `json:"event_id"`
			Type    string `json:"type"`
		} `json:"items"`
	}
	in := someChatEvents()
	second := someFiring(3, "Qx7Zt2", "ping")
	in.Firings = append(in.Firings, second)
	d, err := BuildChatEvents(in)
	got := decoded[events](t, d, err).Items
	var ids, kinds []string
	for _, e := range got {
		ids, kinds = append(ids, e.EventID), append(kinds, e.Type)
	}
	require.Equal(t, []string{"chat_message", "chat_trigger", "chat_trigger", "chat_trigger", "chat_trigger"}, kinds, "the newest first")
	slices.Sort(ids)
	require.Len(t, slices.Compact(ids), 5)
}

func TestSignalsAndActivityHoldTheNewestRowsOnly(t *testing.T) {
	t.Parallel()
	in, activity := ChatEventsInput{}, AdminActivityInput{}
	for n := range 500 {
		f := someFiring(1, "Qx7Zt2", "clip")
		f.Key.MessageID, f.Event.SentAt = f.Key.MessageID+time.Duration(n).String(), at(float64(n))
		in.Firings = append(in.Firings, f)
		activity.Changes = append(activity.Changes, store.AuditedChange{ID: int64(n), TriggerChange: store.TriggerChange{Subject: "clip", Action: "edit", At: at(float64(n))}})
	}
	d, err := BuildChatEvents(in)
	require.NoError(t, err)
	requireValid(t, d)
	require.Equal(t, 2*MaxSignals, strings.Count(string(d.Data), "event_id"))
	require.Contains(t, string(d.Data), `"captured_at": "2026-02-01T12:08:19.000000Z"`)
	d, err = BuildAdminActivity(activity)
	require.NoError(t, err)
	requireValid(t, d)
	require.Equal(t, MaxActivity, strings.Count(string(d.Data), `"id"`))
	require.Contains(t, string(d.Data), `"updated_at": "2026-02-01T12:08:19.000000Z"`)
}

func TestALimitsStatusFollowsItsUse(t *testing.T) {
	t.Parallel()
	for used, want := range map[int]string{0: "healthy", 15: "healthy", 16: "warning", 19: "warning", 20: "exhausted", 21: "exhausted"} {
		require.Equal(t, want, usage(used, 20), used)
	}
	require.Equal(t, "disabled", usage(5, 0), "0 is no limit")
}

func TestGrantsCountAsLongAsTheirWindow(t *testing.T) {
	t.Parallel()
	type limits struct {
		Items []struct {
			Scope     string  `json:"scope"`
			Status    string  `json:"status"`
			UpdatedAt *string `json:"updated_at"`
		} `json:"items"`
	}
	status := func(now time.Time) string {
		s := Settings{Tables: Tables{Budgets: []BudgetSettings{{"twitch:bot", "join", "", "twitch.chat.join", "twitch", 2, 11 * time.Second}}}}
		d, err := BuildRateLimits(RateLimitsInput{Settings: s, Now: now, Grants: []store.BudgetGrant{
			{Account: "twitch:bot", Bucket: "join", Tokens: 1, At: at(0)}, {Account: "twitch:bot", Bucket: "join", Tokens: 1, At: at(5)}, {Account: "twitch:other", Bucket: "join", Tokens: 1, At: at(5)}}})
		return decoded[limits](t, d, err).Items[0].Status
	}
	require.Equal(t, "exhausted", status(at(6)))
	require.Equal(t, "healthy", status(at(12)))
}

func TestAnAccountIsAsItsChatsAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		states   []string
		off      bool
		missing  bool
		purpose  string
		expected string
	}{
		"a chat that is read":          {states: []string{"live"}, expected: "connected"},
		"one of several":               {states: []string{"needs_login", "live"}, expected: "connected"},
		"a login that is missing":      {states: []string{"needs_login"}, expected: "error"},
		"nothing known":                {expected: "standby"},
		"a credential that is missing": {missing: true, expected: "error"},
		"a platform that is off":       {off: true, missing: true, expected: "disabled"},
		"one that only publishes":      {purpose: "publishing", expected: "standby"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := IntegrationsInput{Now: at(0)}
			a := AccountSettings{Platform: "twitch", Purpose: or(c.purpose, "chat"), On: !c.off, Complete: !c.missing}
			for n, state := range c.states {
				id := "c" + string(rune('0'+n))
				a.Creators = append(a.Creators, id)
				in.Statuses = append(in.Statuses, store.PlatformStatus{CreatorID: id, Platform: chat.Twitch, State: connection.State(state), UpdatedAt: at(-1)})
			}
			require.Equal(t, c.expected, accountStatus(a, connectionsByPlatform(in)["twitch"]))
		})
	}
}

func TestReplayIsOfferedForCreatorsWhoRecordTexts(t *testing.T) {
	t.Parallel()
	in := someSnapshot()
	in.Recorded = append(in.Recorded, Recorded{"Qx7Zt2", chat.YouTube, 9, at(1000)}, Recorded{"Qx7Zt2", chat.Rumble, 0, time.Time{}},
		Recorded{"Ab3dE9", chat.Kick, 1000, at(1)})
	replay := snapshotReplayOf(in)
	require.True(t, replay.Available)
	require.True(t, replay.OverlaySafe)
	require.Equal(t, []string{"twitch", "youtube"}, replay.Platforms)
	require.EqualValues(t, 4220, replay.EventCount)
	require.Equal(t, orNull(in.Now), replay.LastEventAt, "never in the future")
	in.Settings.Tables.Creators = nil
	require.Equal(t, snapshotReplay{Platforms: []string{}}, snapshotReplayOf(in))
}

func TestTheDashboardsCatalogueHoldsWhatItCanSay(t *testing.T) {
	t.Parallel()
	catalogue := snapshotTriggersOf(someSnapshot())
	modes := map[string]string{}
	for _, entry := range catalogue.Creators[0].Triggers {
		modes[entry.Match] = entry.MatchMode + " " + entry.Action
		require.True(t, slices.ContainsFunc(catalogue.Actions, func(a catalogAction) bool { return a.ID == entry.Action }))
	}
	require.Equal(t, map[string]string{
		"!clip": "equals_icase clip", "!ping": "equals_icase ping", "!commands": "equals_icase manage", "!lurk": "equals_icase reply",
		"!größe": "equals_icase counter", "hello": "contains_icase reply", "good morning": "contains_icase reply",
	}, modes)
}

func TestEveryTableIsAlsoAtTheNamesThatTheDashboardReads(t *testing.T) {
	t.Parallel()
	for file, also := range map[string]string{
		FileCreators: "creators.json", FileChatTriggers: "chat_triggers.json", FileRateLimits: "rate_limits.json",
		FileIntegrations: "integrations.json", FilePermissions: "permissions.json", FileChatEvents: "chat_events.json",
	} {
		k, known := kindOf(file)
		require.True(t, known)
		require.Equal(t, []string{also}, k.also, file)
	}
}
