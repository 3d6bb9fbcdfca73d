package exports

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The desktop console decodes into types of its own: it matches names without
// regard to case, ignores fields that it does not know, and discards a whole
// document as soon as one value has another type than it expects. Integers have
// 32 bits and are written without a point or an exponent; lists and maps that are
// null make it fail later.

// consoleFindings holds a document against what the console can read. What was
// found at a place already is not found again.
func consoleFindings(f file, value any, before []Finding) []Finding {
	shape, reads := consoleShapes()[f.is]
	if !reads {
		return nil
	}
	var findings []Finding
	d := consoleDecoder{func(path, found, allowed string) {
		if !slices.ContainsFunc(before, func(b Finding) bool { return b.Path == path }) {
			findings = append(findings, Finding{File: f.name, Path: path, Found: found, Allowed: allowed + ", or the desktop console discards the document", Severity: Broken})
		}
	}}
	d.decode("$", value, reflect.TypeOf(shape))
	return findings
}

type consoleDecoder struct {
	bad func(path, found, allowed string)
}

// wholeNumber is how the console wants integers to be written.
var wholeNumber = regexp.MustCompile(`^-?\d+$`)

func (d consoleDecoder) decode(path string, v any, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		if v == nil {
			return
		}
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		d.fields(path, v, t)
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			d.bad(path, short(v), "a list")
		}
		for i, e := range list {
			d.decode(path+"["+strconv.Itoa(i)+"]", e, t.Elem())
		}
	case reflect.Map:
		m, ok := v.(map[string]any)
		if !ok {
			d.bad(path, short(v), "an object")
		}
		for _, key := range sortedKeys(m) {
			d.decode(path+member(key), m[key], t.Elem())
		}
	default:
		d.scalar(path, v, t.Kind())
	}
}

func (d consoleDecoder) fields(path string, v any, t reflect.Type) {
	m, ok := v.(map[string]any)
	if !ok {
		d.bad(path, short(v), "an object")
		return
	}
	for _, key := range sortedKeys(m) {
		for i := range t.NumField() {
			field := t.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("console"), ",")
			if strings.EqualFold(name, key) {
				d.decode(path+member(key), m[key], field.Type)
			}
		}
	}
	for i := range t.NumField() {
		name, need, _ := strings.Cut(t.Field(i).Tag.Get("console"), ",")
		if _, there := m[name]; need == "needed" && !there {
			d.bad(path+member(name), "nothing", "a value")
		}
	}
}

func (d consoleDecoder) scalar(path string, v any, k reflect.Kind) {
	switch k {
	case reflect.String:
		if _, ok := v.(string); !ok {
			d.bad(path, short(v), "text")
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			d.bad(path, short(v), "true or false")
		}
	case reflect.Float64:
		if _, ok := v.(json.Number); !ok {
			d.bad(path, short(v), "a number")
		}
	case reflect.Int32:
		n, ok := v.(json.Number)
		_, err := strconv.ParseInt(n.String(), 10, 32)
		if !ok || err != nil || !wholeNumber.MatchString(n.String()) {
			d.bad(path, short(v), "a whole number of 32 bits without point or exponent")
		}
	default:
		panic(fmt.Sprintf("no rule for %s", k)) // a mistake in consoleShapes, which a test would find
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
