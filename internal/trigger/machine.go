package trigger

import "fmt"

// Machine is a creator's engine: a state, the settings in force and the rules
// that were made of them and of what chat laid over them. It is what a lane and
// a replay drive; nothing in it is safe for concurrent use.
type Machine struct {
	settings Settings
	state    *State
	rules    *Rules
}

// NewMachine goes on from a state under settings. The machine owns the state from
// then on. The error is Compile's.
func NewMachine(settings Settings, state *State) (*Machine, error) {
	rules, err := Compile(settings, state.Overlays)
	if err != nil {
		return nil, err
	}
	return &Machine{settings: settings, state: state, rules: rules}, nil
}

// Step takes in one input: it decides, moves the state on and, when settings or
// overlays changed, makes new rules, which hold from the next input on. The
// outcome has to be committed before anybody acts on it.
func (m *Machine) Step(in Input) Outcome {
	out := Evaluate(m.state, in, m.rules)
	m.state.Apply(out)
	if out.Effects == nil || out.Effects.Config == nil && len(out.Effects.Overlays) == 0 {
		return out
	}
	settings := m.settings
	if out.Effects.Config != nil {
		settings = *out.Effects.Config
	}
	rules, err := Compile(settings, m.state.Overlays)
	if err != nil {
		// Evaluate lets no settings through that cannot be compiled.
		panic(fmt.Sprintf("trigger: settings in force cannot be compiled: %v", err))
	}
	m.settings, m.rules = settings, rules
	return out
}

// State is the machine's state, for reading and for loading before the first
// Step.
func (m *Machine) State() *State { return m.state }

// Rules are the rules in force.
func (m *Machine) Rules() *Rules { return m.rules }

// Settings are the settings in force, as they were given.
func (m *Machine) Settings() Settings { return m.settings }
