package definition

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Bounds that only Check knows.
const (
	maxIDBytes     = 128
	maxSeconds     = 366 * 24 * 3600 // of a cooldown or a window
	maxPoints      = 1_000_000_000
	maxList        = 200 // entries of a list
	maxWordBytes   = 200 // of a keyword
	maxDescription = 500 // bytes
	maxUsageBytes  = 400
	minClipSeconds = 5
	maxClipSeconds = 240
	maxCounterName = 48
)

// Check returns everything that is wrong with the definition, each as a
// *FieldError; nil means that it can be used. Whether its templates name known
// variables is for internal/template to say.
func (d Definition) Check() []error {
	var c checker
	c.identity(d)
	c.matching(d)
	c.guards(d)
	c.arguments("", d.MinArgs, d.Args, d.Usage)
	c.subcommands(d)
	c.doing("", d.Responses, d.Actions)
	oneOf(&c, "pick", d.Pick, Sequential, Random)
	oneOf(&c, "reply_mode", d.ReplyMode, AsReply, AsSay)
	return c.wrong
}

// checker collects what is wrong.
type checker struct{ wrong []error }

func (c *checker) add(field, found, remedy string) {
	c.wrong = append(c.wrong, &FieldError{field, found, remedy})
}

func (c *checker) identity(d Definition) {
	switch {
	case d.ID == "":
		c.add("trigger_id", "nothing", "give the trigger an id of its own")
	case len(d.ID) > maxIDBytes:
		c.add("trigger_id", fmt.Sprintf("%d bytes", len(d.ID)), fmt.Sprintf("use at most %d", maxIDBytes))
	case !utf8.ValidString(d.ID) || strings.ContainsFunc(d.ID, func(r rune) bool { return r == '/' || unicode.IsSpace(r) || unicode.IsControl(r) }):
		c.add("trigger_id", quote(d.ID), "use letters, digits and . _ : -")
	}
	if len(d.Description) > maxDescription {
		c.add("description", fmt.Sprintf("%d bytes", len(d.Description)), fmt.Sprintf("use at most %d", maxDescription))
	}
	oneOf(c, "type", d.Type, Command, Keyword, Regex, Event, Threshold)
	if d.Type == "" {
		c.add("type", "nothing", "write command, keyword, regex, event or threshold")
	}
}

func (c *checker) guards(d Definition) {
	c.size("platforms", len(d.Platforms))
	for i, p := range d.Platforms {
		if !slices.Contains(chat.Platforms[:], p) {
			c.add(fmt.Sprintf("platforms[%d]", i), quote(string(p)), "write twitch, youtube, rumble, kick or pilled")
		}
	}
	oneOf(c, "stream_state", d.StreamState, Any, Online, Offline)
	c.roles("roles", d.Roles)
	c.roles("cooldown_exempt_roles", d.CooldownExempt)
	c.size("categories", len(d.Categories))
	c.size("deny_users", len(d.DenyUsers))
	c.size("allow_users", len(d.AllowUsers))
	c.cooldown("cooldown_user_s", d.CooldownUser)
	c.cooldown("cooldown_global_s", d.CooldownGlobal)
	c.cooldown("cooldown_group_s", &d.GroupSeconds)
	if d.CooldownGroup == "" && d.GroupSeconds > 0 {
		c.add("cooldown_group", "nothing beside cooldown_group_s", "name the group")
	}
	if len(d.CooldownGroup) > MaxNameBytes {
		c.add("cooldown_group", fmt.Sprintf("%d bytes", len(d.CooldownGroup)), fmt.Sprintf("use at most %d", MaxNameBytes))
	}
	c.between("limit_per_stream_user", int64(d.PerStreamUser), 0, math.MaxInt32)
	c.between("limit_per_stream_global", int64(d.PerStream), 0, math.MaxInt32)
	c.between("cost", d.Cost, 0, maxPoints)
	c.between("min_amount", d.Minimum, 0, math.MaxInt64)
	c.between("priority", int64(d.Priority), -1_000_000, 1_000_000)
	oneOf(c, "on_cooldown", d.OnCooldown, Silent, Reply)
	oneOf(c, "on_denied", d.OnDenied, Silent, Reply)
	if h := d.Threshold; h != nil {
		c.between("threshold.users", int64(h.Users), 2, MaxHoldUsers)
		if !(h.Window > 0 && h.Window <= maxSeconds) {
			c.add("threshold.window_s", fmt.Sprint(h.Window), "write seconds, more than 0")
		}
	}
}

func (c *checker) roles(field string, names []string) {
	c.size(field, len(names))
	for i, name := range names {
		if _, err := chat.ParseRole(name); err != nil {
			c.add(fmt.Sprintf("%s[%d]", field, i), quote(name), "write everyone, follower, regular, subscriber, vip, moderator, editor or broadcaster")
		}
	}
}

func (c *checker) cooldown(field string, s *float64) {
	if s != nil && !(*s >= 0 && *s <= maxSeconds) {
		c.add(field, fmt.Sprint(*s), "write seconds, 0 or more")
	}
}

func (c *checker) between(field string, n, least, most int64) {
	if n < least || n > most {
		c.add(field, fmt.Sprint(n), fmt.Sprintf("write a whole number from %d to %d", least, most))
	}
}

func (c *checker) size(field string, entries int) {
	if entries > maxList {
		c.add(field, fmt.Sprintf("%d entries", entries), fmt.Sprintf("use at most %d", maxList))
	}
}

// oneOf checks a word that is chosen from a list; the empty one is the default.
func oneOf[T ~string](c *checker, field string, word T, allowed ...T) {
	if word == "" || slices.Contains(allowed, word) {
		return
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	last := len(names) - 1
	c.add(field, quote(string(word)), "write "+strings.Join(names[:last], ", ")+" or "+names[last])
}

// quote shows a value, shortened.
func quote(text string) string {
	const most = 60
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
