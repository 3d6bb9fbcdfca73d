package config

import (
	"encoding/json"
	"slices"
	"strings"
)

// Setting is one setting as it is in force.
type Setting struct {
	Name    string `json:"name"`              // path in its document, such as "clips.post_roll_seconds"
	Allowed string `json:"allowed,omitempty"` // in words
	Value   any    `json:"value"`
	Source  string `json:"source"` // the file or the variable it comes from, or "default"
}

// overlaid maps settings to the variable that wins over the file.
func overlaid() map[string]string {
	return map[string]string{
		"http.address":                       OptHTTPAddress,
		"http.public_base":                   OptPublicBase,
		"clips.encoding.ffmpeg_path":         OptFFmpeg,
		"system.hot_reload.enabled":          OptHotReload,
		"system.hot_reload.watch_path":       OptHotReloadPath,
		"system.hot_reload.interval_seconds": OptHotReloadInterval,
	}
}

// settings lists every setting of system.json, by name, with where it comes from.
func (l *loader) settings(d document) []Setting {
	inForce := defaultSystem()
	if d.valid {
		if data, err := json.Marshal(d.value); err == nil {
			_ = json.Unmarshal(data, &inForce) // reported when the document was loaded
		}
	}
	problems := l.problems
	l.environmentOver(&inForce)
	l.adviseSystem(d, &inForce)
	l.problems = problems // said already

	var tree map[string]any
	if data, err := json.Marshal(inForce); err != nil || json.Unmarshal(data, &tree) != nil {
		return nil
	}
	var list []Setting
	l.walk(tree, nil, d, &list)
	slices.SortFunc(list, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (l *loader) walk(tree map[string]any, path []string, d document, list *[]Setting) {
	for key, v := range tree {
		at := append(slices.Clone(path), key)
		if sub, ok := v.(map[string]any); ok {
			l.walk(sub, at, d, list)
			continue
		}
		s := Setting{Name: strings.Join(at, "."), Value: v, Source: l.sourceOf(at, d)}
		url := schemaURN + "system#/properties/" + strings.Join(at, "/properties/")
		s.Allowed = l.schemas.allowed(url)
		if parent := url[:strings.LastIndex(url, "/properties/")]; s.Allowed == "" {
			s.Allowed = l.schemas.allowed(parent + "/additionalProperties")
		}
		if l.schemas.hidden(url) {
			s.Value = NewSecret(v.(string)).String()
		}
		*list = append(*list, s)
	}
}

func (l *loader) sourceOf(path []string, d document) string {
	if name, ok := overlaid()[strings.Join(path, ".")]; ok {
		if f := l.get(name); f.isSet() {
			return name
		}
	}
	if d.valid && at(map[string]any(d.value), path) != nil {
		return d.file
	}
	return "default"
}
