package trigger_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/template"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

const guide = "../../docs/triggers.md"

// talk is an example of the guide: triggers, and what is said where they are in
// force.
type talk struct {
	heading  string
	line     int // of the talk, for failures
	triggers string
	lines    []string
}

// talks finds the examples: each ```chat block with the ```json block before it in
// the same section, if there is one.
func talks(t *testing.T, text string) []talk {
	var found []talk
	var heading, triggers, fence string
	var block []string
	for n, line := range strings.Split(text, "\n") {
		switch {
		case fence == "" && strings.HasPrefix(line, "```"):
			fence, block = strings.TrimPrefix(line, "```"), nil
			if fence == "" {
				fence = "text"
			}
		case fence != "" && line == "```":
			switch fence {
			case "json":
				triggers = strings.Join(block, "\n")
			case "chat":
				found = append(found, talk{heading, n + 1 - len(block), triggers, block})
			}
			fence = ""
		case fence != "":
			block = append(block, line)
		case strings.HasPrefix(line, "#"):
			heading, triggers = strings.TrimLeft(line, "# "), ""
		}
	}
	require.Empty(t, fence, "a block is not closed")
	return found
}

func TestEveryExampleOfTheGuideIsTrue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	require.NoError(t, err)
	found := talks(t, string(text))
	require.Greater(t, len(found), 20)
	for i, example := range found {
		t.Run(fmt.Sprintf("%02d %s", i+1, example.heading), func(t *testing.T) {
			t.Parallel()
			play(t, example)
		})
	}
}

// stage is where an example is played.
type stage struct {
	t        *testing.T
	settings trigger.Settings
	machine  *trigger.Machine // nil until somebody speaks
	now      time.Time
	said     int
	effects  trigger.Effects // of the last line, of which what was told is taken away
	at       string          // the line, for failures
}

var (
	spoken  = regexp.MustCompile(`^([A-Za-z]+)(?: \[([^\]]+)\])?: ?(.*)$`)
	aside   = regexp.MustCompile(`^\((.+)\)$`)
	later   = regexp.MustCompile(`^(\d+) (s|min|h) later$`)
	goes    = regexp.MustCompile(`^the stream begins(?:: ([^,]+)(?:, (.+))?)?$`)
	points  = regexp.MustCompile(`^everybody starts with (\d+) points$`)
	clipped = regexp.MustCompile(`^a clip of (\d+) s is made(?:: (.+))?$`)
	refused = regexp.MustCompile(`^refused: ([a-z_]+)$`)
	marker  = regexp.MustCompile(`\[[a-z0-9]{6}\]`)
)

func play(t *testing.T, example talk) {
	s := &stage{
		t: t, now: time.Date(2001, 2, 3, 20, 0, 0, 0, time.UTC),
		settings: trigger.DefaultSettings("Ab3dE9", "Harbor Lights"),
	}
	s.settings.Triggers = definitions(t, example.triggers)
	for n, line := range example.lines {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		s.at = fmt.Sprintf("docs/triggers.md:%d: %s", example.line+n, line)
		s.play(line)
	}
	s.finish()
	require.NotNil(t, s.machine, "nobody says anything")
	require.Empty(t, s.machine.Rules().Problems())
}

// definitions reads one trigger or a list of them.
func definitions(t *testing.T, text string) []definition.Definition {
	if text == "" {
		return nil
	}
	var list []json.RawMessage
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		list = []json.RawMessage{json.RawMessage(text)}
	} else {
		require.NoError(t, json.Unmarshal([]byte(text), &list))
	}
	found := make([]definition.Definition, len(list))
	for i, raw := range list {
		require.Empty(t, definition.Strays(raw), "%s", raw)
		d, err := definition.Parse(raw)
		require.NoError(t, err)
		require.Equal(t, "Ab3dE9", d.CreatorID, "%s", raw)
		if !definition.IsBuiltIn(d.ID) {
			require.Empty(t, d.Check(), "%s", raw)
		}
		found[i] = d
	}
	return found
}

func (s *stage) play(line string) {
	if m := aside.FindStringSubmatch(line); m != nil {
		s.aside(m[1])
		return
	}
	m := spoken.FindStringSubmatch(line)
	require.NotNil(s.t, m, s.at)
	if m[1] == "bot" {
		s.hears(m[2] == "to all", m[3])
		return
	}
	s.finish()
	s.say(m[1], m[2], m[3])
}

// say has somebody write a message; brackets hold roles, a platform, or an event as
// "raid 40".
func (s *stage) say(name, brackets, text string) {
	s.said++
	s.now = s.now.Add(time.Second)
	e := chat.Event{
		Platform: chat.Twitch, MessageID: "example-" + strconv.Itoa(s.said), CreatorID: "Ab3dE9", Channel: "harborlights", Text: text,
		Author: chat.Author{ID: "id-" + strings.ToLower(name), Login: strings.ToLower(name), Name: name}, SentAt: s.now, ReceivedAt: s.now,
	}
	for part := range strings.SplitSeq(brackets, ", ") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		if role, err := chat.ParseRole(words[0]); err == nil {
			e.Author.Roles |= role
		} else if isKind(words[0]) {
			e.Kind = chat.Kind(words[0])
			if len(words) > 1 {
				e.Amount, err = strconv.ParseInt(words[1], 10, 64)
				require.NoError(s.t, err, s.at)
			}
			if len(words) > 2 {
				e.Unit = words[2]
			}
		} else {
			e.Platform = chat.Platform(words[0])
		}
	}
	s.step(trigger.Input{Message: &e})
}

func isKind(word string) bool {
	for _, kind := range chat.Kinds {
		if string(kind) == word {
			return true
		}
	}
	return false
}

