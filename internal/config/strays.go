package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// schemaKey names the document's JSON Schema to editors. Every document may have
// it, and nothing else looks at it.
const schemaKey = "$schema"

// strayField is a field that means nothing, probably a misspelt one.
type strayField struct {
	location []string
	nearest  string // the known field whose name is most like it, or ""
	known    []string
}

func (s strayField) allowed() string {
	if s.nearest != "" {
		return "perhaps " + s.nearest + " was meant"
	}
	return strings.Join(s.known, ", ")
}

// leaveOutStrays removes the fields of a document that its schema does not name,
// and returns them in the order of their paths. Where the schema forbids further
// fields, they are mistakes and left to the validation. Entries of triggers are
// left to package definition, which knows more spellings.
func (s *schemaSet) leaveOutStrays(document string, object map[string]any) []strayField {
	if document == "triggers" {
		return nil
	}
	root, _ := s.raw[schemaURN+document].(map[string]any)
	w := strayWalk{root: root}
	w.value(root, object, nil)
	slices.SortFunc(w.found, func(a, b strayField) int { return compareLocations(a.location, b.location) })
	return w.found
}

type strayWalk struct {
	root  map[string]any // of the schema, for references
	found []strayField
}

// value looks at a value under the schema that describes it.
func (w *strayWalk) value(schema map[string]any, value any, location []string) {
	schema = w.fitting(schema, value)
	switch v := value.(type) {
	case map[string]any:
		w.object(schema, v, location)
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i, entry := range v {
			w.value(items, entry, append(slices.Clone(location), strconv.Itoa(i)))
		}
	}
}

func (w *strayWalk) object(schema, object map[string]any, location []string) {
	properties, described := schema["properties"].(map[string]any)
	others, free := schema["additionalProperties"].(map[string]any)
	closed := schema["additionalProperties"] == false
	known := slices.Sorted(maps.Keys(properties))
	for key, v := range object {
		at := append(slices.Clone(location), key)
		property, ok := properties[key].(map[string]any)
		switch {
		case ok:
			w.value(property, v, at)
		case free:
			w.value(others, v, at)
		case described && !closed:
			w.found = append(w.found, strayField{at, definition.Nearest(key, known), known})
			delete(object, key)
		}
	}
}

// fitting follows references and picks the one of several forms whose type is
// that of the value.
func (w *strayWalk) fitting(schema map[string]any, value any) map[string]any {
	if ref, ok := schema["$ref"].(string); ok {
		definitions, _ := w.root["$defs"].(map[string]any)
		schema, _ = definitions[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	branches, ok := schema["anyOf"].([]any)
	if !ok {
		return schema
	}
	want := "array"
	if _, isObject := value.(map[string]any); isObject {
		want = "object"
	}
	for _, branch := range branches {
		if b, _ := branch.(map[string]any); b["type"] == want {
			return b
		}
	}
	return nil
}
