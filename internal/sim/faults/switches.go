package faults

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// None is the kind that clears a target.
const None = "none"

// Forever is the number of times of a fault that strikes until it is cleared.
const Forever = -1

// Target is something that can fail, and the ways in which it can.
type Target struct {
	Name  string   `json:"target"`
	Kinds []string `json:"kinds"`
}

// Fault is one switch that is on.
type Fault struct {
	Target string `json:"target"`
	Kind   string `json:"kind"`
	Times  int    `json:"times"` // how often it still strikes; Forever for no end
}

// UnknownError is a target or a kind that no simulator has.
type UnknownError struct {
	What    string // "target" or "kind"
	Found   string
	Allowed []string
}

// Error names what was found and what is allowed.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("unknown fault %s %q: allowed are %s", e.What, e.Found, strings.Join(e.Allowed, ", "))
}

// TimesError is a number of times that makes no sense.
type TimesError struct{ Found int }

// Error names what was found and what is allowed.
func (e *TimesError) Error() string {
	return fmt.Sprintf("fault times %d: allowed are 1 and more, 0 for once, and %d for no end", e.Found, Forever)
}

// Switches is the switchboard. It is safe for concurrent use.
type Switches struct {
	path    string
	targets map[string][]string

	mu     sync.Mutex
	active map[string]Fault
}

// Open reads the switches kept at path, for the given targets. Kept switches of
// targets or kinds that no longer exist are forgotten.
func Open(path string, targets ...Target) (*Switches, error) {
	s := &Switches{path: path, targets: map[string][]string{}, active: map[string]Fault{}}
	for _, target := range targets {
		s.targets[target.Name] = target.Kinds
	}
	var kept []Fault
	if _, err := keep.Load(path, &kept); err != nil {
		return nil, err
	}
	for _, fault := range kept {
		if slices.Contains(s.targets[fault.Target], fault.Kind) {
			s.active[fault.Target] = fault
		}
	}
	return s, nil
}

// Targets lists what can fail, by name.
func (s *Switches) Targets() []Target {
	list := make([]Target, 0, len(s.targets))
	for name, kinds := range s.targets {
		list = append(list, Target{Name: name, Kinds: kinds})
	}
	sort.Slice(list, func(i, k int) bool { return list[i].Name < list[k].Name })
	return list
}

// Active lists the switches that are on, by target.
func (s *Switches) Active() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list()
}

func (s *Switches) list() []Fault {
	list := make([]Fault, 0, len(s.active))
	for _, fault := range s.active {
		list = append(list, fault)
	}
	sort.Slice(list, func(i, k int) bool { return list[i].Target < list[k].Target })
	return list
}

// Set turns a target's switch to kind for so many times, replacing what it was
// set to. times 0 means once, Forever until cleared; kind None clears. It
// returns an *UnknownError for a target or kind that does not exist, a
// *TimesError for times below Forever.
func (s *Switches) Set(target, kind string, times int) error {
	kinds, ok := s.targets[target]
	if !ok {
		return &UnknownError{What: "target", Found: target, Allowed: s.names()}
	}
	if kind != None && !slices.Contains(kinds, kind) {
		return &UnknownError{What: "kind", Found: kind, Allowed: append(slices.Clone(kinds), None)}
	}
	if times < Forever {
		return &TimesError{Found: times}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before, had := s.active[target]
	if kind == None {
		delete(s.active, target)
	} else {
		if times == 0 {
			times = 1
		}
		s.active[target] = Fault{Target: target, Kind: kind, Times: times}
	}
	if err := keep.Save(s.path, s.list()); err != nil {
		s.restore(target, before, had)
		return err
	}
	return nil
}

func (s *Switches) restore(target string, before Fault, had bool) {
	if had {
		s.active[target] = before
		return
	}
	delete(s.active, target)
}

func (s *Switches) names() []string {
	names := make([]string, 0, len(s.targets))
	for _, target := range s.Targets() {
		names = append(names, target.Name)
	}
	return names
}

// Take asks whether target fails now, and uses one of its times up if so. With
// kinds named, only those count; others stay for whoever asks for them. Where
// the count cannot be written down nothing fails.
func (s *Switches) Take(target string, kinds ...string) (kind string, fails bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fault, ok := s.active[target]
	if !ok || len(kinds) > 0 && !slices.Contains(kinds, fault.Kind) {
		return "", false
	}
	if fault.Times == Forever {
		return fault.Kind, true
	}
	left := fault
	left.Times--
	if left.Times > 0 {
		s.active[target] = left
	} else {
		delete(s.active, target)
	}
	if err := keep.Save(s.path, s.list()); err != nil {
		s.active[target] = fault
		return "", false
	}
	return fault.Kind, true
}
