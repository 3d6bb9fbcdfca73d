package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// violation is one place of a document that its schema does not allow.
type violation struct {
	location []string // of the value to leave out
	found    string
	allowed  string
	missing  bool // a required property is not there
}

// violations validates a document and returns what is wrong with it, in the
// order of the document's paths.
func (s *schemaSet) violations(document string, value any) []violation {
	var failure *jsonschema.ValidationError
	if err := s.compiled[document].Validate(value); !errors.As(err, &failure) {
		if err != nil {
			return []violation{{found: "a value that cannot be checked", allowed: err.Error()}}
		}
		return nil
	}
	var all []violation
	s.collect(failure, value, &all)
	slices.SortStableFunc(all, func(a, b violation) int { return compareLocations(a.location, b.location) })
	return all
}

// collect walks down to the errors that name a value.
func (s *schemaSet) collect(e *jsonschema.ValidationError, root any, all *[]violation) {
	switch k := e.ErrorKind.(type) {
	case *kind.AnyOf:
		if branch := s.closest(e); branch != nil {
			s.collect(branch, root, all)
			return
		}
	case *kind.OneOf:
		*all = append(*all, s.alternatives(e))
		return
	case *kind.Required:
		for _, name := range k.Missing {
			*all = append(*all, violation{e.InstanceLocation, "no " + name, s.allowed(e.SchemaURL), true})
		}
		return
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			*all = append(*all, violation{location: append(slices.Clone(e.InstanceLocation), name),
				found: "an unknown field", allowed: s.perhaps(e.SchemaURL, name)})
		}
		return
	case *kind.PropertyNames:
		*all = append(*all, violation{location: append(slices.Clone(e.InstanceLocation), k.Property),
			found: "the name " + quoteShort(k.Property), allowed: "names of a–z, 0–9 and '_'"})
		return
	default:
		if len(e.Causes) > 0 {
			for _, c := range e.Causes {
				s.collect(c, root, all)
			}
			return
		}
	}
	v := violation{location: e.InstanceLocation, allowed: s.allowed(e.SchemaURL)}
	if v.allowed == "" {
		v.allowed = "another value"
	}
	v.found = describe(at(root, e.InstanceLocation))
	if s.hidden(e.SchemaURL) {
		v.found = redacted
	}
	*all = append(*all, v)
}

// alternatives says that a value has none, or several, of the properties of
// which it needs exactly one.
func (s *schemaSet) alternatives(e *jsonschema.ValidationError) violation {
	v := violation{location: e.InstanceLocation, allowed: s.allowed(e.SchemaURL), missing: true}
	var names []string
	branches, _ := s.node(e.SchemaURL)["oneOf"].([]any)
	for _, branch := range branches {
		object, _ := branch.(map[string]any)
		required, _ := object["required"].([]any)
		for _, name := range required {
			names = append(names, fmt.Sprint(name))
		}
	}
	if v.found = "neither " + strings.Join(names, " nor "); len(e.Causes) == 0 {
		v.found = "more than one of " + strings.Join(names, ", ")
	}
	return v
}

// closest returns the one branch of an anyOf whose own type fits the value: what
// is wrong is then inside it. Nil means that no branch, or several, fit.
func (s *schemaSet) closest(e *jsonschema.ValidationError) *jsonschema.ValidationError {
	var fits []*jsonschema.ValidationError
	for _, c := range e.Causes {
		if !mistyped(c, len(e.InstanceLocation)) {
			fits = append(fits, c)
		}
	}
	if len(fits) != 1 {
		return nil
	}
	return fits[0]
}

// mistyped reports whether e or a cause of it is a wrong type at this depth.
func mistyped(e *jsonschema.ValidationError, depth int) bool {
	if _, ok := e.ErrorKind.(*kind.Type); ok && len(e.InstanceLocation) == depth {
		return true
	}
	return slices.ContainsFunc(e.Causes, func(c *jsonschema.ValidationError) bool { return mistyped(c, depth) })
}

// perhaps lists the fields that the object at url may have, and says which one
// was probably meant.
func (s *schemaSet) perhaps(url, stray string) string {
	props, _ := s.node(url)["properties"].(map[string]any)
	names := slices.Sorted(maps.Keys(props))
	allowed := strings.Join(names, ", ")
	if meant := definition.Nearest(stray, names); meant != "" {
		allowed += " (perhaps " + meant + " was meant)"
	}
	return allowed
}

// at returns the value at a location, or nil.
func at(v any, location []string) any {
	for _, token := range location {
		switch t := v.(type) {
		case map[string]any:
			v = t[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(t) {
				return nil
			}
			v = t[i]
		default:
			return nil
		}
	}
	return v
}

// describe shows a value as JSON, shortened.
func describe(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return "a value that cannot be shown"
	}
	return shorten(string(data))
}

func quoteShort(text string) string { return shorten(strconv.Quote(text)) }

func shorten(text string) string {
	const most = 80
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// jsonPath writes a location as a JSON path, looking at the document to tell
// list indexes from keys that are digits.
func jsonPath(root any, location []string) string {
	var b strings.Builder
	b.WriteByte('$')
	v := root
	for _, token := range location {
		_, inList := v.([]any)
		switch {
		case inList:
			fmt.Fprintf(&b, "[%s]", token)
		case plainKey.MatchString(token):
			b.WriteString("." + token)
		default:
			b.WriteString("['" + shorten(strings.ReplaceAll(token, "'", `\'`)) + "']")
		}
		v = at(v, []string{token})
	}
	return b.String()
}

func compareLocations(a, b []string) int {
	return slices.CompareFunc(a, b, func(x, y string) int {
		i, errX := strconv.Atoi(x)
		j, errY := strconv.Atoi(y)
		if errX == nil && errY == nil {
			return i - j
		}
		return strings.Compare(x, y)
	})
}
