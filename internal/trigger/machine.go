package trigger

import "fmt"

// Machine is a creator's engine: a state, the settings in force and the rules
// that are made of them and of what chat laid over them. It is what a lane and
// a replay drive; nothing in it is safe for concurrent use.
//
// Rules are made when something has to be decided by them, and can be given up
// at any time: those of a creator whom nobody writes to are most of what the
// creator costs, and the same settings and overlays make the same rules again.
type Machine struct {
	settings Settings
	state    *State
	rules    *Rules // nil until they are needed
}

// NewMachine goes on from a state under settings. The machine owns the state from
// then on. The error is Check's.
func NewMachine(settings Settings, state *State) (*Machine, error) {
	if err := Check(settings); err != nil {
		return nil, err
	}
	return &Machine{settings: settings, state: state}, nil
}

// Step takes in one input: it decides, moves the state on and, when settings or
// overlays changed, gives up the rules, so that new ones hold from the next input
// on. The outcome has to be committed before anybody acts on it.
func (m *Machine) Step(in Input) Outcome {
	rules := m.rules
	if rules == nil && in.decides() {
		rules = m.Rules()
	}
	out := Evaluate(m.state, in, rules)
	m.state.Apply(out)
	if out.Effects == nil || out.Effects.Config == nil && len(out.Effects.Overlays) == 0 {
		return out
	}
	m.rules = nil
	if out.Effects.Config != nil {
		m.settings = *out.Effects.Config
	}
	return out
}

// decides reports whether rules say what becomes of an input.
func (in *Input) decides() bool {
	switch {
	case in.Message != nil:
		return !in.Message.History && !in.Message.Kind.Inert()
	default:
		return in.Live == nil && in.Over == nil && in.Config == nil
	}
}

// Rest gives up what Step makes again: the rules, and the memory of the evaluation.
func (m *Machine) Rest() { m.rules, m.state.scratch = nil, scratch{} }

// Rests reports whether there is nothing to give up.
func (m *Machine) Rests() bool { return m.rules == nil }

// State is the machine's state, for reading and for loading before the first
// Step.
func (m *Machine) State() *State { return m.state }

// Rules are the rules in force.
func (m *Machine) Rules() *Rules {
	if m.rules == nil {
		rules, err := Compile(m.settings, m.state.Overlays)
		if err != nil {
			// Check let no settings through that cannot be compiled.
			panic(fmt.Sprintf("trigger: settings in force cannot be compiled: %v", err))
		}
		m.rules = rules
	}
	return m.rules
}

// Settings are the settings in force, as they were given.
func (m *Machine) Settings() Settings { return m.settings }
