package exports

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	keyword "github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// schemaOf finds the schema of a document among those that are embedded; nil when
// there is none. Schemas have the name of their document, with the folder where the
// bare name would not tell, and without what tells several documents of a kind
// apart: pages, audiences, creators.
func schemaOf(file string) (*jsonschema.Schema, error) {
	all, err := schemas()
	if err != nil {
		return nil, err
	}
	bare := strings.TrimSuffix(file, ".json")
	folder := path.Dir(bare)
	singular := strings.ReplaceAll(strings.TrimSuffix(folder, "s"), "s/", "_")
	for _, name := range []string{
		schemaName(file), strings.NewReplacer("/", "_", ".", "_").Replace(bare), path.Base(bare),
		folder, singular, strings.Split(bare, ".")[0],
	} {
		if s, ok := all[name]; ok {
			return s, nil
		}
	}
	return nil, nil
}

// schemaFindings holds a document against its schema.
func schemaFindings(f file, value any) []Finding {
	schema, err := schemaOf(f.is)
	if err != nil {
		return []Finding{{File: f.name, Found: "schemas that cannot be used: " + err.Error(), Severity: Broken}}
	}
	if schema == nil {
		return []Finding{{File: f.name, Found: "a document that this version has no schema of", Severity: Note}}
	}
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(value); !errors.As(err, &invalid) {
		return nil
	}
	var findings []Finding
	for _, p := range problemsOf(invalid, value) {
		finding := Finding{File: f.name, Path: p.path, Found: p.found, Allowed: p.allowed, Severity: Broken}
		if !slices.Contains(findings, finding) { // several branches may say the same
			findings = append(findings, finding)
		}
	}
	return findings
}

// problem is a place of a document that a schema does not allow.
type problem struct{ path, found, allowed string }

// problemsOf are the places that an error of the validator is about.
func problemsOf(e *jsonschema.ValidationError, document any) []problem {
	switch e.ErrorKind.(type) {
	case *keyword.AnyOf, *keyword.OneOf:
		at, value := locate(document, e.InstanceLocation)
		return []problem{{at, short(value), alternatives(e, document)}}
	}
	if len(e.Causes) == 0 {
		return leaf(e, document)
	}
	var problems []problem
	for _, cause := range e.Causes {
		problems = append(problems, problemsOf(cause, document)...)
	}
	return problems
}

// alternatives says what each branch would have allowed.
func alternatives(e *jsonschema.ValidationError, document any) string {
	var all []string
	for _, cause := range e.Causes {
		for _, p := range problemsOf(cause, document) {
			if !slices.Contains(all, p.allowed) {
				all = append(all, p.allowed)
			}
		}
	}
	return strings.Join(all, ", or ")
}

// leaf says what a keyword of a schema does not allow.
func leaf(e *jsonschema.ValidationError, document any) []problem {
	at, value := locate(document, e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *keyword.Required:
		var all []problem
		for _, name := range k.Missing {
			all = append(all, problem{at + member(name), "nothing", "a value: the field is required"})
		}
		return all
	case *keyword.AdditionalProperties:
		var all []problem
		for _, name := range k.Properties {
			all = append(all, problem{at + member(name), "an unknown field", "the fields of the contract"})
		}
		return all
	case *keyword.Type:
		return []problem{{at, short(value), strings.Join(k.Want, " or ")}}
	case *keyword.Enum:
		return []problem{{at, short(value), listed(k.Want)}}
	case *keyword.Const:
		return []problem{{at, short(value), short(k.Want)}}
	case *keyword.Pattern:
		return []problem{{at, short(value), "text of the form " + k.Want}}
	case *keyword.Format:
		return []problem{{at, short(value), "a " + k.Want}}
	case *keyword.FalseSchema:
		return []problem{{at, short(value), "nothing here"}}
	case *keyword.PropertyNames:
		return []problem{{at + member(k.Property), "such a name", "names that the contract allows"}}
	}
	return []problem{{at, short(value), bound(e.ErrorKind)}}
}

// bound says what a keyword about size allows.
func bound(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *keyword.Minimum:
		return "at least " + k.Want.RatString()
	case *keyword.Maximum:
		return "at most " + k.Want.RatString()
	case *keyword.MinLength:
		return fmt.Sprintf("at least %d characters", k.Want)
	case *keyword.MaxLength:
		return fmt.Sprintf("at most %d characters", k.Want)
	case *keyword.MinItems:
		return fmt.Sprintf("at least %d entries", k.Want)
	case *keyword.MaxItems:
		return fmt.Sprintf("at most %d entries", k.Want)
	case *keyword.UniqueItems:
		return "each entry once"
	}
	return "what the schema says under " + strings.Join(k.KeywordPath(), "/")
}

func listed(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = short(v)
	}
	return strings.Join(texts, ", ")
}

// locate returns the JSON path of a place and what stands there.
func locate(document any, location []string) (at string, value any) {
	at, value = "$", document
	for _, token := range location {
		switch v := value.(type) {
		case map[string]any:
			at, value = at+member(token), v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return at, nil
			}
			at, value = fmt.Sprintf("%s[%d]", at, i), v[i]
		default:
			return at, nil
		}
	}
	return at, value
}
