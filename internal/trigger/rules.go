package trigger

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Ids of the built-in triggers, as decisions and cooldowns name them.
const (
	ClipID = "clip"
	PingID = "ping"
)

// maxName bounds a command's name in bytes, so that a message is matched
// without allocating.
const maxName = 48

// StreamState says when a trigger can fire.
type StreamState uint8

// The stream states a trigger can ask for.
const (
	AnyTime StreamState = iota
	Online
)

// action is what a trigger does once its guards let it pass.
type action uint8

const (
	actPing action = iota
	actClip
)

// rule is one compiled trigger.
type rule struct {
	id      string
	names   []string // lower case, without prefix; the first is shown to people
	guards  Guards
	stream  StreamState
	perHour int
	active  int
	action  action
}

// Rules is a creator's compiled configuration. It never changes; a changed
// configuration is another Rules.
type Rules struct {
	settings Settings
	hash     string
	prefix   string
	rules    []rule         // in priority order
	commands map[string]int // name → index into rules
	ignored  map[string]struct{}
	problems []Problem
	infos    []Info
}

// Compile makes settings, with overlays by trigger id laid over them, ready for
// evaluation. It fails only for settings that cannot be used at all; the error
// joins everything that is wrong. A single trigger that cannot be used is switched
// off and listed in Problems.
func Compile(settings Settings, overlays map[string]Overlay) (*Rules, error) {
	var problems []error
	if settings.CreatorID == "" {
		problems = append(problems, errors.New("creator id is empty"))
	}
	if settings.Prefix == "" || strings.ContainsFunc(settings.Prefix, unicode.IsSpace) {
		problems = append(problems, fmt.Errorf("prefix %q: has to be one or more characters without spaces", settings.Prefix))
	}
	hash := settings.Hash()
	clip, clipProblems := normaliseClip(settings.Clip)
	settings.Clip = clip
	problems = append(problems, clipProblems...)

	r := &Rules{
		settings: settings,
		prefix:   settings.Prefix,
		commands: map[string]int{},
		ignored:  map[string]struct{}{},
	}
	r.rules = []rule{{
		id: ClipID, names: append([]string{"clip"}, clip.Aliases...), guards: clip.Guards, stream: Online,
		perHour: clip.PerHour, active: clip.MaxActive, action: actClip,
	}, {
		id: PingID, names: append([]string{"ping"}, settings.Ping.Aliases...), guards: settings.Ping.Guards,
		action: actPing,
	}}
	problems = append(problems, r.index()...)
	for _, login := range settings.IgnoredLogins {
		r.ignored[strings.ToLower(login)] = struct{}{}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("compile triggers of %q: %w", settings.CreatorID, err)
	}
	r.hash = hash
	return r, nil
}

// Hash is the hash of the settings that the rules were compiled from, for
// decision records. Overlays are not in it: each of their changes has a place in
// the lane's sequence.
func (r *Rules) Hash() string { return r.hash }

// Problems lists what is wrong with single triggers, in matching order.
func (r *Rules) Problems() []Problem { return r.problems }

// Triggers lists every trigger in matching order.
func (r *Rules) Triggers() []Info { return r.infos }

// Settings returns what the rules were compiled from, with lengths brought into
// their bounds.
func (r *Rules) Settings() Settings { return r.settings }

// index fills the table of commands and reports names that cannot be used.
func (r *Rules) index() []error {
	var problems []error
	for i := range r.rules {
		rule := &r.rules[i]
		for n, name := range rule.names {
			name = strings.ToLower(strings.TrimSpace(name))
			rule.names[n] = name
			other, taken := r.commands[name]
			switch {
			case name == "" || len(name) > maxName || strings.ContainsFunc(name, unicode.IsSpace):
				problems = append(problems, fmt.Errorf("command name %q: has to be 1 to %d bytes without spaces", name, maxName))
			case taken:
				problems = append(problems, fmt.Errorf("command name %q belongs to %q and to %q", name, r.rules[other].id, rule.id))
			default:
				r.commands[name] = i
			}
		}
		problems = append(problems, checkGuards(rule)...)
	}
	return problems
}

func checkGuards(r *rule) []error {
	var problems []error
	if r.guards.UserCooldown < 0 || r.guards.GlobalCooldown < 0 {
		problems = append(problems, fmt.Errorf("%s: a cooldown is negative", r.id))
	}
	for _, a := range []Answer{r.guards.OnCooldown, r.guards.OnDenied} {
		if a != Silent && a != Reply && a != "" {
			problems = append(problems, fmt.Errorf("%s: answer %q: allowed are silent and reply", r.id, a))
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

// allows reports whether the rule listens on a platform at all.
func (r *rule) allows(p chat.Platform) bool {
	if len(r.guards.Platforms) == 0 {
		return true
	}
	for _, allowed := range r.guards.Platforms {
		if allowed == p {
			return true
		}
	}
	return false
}
