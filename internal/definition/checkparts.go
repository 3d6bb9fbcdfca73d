package definition

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// arguments checks what a command or subcommand asks its caller for.
func (c *checker) arguments(at string, least int, args []Arg, usage string) {
	c.between(at+"min_args", int64(least), 0, maxList)
	c.size(at+"args", len(args))
	if len(usage) > maxUsageBytes {
		c.add(at+"usage", fmt.Sprintf("%d bytes", len(usage)), fmt.Sprintf("use at most %d", maxUsageBytes))
	}
	seen := map[string]bool{}
	optional := false
	for i, arg := range args {
		field := fmt.Sprintf("%sargs[%d]", at, i)
		switch {
		case strings.TrimSpace(arg.Name) == "":
			c.add(field+".name", "nothing", "name the argument")
		case seen[strings.ToLower(arg.Name)]:
			c.add(field+".name", quote(arg.Name)+" twice", "name each argument once")
		}
		seen[strings.ToLower(arg.Name)] = true
		oneOf(c, field+".type", arg.Type, Text, Number, User)
		if optional && !arg.Optional {
			c.add(field, "an argument that is needed behind an optional one", "put optional arguments last")
		}
		optional = optional || arg.Optional
	}
}

func (c *checker) subcommands(d Definition) {
	c.size("subcommands", len(d.Subcommands))
	if len(d.Subcommands) > 0 && d.Type != Command {
		c.add("subcommands", "subcommands of something that is no command", "write type command")
	}
	taken := map[string]bool{}
	take := func(field, name string) {
		c.name(field, name)
		key := strings.ToLower(strings.TrimSpace(name))
		if key != "" && taken[key] {
			c.add(field, quote(name)+" twice", "name each subcommand once")
		}
		taken[key] = true
	}
	for i, s := range d.Subcommands {
		at := fmt.Sprintf("subcommands[%d].", i)
		take(at+"name", s.Name)
		if strings.Contains(s.Name, "/") {
			c.add(at+"name", quote(s.Name), "write a name without /")
		}
		for j, alias := range s.Aliases {
			take(fmt.Sprintf("%saliases[%d]", at, j), alias)
		}
		c.roles(at+"roles", s.Roles)
		c.cooldown(at+"cooldown_user_s", s.CooldownUser)
		c.cooldown(at+"cooldown_global_s", s.CooldownGlobal)
		if s.Cost != nil {
			c.between(at+"cost", *s.Cost, 0, maxPoints)
		}
		c.arguments(at, s.MinArgs, s.Args, s.Usage)
		c.doing(at, s.Responses, s.Actions)
	}
	if d.Fallback != "" && !taken[strings.ToLower(d.Fallback)] {
		c.add("fallback", quote(d.Fallback), "name one of the subcommands")
	}
}

// doing checks what happens when the trigger fires.
func (c *checker) doing(at string, responses []string, actions []Action) {
	c.size(at+"responses", len(responses))
	for i, text := range responses {
		c.template(fmt.Sprintf("%sresponses[%d]", at, i), text)
	}
	c.size(at+"actions", len(actions))
	for i, a := range actions {
		field := fmt.Sprintf("%sactions[%d]", at, i)
		switch a.Type {
		case DoReply:
			c.template(field+".text", a.Text)
			oneOf(c, field+".mode", a.Mode, AsReply, AsSay)
		case DoClip:
			if a.Seconds != 0 {
				c.between(field+".seconds", int64(a.Seconds), minClipSeconds, maxClipSeconds)
			}
			if a.Title != "" {
				c.template(field+".title", a.Title)
			}
		case DoCounter:
			c.counter(field+".counter", a.Counter)
		case "":
			c.add(field+".type", "nothing", "write reply, clip or counter")
		default:
			c.add(field+".type", quote(string(a.Type)), "write reply, clip or counter")
		}
	}
}

func (c *checker) template(field, text string) {
	switch {
	case strings.TrimSpace(text) == "":
		c.add(field, quoteOrNothing(text), "write what to say")
	case len(text) > MaxTemplate:
		c.add(field, fmt.Sprintf("%d bytes", len(text)), fmt.Sprintf("use at most %d", MaxTemplate))
	case !utf8.ValidString(text):
		c.add(field, "bytes that are not UTF-8", "write text in UTF-8")
	}
}

func (c *checker) counter(field, name string) {
	switch {
	case name == "":
		c.add(field, "nothing", "name the counter")
	case len(name) > maxCounterName:
		c.add(field, fmt.Sprintf("%d bytes", len(name)), fmt.Sprintf("use at most %d", maxCounterName))
	case strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("$(){}/", r)
	}):
		c.add(field, quote(name), "write one word of letters, digits and . _ -")
	}
}
