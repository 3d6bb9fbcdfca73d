package template

import "strings"

// plain are the variables that have one value.
var plain = map[string]bool{
	"user": true, "touser": true, "query": true, "args": true, "count": true, "usercount": true,
	"channel": true, "platform": true, "title": true, "game": true, "uptime": true, "viewers": true, "time": true,
	"clip.url": true, "clip.title": true, "cooldown": true, "amount": true, "unit": true, "event": true,
}

// variableName gives the name by which Values is asked; false for what is no
// variable. Names are the same in any case, but for those of counters and groups.
func variableName(written string) (string, bool) {
	name := lowerASCII(written)
	switch {
	case plain[name], len(name) == 1 && '1' <= name[0] && name[0] <= '9':
		return name, true
	case name == "1:": // all arguments from the first on, as StreamElements writes it
		return "query", true
	}
	for _, family := range []string{"counter.", "match."} {
		if strings.HasPrefix(name, family) && len(name) > len(family) {
			own := written[len(family):]
			return family + own, !strings.ContainsAny(own, "$(){}")
		}
	}
	return "", false
}
