package trigger

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

// Rules is a creator's compiled configuration. It never changes; a changed
// configuration is another Rules.
type Rules struct {
	settings Settings
	hash     string
	zone     *time.Location
	rules    []rule // in matching order
	index    index
	ignored  map[string]struct{}
	manager  *rule // built-in triggers that operators reach even when they are off
	clipper  *rule
	layers   []layered // what every trigger was laid together from, in list order
	problems []Problem
	infos    []Info
}

// Compile makes settings, with overlays by trigger id laid over them, ready for
// evaluation. It fails only for settings that cannot be used at all; the error
// joins everything that is wrong. A single trigger that cannot be used is switched
// off and listed in Problems.
func Compile(settings Settings, overlays map[string]Overlay) (*Rules, error) {
	hash := settings.Hash()
	settings, err := checkSettings(settings)
	if err != nil {
		return nil, fmt.Errorf("compile triggers of %q: %w", settings.CreatorID, err)
	}
	r := &Rules{settings: settings, hash: hash, ignored: map[string]struct{}{}}
	for _, login := range settings.IgnoredLogins {
		r.ignored[strings.ToLower(login)] = struct{}{}
	}
	r.setZone()
	list, problems := layers(&r.settings, overlays)
	r.layers, r.problems = list, append(r.problems, problems...)
	r.build()
	return r, nil
}

// Hash is the hash of the settings that the rules were compiled from, for
// decision records. Overlays are not in it: each of their changes has a place in
// the lane's sequence.
func (r *Rules) Hash() string { return r.hash }

// Settings returns what the rules were compiled from, with lengths brought into
// their bounds.
func (r *Rules) Settings() Settings { return r.settings }

// Problems lists what is wrong with single triggers.
func (r *Rules) Problems() []Problem { return r.problems }

// Triggers lists every trigger in matching order, without removed ones.
func (r *Rules) Triggers() []Info { return r.infos }

func (r *Rules) setZone() {
	r.zone = time.UTC
	if name := r.settings.TimeZone; name != "" {
		zone, err := time.LoadLocation(name)
		if err != nil {
			r.problems = append(r.problems, Problem{"", fmt.Sprintf("time zone %q is not known: times are told in UTC", name)})
			return
		}
		r.zone = zone
	}
}

// build compiles the layers into rules in matching order. List order decides who
// is left out; priority, who comes first.
func (r *Rules) build() {
	left := bounds{triggers: r.settings.MaxTriggers, limited: r.settings.MaxTriggers > 0, scans: r.settings.MaxScans}
	var removed []rule
	for i := range r.layers {
		l := &r.layers[i]
		compiled, problems := compileRule(l, &r.settings)
		if len(l.problems) > 0 {
			problems = slices.Clone(l.problems) // of which the others follow
		}
		compiled.unfit = len(problems) > 0
		if l.removed {
			compiled.enabled = false
			removed = append(removed, compiled)
			continue
		}
		if no := left.take(&compiled); no != "" {
			compiled.unfit = true
			problems = append(problems, no)
		}
		for _, text := range problems {
			r.problems = append(r.problems, Problem{l.id, text})
		}
		r.rules = append(r.rules, compiled)
	}
	slices.SortStableFunc(r.rules, func(a, b rule) int {
		return cmp.Compare(b.layer.def.Priority, a.layer.def.Priority)
	})
	r.problems = append(r.problems, r.shadowed()...)
	r.problems = append(r.problems, r.index.fill(r.rules, r.settings.Prefix)...)
	for i := range removed {
		r.point(&removed[i])
	}
	for i := range r.rules {
		one := &r.rules[i]
		r.point(one)
		r.infos = append(r.infos, Info{one.id, one.layer.def, one.layer.source, one.enabled && !one.unfit, one.look.scan})
	}
}

// point remembers the built-in triggers that operators reach even when chat does
// not.
func (r *Rules) point(one *rule) {
	switch one.id {
	case ClipID:
		r.clipper = one
	case CmdID:
		r.manager = one
	}
}

// shadowed reports commands that never run because another one with the same name
// comes first.
func (r *Rules) shadowed() []Problem {
	var problems []Problem
	first := map[string]*rule{}
	for i := range r.rules {
		one := &r.rules[i]
		for _, name := range one.look.names {
			other, taken := first[name]
			if !taken && one.works() && one.stop && len(one.platforms) == 0 {
				first[name] = one
			}
			if taken && one.works() {
				problems = append(problems, Problem{one.id, fmt.Sprintf("%s%s belongs to %q, which comes first", r.settings.Prefix, name, other.id)})
			}
		}
	}
	return problems
}

