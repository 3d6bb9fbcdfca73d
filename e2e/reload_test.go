package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// configure replaces a document of the configuration.
func (s *standalone) configure(name, text string) {
	s.t.Helper()
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, "shared", "config", name), []byte(text), 0o644))
}

// awaitsConfiguration waits until `status` says what became of changed files.
func (s *standalone) awaitsConfiguration(state, problem string) {
	s.t.Helper()
	s.eventually(time.Minute, "the configuration is "+state, func() bool {
		var status struct {
			Configurations []struct {
				State   string `json:"state"`
				Problem string `json:"problem"`
			} `json:"configurations"`
		}
		require.NoError(s.t, json.Unmarshal([]byte(s.cli("status", "--output", "json")), &status))
		return len(status.Configurations) == 1 && status.Configurations[0].State == state &&
			strings.Contains(status.Configurations[0].Problem, problem)
	})
}

// restartIntent is what the snapshot says about changes that are not in force.
type restartIntent struct {
	Required bool            `json:"required"`
	Pending  map[string]bool `json:"pending"`
	Notes    []string        `json:"notes"`
}

func (s *standalone) restartIntent() restartIntent {
	s.t.Helper()
	var snapshot struct {
		Intent restartIntent `json:"restart_intent"`
	}
	text, err := os.ReadFile(filepath.Join(s.dir, "runtime", "exports", "runtime_snapshot.json"))
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(text, &snapshot))
	return snapshot.Intent
}

// asksUntil says something, again and again by new viewers, until it is answered
// like that.
func (s *standalone) asksUntil(text, answer string) {
	s.t.Helper()
	var asked []string
	var last time.Time
	s.eventually(time.Minute, text+" is answered", func() bool {
		if time.Since(last) > 3*time.Second {
			asked, last = append(asked, s.say("lanternfish", text)), time.Now()
		}
		for _, id := range asked {
			for _, said := range s.answers(id) {
				if strings.Contains(said, answer) {
					return true
				}
			}
		}
		return false
	})
}

const foghorn = `{"triggers": [{"trigger_id": "foghorn", "type": "command", "creator_id": "Harbr1", "command": "!foghorn",
	"cooldown_global_s": 0, "responses": ["ANSWER for $(user)"]}]}`

func TestChangedTriggersAreTakenInWhileChatGoesOn(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	s.hears("early")

	s.configure("triggers.json", strings.ReplaceAll(foghorn, "ANSWER", "Hoooot"))
	s.awaitsConfiguration("taken", "")
	s.asksUntil("!foghorn", "Hoooot for lanternfish")

	s.configure("triggers.json", `{"triggers": [{]}`)
	s.awaitsConfiguration("refused", "shared/config/triggers.json: line 1")
	s.asksUntil("!foghorn", "Hoooot for lanternfish")
	s.eventually(time.Minute, "the snapshot says so", func() bool {
		intent := s.restartIntent()
		return intent.Required && intent.Pending["triggers"] && len(intent.Notes) == 1 && strings.Contains(intent.Notes[0], "shared/config/triggers.json")
	})

	s.configure("triggers.json", strings.ReplaceAll(foghorn, "ANSWER", "Tuuut"))
	s.awaitsConfiguration("taken", "")
	s.asksUntil("!foghorn", "Tuuut for lanternfish")
	s.eventually(time.Minute, "the snapshot's flags are cleared", func() bool {
		intent := s.restartIntent()
		return !intent.Required && len(intent.Notes) == 0
	})
}
