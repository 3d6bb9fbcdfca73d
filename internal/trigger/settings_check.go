package trigger

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

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
		{"coalescing window", c.Coalesce},
	} {
		if d.Duration < 0 {
			problems = append(problems, fmt.Errorf("clip: %s is negative", d.name))
		}
	}
	for platform, d := range c.LatencyOn {
		if d < 0 {
			problems = append(problems, fmt.Errorf("clip: latency offset on %s is negative", platform))
		}
	}
	if c.PerHour < 0 || c.PerMinute < 0 || c.MaxActive < 0 {
		problems = append(problems, errors.New("clip: a limit is negative"))
	}
	if c.MaxLength == 0 || c.MaxLength > LongestClip {
		c.MaxLength = LongestClip
	}
	c.MinLength = min(max(c.MinLength, time.Second), c.MaxLength)
	c.DefaultLength = min(max(c.DefaultLength, c.MinLength), c.MaxLength)
	return c, problems
}
