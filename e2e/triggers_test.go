package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// decision is what `triggers explain` tells of one.
type decision struct {
	Trigger string `json:"trigger_id"`
	Fired   bool   `json:"fired"`
	Step    string `json:"step"`
	Config  string `json:"config"`
}

// decided waits until the message is stored and returns what was decided about it.
func (s *standalone) decided(id string) []decision {
	s.t.Helper()
	var about []struct{ Decisions []decision }
	s.eventually(30*time.Second, "the message is stored", func() bool {
		return s.number(`select count(*) from chat_events where message_id = $1`, id) == 1
	})
	require.NoError(s.t, json.Unmarshal([]byte(s.cli("triggers", "explain", id, "--output", "json")), &about))
	require.Len(s.t, about, 1)
	return about[0].Decisions
}

// answer waits for what the bot answers to a message.
func (s *standalone) answer(id string) (text string) {
	s.t.Helper()
	s.eventually(30*time.Second, "the message is answered", func() bool {
		messages := s.messages()
		i := slices.IndexFunc(messages, func(m message) bool { return m.ReplyTo == id })
		if i >= 0 {
			text = messages[i].Text
		}
		return i >= 0
	})
	return text
}

func TestACommandMadeInChatSurvivesAKillWithItsCooldown(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var")
	startSimulators(t, dir)
	s := start(t, dir, "--demo")
	s.awaitChat()

	require.Contains(t, s.answer(s.say("keeper", "!cmd add !tide -cd=600 The tide is $(counter.tide) at ${user}'s feet", "moderator")), "added")
	require.Contains(t, s.answer(s.say("keeper", "!counter tide set 7", "moderator")), "7")
	require.Equal(t, "The tide is 7 at Walker's feet", s.answer(s.say("Walker", "!TIDE")))
	forbidden := s.say("walker", "!cmd remove !tide")
	require.Equal(t, "role", s.decided(forbidden)[0].Step)

	s.kill()
	s = start(t, dir, "--demo")
	s.awaitChat()
	again := s.decided(s.say("another", "!tide"))
	require.Len(t, again, 1)
	require.Equal(t, "cmd:tide", again[0].Trigger)
	require.False(t, again[0].Fired)
	require.Equal(t, "cooldown_global", again[0].Step)
	require.Contains(t, s.answer(s.say("keeper", "!cmd edit !tide It ebbs", "moderator")), "!tide")
	require.Equal(t, "cooldown_global", s.decided(s.say("another", "!tide"))[0].Step, "an edit keeps the cooldown that runs")
	require.Equal(t, "It ebbs", s.answer(s.say("keeper", "!tide", "moderator")), "moderators need not wait")
	require.Contains(t, s.cli("triggers", "changes"), "keeper")

	t.Run("nothing was said twice", func(t *testing.T) {
		said := map[string]int{}
		for _, m := range s.messages() {
			if m.ReplyTo != "" {
				said[m.ReplyTo]++
			}
		}
		for _, m := range s.messages() {
			if !strings.HasPrefix(m.Text, "!clip") {
				require.LessOrEqual(t, said[m.ID], 1, m.Text)
			}
		}
	})
}

func TestChangedTriggersAreTakenInWhileChatRuns(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	s.awaitChat()
	file := filepath.Join(s.dir, "shared", "config", "triggers.json")
	original, err := os.ReadFile(file)
	require.NoError(t, err)
	before := s.decided(s.say("one", "!discord"))[0].Config

	changed := strings.Replace(string(original), "the harbour master's office", "the new office", 1)
	require.NotEqual(t, string(original), changed)
	require.NoError(t, os.WriteFile(file, []byte(changed), 0o644))
	s.eventually(30*time.Second, "the change is taken in", func() bool { return strings.Contains(s.cli("status"), "taken in") })
	// Whose logins the accounts are becomes known meanwhile, and is taken in as well.
	s.eventually(30*time.Second, "the lane has it", func() bool {
		return s.number(`select count(*) from lanes l join configs c on c.creator_id = l.creator_id and c.hash = l.config
			where c.settings::text like '%the new office%'`) == 1
	})
	asked := s.say("keeper", "!discord", "moderator")
	require.Contains(t, s.answer(asked), "the new office")
	require.NotEqual(t, before, s.decided(asked)[0].Config)

	require.NoError(t, os.WriteFile(file, []byte(`{"triggers": [{"trigger_id": "x"`), 0o644))
	s.eventually(30*time.Second, "the mistake is reported", func() bool { return strings.Contains(s.cli("status"), "REFUSED") })
	require.Contains(t, s.cli("status"), "line 1, column")
	s.eventually(30*time.Second, "the dashboard shows it", func() bool {
		snapshot, err := os.ReadFile(filepath.Join(s.dir, "runtime", "exports", "runtime_snapshot.json"))
		return err == nil && strings.Contains(string(snapshot), "Not taken in") && strings.Contains(string(snapshot), `"triggers": true`)
	})
	require.Contains(t, s.answer(s.say("keeper", "!discord", "moderator")), "the new office", "nothing changes")

	require.NoError(t, os.WriteFile(file, []byte(changed), 0o644))
	s.eventually(30*time.Second, "the flag is cleared", func() bool {
		snapshot, err := os.ReadFile(filepath.Join(s.dir, "runtime", "exports", "runtime_snapshot.json"))
		return err == nil && !strings.Contains(string(snapshot), "Not taken in") && !strings.Contains(string(snapshot), `"triggers": true`)
	})
	requireContract(t, filepath.Join(s.dir, "runtime", "exports"))
}

func TestARecordingOfTheRuntimeReplaysToItsDecisions(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	s.awaitChat()
	s.answer(s.say("mason", "!bricks"))
	for _, who := range []string{"a", "b", "c"} {
		s.say(who, "hype!")
	}
	s.post("/twitch/raid", map[string]any{"user": "fleet", "viewers": 12}, nil)
	s.eventually(30*time.Second, "the raid is greeted", func() bool {
		return slices.ContainsFunc(s.messages(), func(m message) bool { return m.Text == "welcome, all 12 of you who sailed in with fleet!" })
	})
	s.answer(s.say("keeper", "!cmd add !kelp Seaweed", "moderator"))
	s.answer(s.say("mason", "!kelp"))

	recording := filepath.Join(t.TempDir(), "evening.jsonl")
	s.cli("chat", "export", "--creator", "Harbr1", "--output", recording)
	same := s.cli("chat", "replay", recording)
	require.Contains(t, same, "no difference")
	require.Contains(t, same, "raiders")

	changed := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.CopyFS(changed, os.DirFS(filepath.Join(s.dir, "shared", "config"))))
	file := filepath.Join(changed, "triggers.json")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), `"raid"`, `"follow"`, 1)), 0o644))
	different := s.cli("chat", "replay", "--config", changed, recording)
	require.Contains(t, different, "1 difference")
	require.Contains(t, different, "raiders")
	require.Contains(t, s.cli("triggers", "test", "--creator", "Harbr1", "--text", "how high is the tower", "--live"), "nobody has measured the tower yet")
}
