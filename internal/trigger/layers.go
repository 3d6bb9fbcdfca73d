package trigger

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// chatPrefix begins the ids of triggers that chat created: "cmd:<name>".
const chatPrefix = "cmd:"

// layered is one trigger with what it was laid together from, bottom up: the
// built-in one, the file's, the overlay.
type layered struct {
	id       string
	source   Source
	below    definition.Definition // the overlay; nothing for what chat created
	overlay  json.RawMessage       // nil when there is none
	def      definition.Definition
	removed  bool // by an overlay
	problems []string
}

// layers lays triggers together in list order: built-in ones, the file's in its
// order, those of chat by name.
func layers(settings *Settings, overlays map[string]Overlay) ([]layered, []Problem) {
	below := builtIns(settings)
	most := len(below) + len(settings.Triggers) + len(overlays)
	l := layering{overlays: overlays, at: make(map[string]int, most), list: make([]layered, 0, most)}
	for _, d := range below {
		l.add(d.ID, BuiltIn, d)
	}
	l.file(settings.Triggers)
	for _, id := range slices.Sorted(maps.Keys(overlays)) {
		l.chat(id)
	}
	for i := range l.list {
		l.list[i].resolve()
	}
	return l.list, l.problems
}

type layering struct {
	overlays map[string]Overlay
	list     []layered
	at       map[string]int // id → index
	problems []Problem
}

func (l *layering) add(id string, source Source, below definition.Definition) {
	entry := layered{id: id, source: source, below: below}
	if overlay, ok := l.overlays[id]; ok {
		entry.overlay, entry.removed = overlay.Patch, overlay.Patch == nil
	}
	l.at[id] = len(l.list)
	l.list = append(l.list, entry)
}

// file adds the file's triggers. One with the id of a built-in trigger is laid
// over it.
func (l *layering) file(triggers []definition.Definition) {
	seen := make(map[string]struct{}, len(triggers))
	for _, d := range triggers {
		if _, twice := seen[d.ID]; twice {
			l.problems = append(l.problems, Problem{d.ID, "the id is used twice: only the first trigger with it counts"})
			continue
		}
		seen[d.ID] = struct{}{}
		i, builtIn := l.at[d.ID]
		if !builtIn {
			l.add(d.ID, FromFile, d)
			continue
		}
		entry := &l.list[i]
		merged, err := laidOver(entry.below, d.JSON())
		if err != nil {
			entry.problems = append(entry.problems, err.Error())
			continue
		}
		entry.below = merged
	}
}

// chat adds what exists in an overlay alone.
func (l *layering) chat(id string) {
	overlay := l.overlays[id]
	if _, known := l.at[id]; known || overlay.Patch == nil {
		return
	}
	if !strings.HasPrefix(id, chatPrefix) {
		l.problems = append(l.problems, Problem{id, "the file has no trigger with this id any more: what chat changed in it has no effect"})
		return
	}
	l.add(id, FromChat, definition.Definition{})
}

// resolve makes the definition that the layers make together.
func (l *layered) resolve() {
	l.def = l.below
	if l.overlay != nil {
		def, err := l.overlaid()
		if err != nil {
			l.problems = append(l.problems, err.Error())
		} else {
			l.def = def
		}
	}
	l.def.ID = l.id
	for _, err := range l.def.Check() {
		l.problems = append(l.problems, err.Error())
	}
}

func (l *layered) overlaid() (definition.Definition, error) {
	if l.source == FromChat {
		return definition.Parse(l.overlay)
	}
	return laidOver(l.below, l.overlay)
}

// laidOver lays a merge patch over a definition.
func laidOver(below definition.Definition, patch json.RawMessage) (definition.Definition, error) {
	merged, err := definition.Merge(below.JSON(), patch)
	if err != nil {
		return definition.Definition{}, err
	}
	return definition.Parse(merged)
}