// bounds is how many triggers of a kind there may still be.
type bounds struct {
	triggers int
	limited  bool
	scans    int
}

// take counts a trigger in; it says why there is no room for it.
func (b *bounds) take(r *rule) (no string) {
	if !r.enabled || r.unfit {
		return ""
	}
	counted := b.limited && r.layer.source != BuiltIn
	switch {
	case counted && b.triggers == 0:
		return "as many triggers are switched on as may be: left out"
	case r.look.scan && b.scans <= 0:
		return "a pattern without a text of three characters that every match holds has to look at every message, and there are as many of them as may be: left out"
	}
	if counted {
		b.triggers--
	}
	if r.look.scan {
		b.scans--
	}
	return ""
}

// checkSettings brings settings into their bounds and says what cannot be used.
func checkSettings(s Settings) (Settings, error) {
	var problems []error
	if s.CreatorID == "" {
		problems = append(problems, errors.New("creator id is empty"))
	}
	if s.Prefix == "" || strings.ContainsFunc(s.Prefix, unicode.IsSpace) {
		problems = append(problems, fmt.Errorf("prefix %q: has to be one or more characters without spaces", s.Prefix))
	}
	clip, clipProblems := normaliseClip(s.Clip)
	s.Clip = clip
	problems = append(problems, clipProblems...)
	taken := map[string]string{}
	problems = append(problems, checkBuiltIn(ClipID, s.Clip.Aliases, s.Clip.Guards, taken)...)
	problems = append(problems, checkBuiltIn(PingID, s.Ping.Aliases, s.Ping.Guards, taken)...)
	return s, errors.Join(problems...)
}

// checkBuiltIn checks what settings say about a built-in trigger.
func checkBuiltIn(id string, aliases []string, g Guards, taken map[string]string) []error {
	var problems []error
	for _, written := range append([]string{id}, aliases...) {
		name := match.Name(strings.TrimSpace(written))
		other, known := taken[name]
		switch {
		case name == "" || len(name) > definition.MaxNameBytes || strings.ContainsFunc(name, unicode.IsSpace):
			problems = append(problems, fmt.Errorf("command name %q: has to be 1 to %d bytes without spaces", name, definition.MaxNameBytes))
		case known:
			problems = append(problems, fmt.Errorf("command name %q belongs to %q and to %q", name, other, id))
		default:
			taken[name] = id
		}
	}
	if g.UserCooldown < 0 || g.GlobalCooldown < 0 {
		problems = append(problems, fmt.Errorf("%s: a cooldown is negative", id))
	}
	for _, a := range []Answer{g.OnCooldown, g.OnDenied} {
		if a != Silent && a != Reply && a != "" {
			problems = append(problems, fmt.Errorf("%s: answer %q: allowed are silent and reply", id, a))
		}
	}
	return problems
}

// normaliseClip brings the lengths into min ≤ default ≤ max ≤ LongestClip.
func normaliseClip(c ClipSettings) (ClipSettings, []error) {
	var problems []error
	for _, d := range []struct {
		name string
		time.Duration
	}{
		{"default length", c.DefaultLength}, {"min length", c.MinLength}, {"max length", c.MaxLength},
		{"post-roll", c.PostRoll}, {"latency offset", c.LatencyOffset}, {"buffer", c.Buffer},
	} {
		if d.Duration < 0 {
			problems = append(problems, fmt.Errorf("clip: %s is negative", d.name))
		}
	}
	if c.PerHour < 0 || c.MaxActive < 0 {
		problems = append(problems, errors.New("clip: a limit is negative"))
	}
	if c.MaxLength == 0 || c.MaxLength > LongestClip {
		c.MaxLength = LongestClip
	}
	c.MinLength = min(max(c.MinLength, time.Second), c.MaxLength)
	c.DefaultLength = min(max(c.DefaultLength, c.MinLength), c.MaxLength)
	return c, problems
}

// parseRoles reads names of roles; open says that everyone is among them.
func parseRoles(names []string) (set chat.Roles, open bool) {
	for _, name := range names {
		role, err := chat.ParseRole(name)
		if err != nil {
			continue // Check has reported it, and the trigger is off
		}
		set |= role
		open = open || role == chat.Everyone
	}
	return set, open
}
