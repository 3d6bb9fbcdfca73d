package trigger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// command is a trigger that answers "hi".
func command(name string, change ...func(*definition.Definition)) definition.Definition {
	d := definition.Definition{ID: name, Type: definition.Command, Command: name, Responses: []string{"hi"}}
	for _, c := range change {
		c(&d)
	}
	return d
}

// of is a trigger of another type that answers "hi".
func of(kind definition.Type, change ...func(*definition.Definition)) definition.Definition {
	d := definition.Definition{ID: "t", Type: kind, Responses: []string{"hi"}}
	for _, c := range change {
		c(&d)
	}
	return d
}

func with(definitions ...definition.Definition) func(*Settings) {
	return func(s *Settings) { s.Triggers = append(s.Triggers, definitions...) }
}

// machine goes on from the state of a live stream; nothing is wrong with its
// triggers.
func machine(t testing.TB, definitions ...definition.Definition) *Machine {
	t.Helper()
	m := machineOf(t, live(), with(definitions...))
	require.Empty(t, m.Rules().Problems())
	return m
}

func machineOf(t testing.TB, s *State, change ...func(*Settings)) *Machine {
	t.Helper()
	m, err := NewMachine(settings(change...), s)
	require.NoError(t, err)
	return m
}

// steps takes inputs in and returns the last outcome's effects; never nil.
func (m *Machine) steps(inputs ...Input) *Effects {
	var out Outcome
	for _, in := range inputs {
		out = m.Step(in)
	}
	if out.Effects == nil {
		return &Effects{}
	}
	return out.Effects
}

// says returns what is said after the last of the inputs.
func (m *Machine) says(inputs ...Input) []string {
	var texts []string
	for _, said := range m.steps(inputs...).Messages {
		texts = append(texts, said.Text)
	}
	return texts
}

func from(p chat.Platform) func(*chat.Event) {
	return func(e *chat.Event) { e.Platform = p }
}

func happened(kind chat.Kind, amount int64, unit string) func(*chat.Event) {
	return func(e *chat.Event) { e.Kind, e.Amount, e.Unit = kind, amount, unit }
}

func ptr[T any](v T) *T { return &v }

// viewer is somebody without a role.
func viewer(id string) func(*chat.Event) { return by(id, 0) }

func goesLive(id string, at time.Time) Input {
	return Input{Live: &control.Stream{CreatorID: "aBc123", Platform: chat.Twitch, Channel: "mira", StreamID: id, StartedAt: at}, At: at}
}

func goesOff(id string, at time.Time) Input {
	return Input{Over: &control.Stream{CreatorID: "aBc123", Platform: chat.Twitch, Channel: "mira", StreamID: id}, At: at}
}

func duration(seconds int) time.Duration { return time.Duration(seconds) * time.Second }

func orderOf(id, text string) *control.TriggerOrder {
	return &control.TriggerOrder{RequestID: id, Text: text, By: "console"}
}
