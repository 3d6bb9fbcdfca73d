package config

import (
	"encoding/json"
	"fmt"
)

// CheckDocument checks one document, such as "creators", by itself: whether it
// is JSON and what its schema says of it. file is how the problems call it. What
// only shows together with other documents is for Load to find.
func CheckDocument(document, file string, data []byte) (Problems, error) {
	_, problems, err := checkDocument(document, file, data)
	return problems, err
}

func checkDocument(name, file string, data []byte) (map[string]any, Problems, error) {
	set, err := schemas()
	if err != nil {
		return nil, nil, fmt.Errorf("load the configuration schemas: %w", err)
	}
	if set.compiled[name] == nil {
		return nil, nil, fmt.Errorf("there is no document %q", name)
	}
	l := &loader{schemas: set, checked: map[string]document{}}
	p := policy{Warning, Warning, Warning, "it is left out"}
	d := document{name: name, file: file, present: true}
	value, problem := parse(data)
	if problem != nil {
		problem.File, problem.Severity, problem.Kind, problem.Remedy = file, p.broken, Syntax, p.without
		return nil, Problems{*problem}, nil
	}
	object, ok := asObject(name, value)
	if !ok {
		return nil, Problems{{File: file, Path: "$", Found: describe(value), Allowed: "a JSON object", Remedy: p.without, Severity: p.broken, Kind: Invalid}}, nil
	}
	d = l.check(d, object, p)
	return d.value, l.problems, nil
}

// asObject is the document as an object. An older form of platform_overrides.json
// is a list.
func asObject(name string, value any) (map[string]any, bool) {
	if list, ok := value.([]any); ok && name == overridesName {
		return map[string]any{"platforms": list}, true
	}
	object, ok := value.(map[string]any)
	return object, ok
}

// NormalDiscord returns a discord.json in its normal form, and whether it was
// written in an older one.
func NormalDiscord(data []byte) (normal []byte, older bool, err error) {
	object, problems, err := checkDocument("discord", "discord.json", data)
	if err != nil {
		return nil, false, err
	}
	if broken := problems.Broken(); len(broken) > 0 {
		return nil, false, fmt.Errorf("read discord.json: %s", broken[0])
	}
	discord, err := normalDiscord(object)
	if err != nil {
		return nil, false, err
	}
	normal, err = json.Marshal(map[string]any{"discord": discord})
	if err != nil {
		return nil, false, fmt.Errorf("write discord.json: %w", err)
	}
	return normal, olderDiscord(object), nil
}

// olderDiscord reports whether anything is not spelled as in the normal form.
func olderDiscord(object map[string]any) bool {
	inner, ok := object["discord"].(map[string]any)
	if !ok {
		return object["admins"] != nil || object["guilds"] != nil
	}
	guilds, _ := inner["guilds"].(map[string]any)
	for _, g := range guilds {
		guild, _ := g.(map[string]any)
		for key := range guild {
			if key != "logging" && key != "notifications" {
				return true
			}
		}
		notifications, _ := guild["notifications"].(map[string]any)
		for key, v := range notifications {
			if _, boxed := v.(map[string]any); !boxed && key != "enabled" {
				return true
			}
		}
	}
	return false
}
