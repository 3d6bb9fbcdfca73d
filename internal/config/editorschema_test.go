package config

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

func TestSchemasForEditorsAllowWhatTheRuntimeReads(t *testing.T) {
	t.Parallel()
	for _, name := range documentNames() {
		text, ok := EditorSchema(name)
		require.True(t, ok, name)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		compiler := jsonschema.NewCompiler()
		require.NoError(t, compiler.AddResource("urn:x", doc))
		schema, err := compiler.Compile("urn:x")
		require.NoError(t, err)
		example := map[string]any{"$schema": "./x.schema.json"}
		switch name {
		case "creators", "platforms", "triggers":
			example[name] = []any{}
		case "tiers":
			example["tiers"] = map[string]any{"open": map[string]any{"features": map[string]any{}}}
		case draftsName:
			example["schema"], example["creators"] = "streamsuites.triggers.admin.v1", []any{}
		}
		require.NoError(t, schema.Validate(example), name)
		require.NotContains(t, string(text), "(?i", "editors do not know it: "+name)
	}
	_, ok := EditorSchema("../system")
	require.False(t, ok)
}

func TestSchemasForEditorsTellTheDefaultsThatHold(t *testing.T) {
	t.Parallel()
	text, _ := EditorSchema("system")
	var root map[string]any
	require.NoError(t, json.Unmarshal(text, &root))
	c, _ := newState(t, nil).mustLoad()
	for _, s := range c.Settings {
		path := append([]string{"properties"}, strings.Split(strings.ReplaceAll(s.Name, ".", ".properties."), ".")...)
		property, _ := at(root, path).(map[string]any)
		if property == nil {
			continue // a name that people choose, such as a platform's
		}
		if property["writeOnly"] == true {
			require.NotContains(t, property, "default")
			continue
		}
		require.Equal(t, s.Value, property["default"], s.Name)
	}
}

// TestSchemasAndTypesNameTheSameKeys holds that nothing is validated and not
// read, nor read and not validated.
func TestSchemasAndTypesNameTheSameKeys(t *testing.T) {
	t.Parallel()
	// What is accepted and means nothing, by design.
	inert := []string{
		"$.schema", "$.generated_at", "$.schema_version", "$.version", "$.discord_admins", "$.creators[].status", "$.creators[].created_at", "$.creators[].rumble_dom_chat_enabled",
		"$.platforms[].mode", "$.platforms[].status", "$.platforms[].notes",
		"$.poll_seconds", "$.enable_startup_announcement", "$.startup_announcement", "$.baseline_mode", "$.baseline_grace_seconds",
	}
	for name, kind := range map[string]reflect.Type{
		"system": reflect.TypeFor[rawSystem](), "clip_rules": reflect.TypeFor[ClipRules](), "monetization": reflect.TypeFor[Monetization](),
		"creators": reflect.TypeFor[struct {
			Creators []rawCreator `json:"creators"`
		}](),
		"platforms": reflect.TypeFor[struct {
			Platforms []rawPlatform `json:"platforms"`
		}](),
		"tiers": reflect.TypeFor[struct {
			Tiers map[string]struct {
				Label       string   `json:"label"`
				Description string   `json:"description"`
				Features    Features `json:"features"`
			} `json:"tiers"`
		}](),
		"ratelimits":     reflect.TypeFor[RateLimits](),
		"chat_behaviour": reflect.TypeFor[olderAnswers](),
	} {
		set, err := schemas()
		require.NoError(t, err)
		sameKeys(t, name+": $", set.node(schemaURN+name), kind, func(path string) bool { return slices.Contains(inert, strings.TrimPrefix(path, name+": ")) })
	}
}

func sameKeys(t *testing.T, path string, schema map[string]any, kind reflect.Type, inert func(string) bool) {
	t.Helper()
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch kind.Kind() {
	case reflect.Slice:
		items, _ := schema["items"].(map[string]any)
		if kind.Elem().Kind() != reflect.Uint8 && items != nil {
			sameKeys(t, path+"[]", items, kind.Elem(), inert)
		}
	case reflect.Map:
		if others, ok := schema["additionalProperties"].(map[string]any); ok {
			sameKeys(t, path+".<name>", others, kind.Elem(), inert)
		}
	case reflect.Struct:
		properties, _ := schema["properties"].(map[string]any)
		known := map[string]bool{}
		for field := range kind.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			known[name] = true
			property, ok := properties[name].(map[string]any)
			require.True(t, ok, "%s.%s is read and not in the schema", path, name)
			sameKeys(t, path+"."+name, property, field.Type, inert)
		}
		for name := range properties {
			require.True(t, known[name] || inert(path+"."+name), "%s.%s is in the schema and not read", path, name)
		}
	}
}
