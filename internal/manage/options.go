package manage

import (
	"math"
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

// optionNames is what there is, for answers.
const optionNames = "-cd, -usercd, -cost, -level, -type, -count, -platforms, -stream, -enable and -hidden"

// Bounds of what options take.
const (
	MaxCooldown = 7 * 24 * 60 * 60 // seconds
	MaxCost     = 1_000_000_000
)

// setters read one option's value. Several spellings mean the same: those of
// StreamElements (-usercd 5), of Nightbot (-ul=moderator), and the fields'.
var setters = map[string]func(*Options, string) error{
	"cd": setCooldown, "cooldown": setCooldown, "globalcd": setCooldown,
	"usercd": setUserCooldown, "usercooldown": setUserCooldown,
	"cost":  setCost,
	"level": setLevel, "ul": setLevel, "userlevel": setLevel,
	"roles": setRoles, "role": setRoles,
	"type": setMode, "count": setUses,
	"platforms": setPlatforms, "platform": setPlatforms,
	"stream": setStream,
	"enable": setEnabled, "enabled": setEnabled, "disable": setDisabled,
	"hidden": setHidden, "hide": setHidden,
	"a": setAliasOf, "alias": setAliasOf,
}

// switches are the options that need no value: alone they mean "on".
var switches = map[string]bool{
	"enable": true, "enabled": true, "disable": true, "hidden": true, "hide": true,
}

// take reads options from the beginning of text and returns what is left; ended
// reports that `--` ended them.
func (o *Options) take(text string) (rest string, ended bool, err error) {
	for {
		word, rest := match.FirstWord(text)
		if word == "--" {
			return rest, true, nil
		}
		name, value, assigned, known := option(word)
		if !known {
			return text, false, nil
		}
		if assigned {
			value, rest = unquote(value, text[len(word)-len(value):])
		} else {
			value, rest = nextValue(name, rest)
		}
		if value == "" {
			return "", false, refuse("-%s needs a value", name)
		}
		if err := setters[name](o, value); err != nil {
			return "", false, err
		}
		text = rest
	}
}

// option splits "-name" and "-name=value"; known reports whether there is such
// an option.
func option(word string) (name, value string, assigned, known bool) {
	name, dashed := strings.CutPrefix(word, "-")
	if !dashed {
		return "", "", false, false
	}
	name, value, assigned = strings.Cut(strings.TrimPrefix(name, "-"), "=")
	name = strings.ToLower(name)
	_, known = setters[name]
	return name, value, assigned, known
}

// nextValue takes the value behind an option that was written without "=".
func nextValue(name, rest string) (value, left string) {
	value, left = match.FirstWord(rest)
	if switches[name] {
		if _, err := parseSwitch(value); err != nil {
			return "on", rest
		}
		return value, left
	}
	return unquote(value, rest)
}

// unquote returns the value at the beginning of text, whose first word is given:
// with quotation marks it may hold blanks.
func unquote(word, text string) (value, rest string) {
	if !strings.HasPrefix(word, `"`) {
		return match.FirstWord(text)
	}
	value, rest, closed := strings.Cut(text[1:], `"`)
	if !closed {
		return match.FirstWord(text)
	}
	return strings.TrimFunc(value, match.Blank), strings.TrimLeftFunc(rest, match.Blank)
}

// given reports whether any option was.
func (o *Options) given() bool {
	return o.Cooldown != nil || o.UserCooldown != nil || o.Cost != nil || o.Roles != nil || o.Mode != "" ||
		o.Uses != nil || o.Platforms != nil || o.Enabled != nil || o.Hidden != nil || o.Stream != "" || o.AliasOf != ""
}

func setCooldown(o *Options, value string) (err error) {
	o.Cooldown, err = seconds("-cd", value)
	return err
}

func setUserCooldown(o *Options, value string) (err error) {
	o.UserCooldown, err = seconds("-usercd", value)
	return err
}

// seconds reads "10", "10s" and "0.5".
func seconds(name, value string) (*float64, error) {
	n, err := strconv.ParseFloat(strings.TrimSuffix(strings.ToLower(value), "s"), 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > MaxCooldown {
		return nil, refuse("%s takes seconds from 0 to %d, not %s", name, MaxCooldown, shown(value))
	}
	return &n, nil
}

func setCost(o *Options, value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 || n > MaxCost {
		return refuse("-cost takes points from 0 to %d, not %s", MaxCost, shown(value))
	}
	o.Cost = &n
	return nil
}

func setUses(o *Options, value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 || n > MaxCounter {
		return refuse("-count takes a whole number from 0, not %s", shown(value))
	}
	o.Uses = &n
	return nil
}

func setMode(o *Options, value string) error {
	switch strings.ToLower(value) {
	case "reply", "mention":
		o.Mode = definition.AsReply
	case "say":
		o.Mode = definition.AsSay
	default:
		return refuse("-type takes reply or say, not %s", shown(value))
	}
	return nil
}

func setPlatforms(o *Options, value string) error {
	if strings.EqualFold(value, "all") {
		o.Platforms = []chat.Platform{}
		return nil
	}
	var found []chat.Platform
	for word := range strings.SplitSeq(strings.ToLower(value), ",") {
		p := chat.Platform(strings.TrimFunc(word, match.Blank))
		if !isPlatform(p) {
			return refuse("-platforms takes all or some of kick, pilled, rumble, twitch and youtube, not %s", shown(word))
		}
		found = append(found, p)
	}
	o.Platforms = found
	return nil
}

func isPlatform(p chat.Platform) bool {
	for _, known := range chat.Platforms {
		if p == known {
			return true
		}
	}
	return false
}

func setStream(o *Options, value string) error {
	switch s := definition.StreamState(strings.ToLower(value)); s {
	case definition.Any, definition.Online, definition.Offline:
		o.Stream = s
		return nil
	default:
		return refuse("-stream takes any, online or offline, not %s", shown(value))
	}
}

func setEnabled(o *Options, value string) error {
	on, err := parseSwitch(value)
	o.Enabled = &on
	return err
}

func setDisabled(o *Options, value string) error {
	off, err := parseSwitch(value)
	on := !off
	o.Enabled = &on
	return err
}

func setHidden(o *Options, value string) error {
	on, err := parseSwitch(value)
	o.Hidden = &on
	return err
}

func parseSwitch(value string) (on bool, err error) {
	switch strings.ToLower(value) {
	case "on", "true", "yes", "1":
		return true, nil
	case "off", "false", "no", "0":
		return false, nil
	default:
		return false, refuse("%s is neither on nor off", shown(value))
	}
}

func setAliasOf(o *Options, value string) error {
	o.AliasOf = value
	return nil
}
