package manage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// set puts options into a definition and says what they now are. What is the
// default is left out of the definition, so that it takes the file's patch away.
func (k clerk) set(d *definition.Definition, o Options) []string {
	notes := k.setPrice(d, o)
	notes = append(notes, setAudience(d, o)...)
	return append(notes, setVisibility(d, o)...)
}

// setPrice sets what using the trigger costs: time and points.
func (k clerk) setPrice(d *definition.Definition, o Options) (notes []string) {
	if o.Cooldown != nil {
		notes = append(notes, k.setCooldown(d, *o.Cooldown))
	}
	if o.UserCooldown != nil {
		d.CooldownUser = o.UserCooldown
		notes = append(notes, "cooldown for each "+duration(*o.UserCooldown))
	}
	if o.Cost != nil {
		d.Cost = *o.Cost
		notes = append(notes, fmt.Sprintf("costs %d", *o.Cost))
	}
	return notes
}

// setAudience sets for whom the trigger is, and where and how it is answered.
func setAudience(d *definition.Definition, o Options) (notes []string) {
	if o.Roles != nil {
		d.Roles = o.Roles
		if slices.Contains(o.Roles, "everyone") {
			d.Roles = nil
		}
		notes = append(notes, "for "+rolesText(d.Roles))
	}
	if o.Mode != "" {
		d.ReplyMode = o.Mode
		if o.Mode == definition.AsReply {
			d.ReplyMode = ""
		}
		notes = append(notes, "type "+string(o.Mode))
	}
	if o.Uses != nil {
		notes = append(notes, fmt.Sprintf("used %d times", *o.Uses))
	}
	if o.Platforms != nil {
		d.Platforms = nil
		if len(o.Platforms) > 0 {
			d.Platforms = o.Platforms
		}
		notes = append(notes, "on "+platformsText(d.Platforms))
	}
	if o.Stream != "" {
		d.StreamState = o.Stream
		notes = append(notes, streamText[o.Stream])
	}
	return notes
}

// setVisibility switches the trigger on or off, and lists or hides it.
func setVisibility(d *definition.Definition, o Options) (notes []string) {
	if o.Enabled != nil {
		d.Enabled = nil
		if !*o.Enabled {
			d.Enabled = o.Enabled
		}
		notes = append(notes, onOff("switched", *o.Enabled))
	}
	if o.Hidden != nil {
		d.Hidden = *o.Hidden
		note := "listed"
		if d.Hidden {
			note = "hidden"
		}
		notes = append(notes, note)
	}
	return notes
}

func (k clerk) setCooldown(d *definition.Definition, wanted float64) string {
	note := ""
	if least := k.MinCooldown().Seconds(); wanted < least {
		wanted, note = least, ", the least here"
	}
	d.CooldownGlobal = &wanted
	return "cooldown " + duration(wanted) + note
}

// duration tells seconds.
func duration(s float64) string { return strconv.FormatFloat(s, 'f', -1, 64) + " s" }

var streamText = map[definition.StreamState]string{
	definition.Any:     "live or not",
	definition.Online:  "only while live",
	definition.Offline: "only while not live",
}

func onOff(what string, on bool) string {
	if on {
		return what + " on"
	}
	return what + " off"
}

func rolesText(roles []string) string {
	if len(roles) == 0 || slices.Contains(roles, "everyone") {
		return "everyone"
	}
	return alternatives(roles)
}

func platformsText(platforms []chat.Platform) string {
	if len(platforms) == 0 {
		return "all platforms"
	}
	words := make([]string, len(platforms))
	for i, p := range platforms {
		words[i] = string(p)
	}
	return alternatives(words)
}

// alternatives joins words as in "a, b or c".
func alternatives(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
