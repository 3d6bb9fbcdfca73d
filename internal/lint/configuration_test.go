package lint_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/config"
)

// schema is the part of a JSON Schema that the documentation repeats.
type schema struct {
	Ref         string            `json:"$ref"`
	Defs        map[string]schema `json:"$defs"`
	Description string            `json:"description"`
	Type        oneOrMore         `json:"type"`
	Properties  map[string]schema `json:"properties"`
	Items       *schema           `json:"items"`
	Additional  additional        `json:"additionalProperties"`
	AnyOf       []schema          `json:"anyOf"`
}

// oneOrMore is a text or a list of texts.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(o))
}

// additional is a schema, or nothing where it is a switch.
type additional struct{ *schema }

func (a *additional) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return nil
	}
	return json.Unmarshal(data, &a.schema)
}

// key is one key of a configuration document.
type key struct {
	path, kind, defaultValue string
	limit                    bool // one of the limits, which are described once
}

var (
	defaultOf = regexp.MustCompile(`default:? "?([^\s";]+)"?$`)
	tableRow  = regexp.MustCompile("(?m)^\\| `([^`]+)`.* \\|$")
)

func (s schema) kind() string {
	var kinds []string
	for _, branch := range s.AnyOf {
		if k := branch.kind(); !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	return strings.Join(append(kinds, s.Type...), " or ")
}

// keys lists what the schema names, with "<name>" for names that are free.
func (s schema) keys(root schema, path string) []key {
	if s.Ref != "" {
		return root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")].keys(root, path)
	}
	var found []key
	isLimits := strings.Contains(s.Description, "map of limits")
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		k := key{path: strings.TrimPrefix(path+"."+name, "."), kind: p.kind(), limit: isLimits}
		if isLimits {
			k.path = name
		}
		if m := defaultOf.FindStringSubmatch(p.Description); m != nil {
			k.defaultValue = m[1]
		}
		found = append(found, k)
		found = append(found, p.keys(root, path+"."+name)...)
	}
	if s.Items != nil {
		found = append(found, s.Items.keys(root, path+"[]")...)
	}
	if s.Additional.schema != nil {
		found = append(found, s.Additional.keys(root, path+".<name>")...)
	}
	for _, branch := range s.AnyOf {
		found = append(found, branch.keys(root, path)...)
	}
	return found
}

// sections splits the description of the configuration into its tables: cells
// of a row by the key in the first one.
func sections(t *testing.T) map[string]map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/configuration.md")
	require.NoError(t, err)
	found := map[string]map[string][]string{}
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		name, body, _ := strings.Cut(section, "\n")
		rows := map[string][]string{}
		for _, m := range tableRow.FindAllStringSubmatch(body, -1) {
			require.NotContains(t, rows, m[1], "%s describes %s twice", name, m[1])
			rows[m[1]] = strings.Split(strings.Trim(m[0], "| "), " | ")
		}
		found[name] = rows
	}
	return found
}

func TestEveryKeyOfTheConfigurationIsDescribedWithItsTypeAndDefault(t *testing.T) {
	t.Parallel()
	described := sections(t)
	schemas, err := os.ReadDir("../config/schemas")
	require.NoError(t, err)
	require.NotEmpty(t, schemas)
	limits := map[string]bool{}
	for _, file := range schemas {
		name := strings.TrimSuffix(file.Name(), ".schema.json")
		text, ok := config.SchemaText(name)
		require.True(t, ok, name)
		var s schema
		require.NoError(t, json.Unmarshal(text, &s))
		documents := map[string]bool{}
		for _, k := range s.keys(s, "") {
			section, seen := name+".json", documents
			if k.limit {
				section, seen = "Limits", limits
			}
			seen[k.path] = true
			row, ok := described[section][k.path]
			require.True(t, ok, "docs/configuration.md does not describe %s in %q", k.path, section)
			require.Equal(t, k.kind, row[1], "type of %s in %q", k.path, section)
			if k.defaultValue != "" {
				require.Contains(t, row[2], k.defaultValue, "default of %s in %q", k.path, section)
			}
		}
		for path := range described[name+".json"] {
			require.True(t, documents[path], "docs/configuration.md describes %s, which %s.json does not have", path, name)
		}
	}
	for name := range described["Limits"] {
		require.True(t, limits[name], "docs/configuration.md describes the limit %s, which does not exist", name)
	}
}

func TestEveryVariableIsDescribedAsItIs(t *testing.T) {
	t.Parallel()
	rows := sections(t)["The environment"]
	for _, o := range config.EnvironmentOptions() {
		row, ok := rows[o.Name]
		require.True(t, ok, "docs/configuration.md does not describe %s", o.Name)
		name, value, secret := "`"+o.Name+"`", "none", "no"
		if o.Labelled {
			name += fmt.Sprintf(", `%s_<LABEL>`", o.Name)
		}
		if o.Default != "" {
			value = "`" + o.Default + "`"
		}
		if o.Secret {
			secret = "yes"
		}
		require.Equal(t, []string{name, value, secret}, row[:3], o.Name)
		delete(rows, o.Name)
	}
	require.Empty(t, rows, "docs/configuration.md describes variables that nobody reads")
}