func (s *stage) step(in trigger.Input) {
	if s.machine == nil {
		machine, err := trigger.NewMachine(s.settings, trigger.NewState())
		require.NoError(s.t, err, s.at)
		s.machine = machine
	}
	s.effects = trigger.Effects{}
	if out := s.machine.Step(in); out.Effects != nil {
		s.effects = *out.Effects
	}
}

// hears takes the next thing that the bot says.
func (s *stage) hears(toAll bool, text string) {
	require.NotEmpty(s.t, s.effects.Messages, "%s\nthe bot says nothing; decisions: %+v", s.at, s.effects.Decisions)
	m := s.effects.Messages[0]
	s.effects.Messages = s.effects.Messages[1:]
	require.Equal(s.t, text, marker.ReplaceAllString(m.Text, "[clip id]"), s.at)
	require.Equal(s.t, toAll, m.ReplyTo == "", "%s\nreply to %q", s.at, m.ReplyTo)
}

// finish checks that nothing was done that the example does not tell.
func (s *stage) finish() {
	require.Empty(s.t, s.effects.Messages, "%s\nbefore it the bot says more", s.at)
	require.Empty(s.t, s.effects.Clips, "%s\nbefore it a clip is made", s.at)
	require.Empty(s.t, s.effects.Deletions, "%s\nbefore it a message is deleted", s.at)
}

// aside is something that happens, or that is the case.
func (s *stage) aside(what string) {
	if m := refused.FindStringSubmatch(what); m != nil {
		require.NotEmpty(s.t, s.effects.Decisions, s.at)
		d := s.effects.Decisions[len(s.effects.Decisions)-1]
		require.False(s.t, d.Fired, "%s\n%s fired", s.at, d.TriggerID)
		require.Equal(s.t, m[1], string(d.Step), "%s\n%+v", s.at, d)
		return
	}
	if m := clipped.FindStringSubmatch(what); m != nil {
		require.NotEmpty(s.t, s.effects.Clips, s.at)
		c := s.effects.Clips[0]
		s.effects.Clips = s.effects.Clips[1:]
		require.Equal(s.t, m[1]+"s", fmt.Sprintf("%.0fs", c.End.Sub(c.Start).Seconds()), s.at)
		if m[2] != "" {
			require.Equal(s.t, m[2], c.SourceTitle, s.at)
		}
		return
	}
	switch what {
	case "nothing happens":
		require.Empty(s.t, s.effects.Decisions, s.at)
		return
	case "the message is deleted":
		require.NotEmpty(s.t, s.effects.Deletions, s.at)
		s.effects.Deletions = s.effects.Deletions[1:]
		return
	}
	s.finish()
	s.happens(what)
}

func (s *stage) happens(what string) {
	switch {
	case later.MatchString(what):
		m := later.FindStringSubmatch(what)
		n, err := time.ParseDuration(m[1] + strings.TrimSuffix(m[2], "in"))
		require.NoError(s.t, err, s.at)
		s.now = s.now.Add(n)
	case goes.MatchString(what):
		m := goes.FindStringSubmatch(what)
		s.step(trigger.Input{At: s.now, Live: &control.Stream{
			CreatorID: "Ab3dE9", Platform: chat.Twitch, Channel: "harborlights", StreamID: "stream-" + strconv.Itoa(s.said),
			Title: m[1], Category: m[2], StartedAt: s.now, Viewers: 12,
		}})
	case what == "the stream ends":
		live := s.machine.State().Streams[0]
		s.step(trigger.Input{At: s.now, Over: &live})
	case points.MatchString(what):
		require.Nil(s.t, s.machine, s.at)
		n, err := strconv.ParseInt(points.FindStringSubmatch(what)[1], 10, 64)
		require.NoError(s.t, err, s.at)
		s.settings.StartPoints = n
	default:
		require.Fail(s.t, "nobody knows what happens", s.at)
	}
}

func TestTheGuideHasEveryField(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	require.NoError(t, err)
	for _, of := range []any{
		definition.Definition{}, definition.Subcommand{}, definition.Arg{}, definition.Hold{}, definition.Action{},
	} {
		kind := reflect.TypeOf(of)
		for i := range kind.NumField() {
			name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
			require.Regexp(t, "(?m)^\\| .*`"+regexp.QuoteMeta(name)+"`", string(text), "a field of %s", kind.Name())
		}
	}
}

func TestTheGuideHasEveryStepInItsOrder(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	require.NoError(t, err)
	_, steps, _ := strings.Cut(string(text), "## In which order")
	steps, _, _ = strings.Cut(steps, "\n## ")
	var got []trigger.Step
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(steps, -1) {
		got = append(got, trigger.Step(m[1]))
	}
	require.Equal(t, []trigger.Step{
		trigger.StepEnabled, trigger.StepStream, trigger.StepCategory, trigger.StepRole, trigger.StepArgs, trigger.StepLate,
		trigger.StepCooldownGroup, trigger.StepCooldownGlobal, trigger.StepCooldownUser, trigger.StepStreamLimit, trigger.StepUserLimit,
		trigger.StepThreshold, trigger.StepCost, trigger.StepRate, trigger.StepActive,
	}, got)
}

func TestTheGuideHasVariablesThatThereAre(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	require.NoError(t, err)
	_, variables, _ := strings.Cut(string(text), "## What a response can hold")
	variables, _, _ = strings.Cut(variables, "\n## ")
	rows := regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(variables, -1)
	require.Greater(t, len(rows), 15)
	for _, row := range rows {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			require.Empty(t, template.Parse(m[1]).Unknown(), m[1])
			require.NotEmpty(t, template.Parse(m[1]).Names(), m[1])
		}
	}
}
