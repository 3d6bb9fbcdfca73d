package trigger

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Rules is a creator's compiled configuration. It never changes; a changed
// configuration is another Rules.
type Rules struct {
	settings Settings
	hash     string
	zone     *time.Location
	rules    []rule // in matching order
	index    index
	ignored  map[ignored]struct{}
	manager  *rule // built-in triggers that operators reach even when they are off
	clipper  *rule
	layers   []layered // what every trigger was laid together from, in list order
	problems []Problem
}

// Check tells whether settings can be used at all; the error joins everything that
// is wrong. Compile fails for the same settings and for no others.
func Check(settings Settings) error {
	_, err := usable(settings)
	return err
}

// usable brings settings into their bounds.
func usable(settings Settings) (Settings, error) {
	checked, err := checkSettings(settings)
	if err != nil {
		return settings, fmt.Errorf("compile triggers of %q: %w", settings.CreatorID, err)
	}
	return checked, nil
}

// Compile makes settings, with overlays by trigger id laid over them, ready for
// evaluation. The error is Check's. A single trigger that cannot be used is switched
// off and listed in Problems.
func Compile(settings Settings, overlays map[string]Overlay) (*Rules, error) {
	hash := settings.Hash()
	settings, err := usable(settings)
	if err != nil {
		return nil, err
	}
	r := &Rules{settings: settings, hash: hash, ignored: map[ignored]struct{}{}}
	r.ignore(settings.IgnoredLogins)
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

// Triggers lists every trigger in matching order, without removed ones. The list is
// made anew each time: people and documents ask for it now and then, and a host holds
// the rules of thousands of creators.
func (r *Rules) Triggers() []Info {
	list := make([]Info, len(r.rules))
	for i := range r.rules {
		one := &r.rules[i]
		list[i] = Info{one.id, one.layer.def, one.layer.source, one.enabled && !one.unfit, one.look.scan, one.plain.globalCooldown}
	}
	return list
}

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
	left := bounds{triggers: max(r.settings.MaxTriggers, 0), limited: r.settings.MaxTriggers != 0, scans: r.settings.MaxScans}
	var removed []rule
	r.rules = make([]rule, 0, len(r.layers))
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
		r.point(&r.rules[i])
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
