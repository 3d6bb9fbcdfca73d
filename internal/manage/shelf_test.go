package manage_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/manage"
	"github.com/streamsuites/streamsuites/internal/match"
)

// shelf is a catalog in memory that puts results into force as the engine does.
type shelf struct {
	builtIns []definition.Definition
	file     []definition.Definition
	overlays map[string]json.RawMessage // nil: removed
	counters map[string]int64
	uses     map[string]int64
	paused   bool
	most     int // triggers that may be switched on; 0: any number
	least    time.Duration
	refuses  error // what Check says
}

func (s *shelf) Prefix() string { return "!" }

func (s *shelf) List() []manage.Entry {
	var entries []manage.Entry
	layer := func(source manage.Source, list []definition.Definition) {
		for _, d := range list {
			patch, laid := s.overlays[d.ID]
			if laid && patch == nil {
				continue
			}
			e := manage.Entry{ID: d.ID, Source: source, Base: d.JSON(), Overlay: patch, Definition: d}
			if laid {
				e.Definition = merged(d.JSON(), patch)
			}
			entries = append(entries, e)
		}
	}
	layer(manage.BuiltIn, s.builtIns)
	layer(manage.File, s.file)
	var made []string
	for id := range s.overlays {
		if len(id) > 4 && id[:4] == "cmd:" {
			made = append(made, id)
		}
	}
	slices.Sort(made)
	for _, id := range made {
		entries = append(entries, manage.Entry{
			ID: id, Source: manage.Chat, Overlay: s.overlays[id], Definition: merged(nil, s.overlays[id]),
		})
	}
	return entries
}

func merged(base, patch json.RawMessage) definition.Definition {
	raw, err := definition.Merge(base, patch)
	if err != nil {
		panic(err)
	}
	d, err := definition.Parse(raw)
	if err != nil {
		panic(err)
	}
	return d
}

func (s *shelf) Removed() []manage.Entry {
	var gone []manage.Entry
	for _, d := range s.file {
		if patch, laid := s.overlays[d.ID]; laid && patch == nil {
			gone = append(gone, manage.Entry{ID: d.ID, Source: manage.File, Base: d.JSON(), Definition: d})
		}
	}
	return gone
}

func (s *shelf) ByName(name string) (manage.Entry, bool) {
	for _, e := range s.List() {
		for _, own := range append([]string{e.Definition.Command}, e.Definition.Aliases...) {
			if len(own) > 0 && own[0] == '!' {
				own = own[1:]
			}
			if own != "" && match.Name(own) == name {
				return e, true
			}
		}
	}
	return manage.Entry{}, false
}

func (s *shelf) Counter(name string) (int64, bool) { v, ok := s.counters[name]; return v, ok }
func (s *shelf) Uses(id string) int64              { return s.uses[id] }
func (s *shelf) Paused() bool                      { return s.paused }
func (s *shelf) MinCooldown() time.Duration        { return s.least }
func (s *shelf) Check(definition.Definition) error { return s.refuses }

func (s *shelf) Room() (left int, limited bool) {
	on := 0
	for _, e := range s.List() {
		if e.Source != manage.BuiltIn && (e.Definition.Enabled == nil || *e.Definition.Enabled) {
			on++
		}
	}
	return s.most - on, s.most > 0
}

// take puts a result into force.
func (s *shelf) take(r manage.Result) {
	for _, o := range r.Overlays {
		if o.Drop {
			delete(s.overlays, o.TriggerID)
		} else {
			s.overlays[o.TriggerID] = o.Patch
		}
	}
	for _, c := range r.Counters {
		s.counters[c.Name] = c.Value
	}
	for _, u := range r.Uses {
		s.uses[u.TriggerID] = u.Total
	}
	if r.Paused != nil {
		s.paused = *r.Paused
	}
}

// say gives an order as a moderator and returns the answer; a refusal is
// answered too.
func (s *shelf) say(t testing.TB, command, rest string) (string, manage.Result) {
	t.Helper()
	order, err := manage.Parse(command, rest)
	var result manage.Result
	if err == nil {
		result, err = manage.Apply(order, s, manage.Who{Manages: true, Room: 400})
	}
	if err != nil {
		var usage *manage.UsageError
		require.True(t, errors.As(err, &usage), "%T", err)
		return usage.Sentence, manage.Result{}
	}
	s.take(result)
	return result.Reply, result
}

func built(id string, more ...func(*definition.Definition)) definition.Definition {
	d := definition.Definition{ID: id, Type: definition.Command, Command: id}
	for _, change := range more {
		change(&d)
	}
	return d
}

func forManagers(d *definition.Definition) {
	d.Roles, d.Hidden = []string{"moderator", "editor", "broadcaster"}, true
}

// world is a creator with built-in commands and a file.
func world() *shelf {
	off := false
	return &shelf{
		builtIns: []definition.Definition{
			built("clip"), built("ping"), built("cmd", forManagers), built("commands"), built("counter"),
			built("pausecommands", forManagers),
		},
		file: []definition.Definition{
			built("discord", func(d *definition.Definition) {
				d.Command, d.Aliases, d.Responses = "!Discord", []string{"dc"}, []string{"https://discord.gg/example"}
			}),
			{ID: "hype", Type: definition.Keyword, Keywords: []string{"hype"}, Responses: []string{"HYPE"}},
			built("old", func(d *definition.Definition) { d.Responses, d.Enabled = []string{"old"}, &off }),
			built("dice", func(d *definition.Definition) { d.Responses = []string{"one", "two"} }),
			built("hug", func(d *definition.Definition) {
				d.Actions = []definition.Action{{Type: definition.DoCounter, Counter: "hugs", Add: 1}, {Type: definition.DoReply, Text: "hugs"}}
			}),
		},
		overlays: map[string]json.RawMessage{}, counters: map[string]int64{}, uses: map[string]int64{},
	}
}
