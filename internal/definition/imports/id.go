package imports

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// plainID is what triggers.json allows as an id.
var plainID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$`)

// id makes an id of a name: the name itself where it can be one, else letters,
// digits and . _ - of it, in lower case. Ids of built-in triggers are not given
// away, as they would change those.
func (im *importer) id(owner, name string) string {
	base := name
	if !plainID.MatchString(name) {
		base = slug(name)
	}
	if definition.IsBuiltIn(base) {
		base += "-imported"
	}
	id := base
	for n := 2; im.taken[owner+"\x00"+id]; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	im.taken[owner+"\x00"+id] = true
	return id
}

func slug(name string) string {
	const longest = 60
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			if r == '.' || r == '_' {
				b.WriteRune(r)
			} else {
				b.WriteByte('-')
			}
		}
		if b.Len() >= longest {
			break
		}
	}
	if base := strings.TrimRight(b.String(), "-._"); base != "" {
		return base
	}
	return "trigger"
}

// sought says how a name is to be found in messages: as a command when it begins
// with the prefix, else as a word at the message's beginning.
func sought(d *definition.Definition, name string) {
	name = strings.TrimSpace(name)
	if strings.HasPrefix(name, "!") && !strings.ContainsAny(name, " \t") {
		d.Type, d.Command = definition.Command, name
		return
	}
	d.Type, d.Match, d.Keywords = definition.Keyword, definition.Start, []string{name}
}
