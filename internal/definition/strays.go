package definition

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Stray is a field that means nothing, probably a misspelt one.
type Stray struct {
	Path    string // such as subcommands[0].cooldwon_user_s
	Nearest string // the known field whose name is most like it, or empty
}

// known are the fields of each object in a definition, by the path of the
// object without list indexes.
var known = sync.OnceValue(func() map[string][]string {
	threshold, payload := fieldsOf[Hold](), []string{"action_type", "payload", "platform", "creator_id", "trigger_id", "created_at"}
	spellings := []string{"cooldown_seconds", "response"}
	return map[string][]string{
		"":                     append(append(fieldsOf[Definition](), "creator", "notes"), spellings...),
		"threshold":            threshold,
		"args[]":               fieldsOf[Arg](),
		"actions[]":            append(fieldsOf[Action](), payload...),
		"subcommands[]":        append(fieldsOf[Subcommand](), spellings...),
		"subcommands[].args[]": fieldsOf[Arg](),

		"subcommands[].actions[]": append(fieldsOf[Action](), payload...),
	}
})

func fieldsOf[T any]() []string {
	t := reflect.TypeFor[T]()
	names := make([]string, 0, t.NumField())
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// Strays lists the fields of one definition that Parse does not know, in the
// order of their paths. What is not JSON has none.
func Strays(raw []byte) []Stray {
	value, err := decode(raw)
	if err != nil {
		return nil
	}
	return strays(value, "", "", nil)
}

func strays(value any, path, kind string, found []Stray) []Stray {
	names, ok := known()[kind]
	object, isObject := value.(map[string]any)
	if !ok || !isObject {
		return found
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		at, inside := strings.TrimPrefix(path+"."+key, "."), strings.TrimPrefix(kind+"."+key, ".")
		if !slices.Contains(names, key) {
			found = append(found, Stray{at, Nearest(key, names)})
			continue
		}
		list, isList := object[key].([]any)
		if !isList {
			found = strays(object[key], at, inside, found)
			continue
		}
		for i, entry := range list {
			found = strays(entry, fmt.Sprintf("%s[%d]", at, i), inside+"[]", found)
		}
	}
	return found
}

// Nearest returns the name that is most like word, or "" when none is like it.
func Nearest(word string, names []string) string {
	const longest = 64
	if len(word) > longest {
		return ""
	}
	best, least := "", max(2, len(word)/3)+1
	for _, name := range names {
		if n := distance(strings.ToLower(word), name); n < least {
			best, least = name, n
		}
	}
	return best
}

// distance is the number of letters to insert, drop or replace that makes b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			corner, row[j+1] = row[j+1], min(corner+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
