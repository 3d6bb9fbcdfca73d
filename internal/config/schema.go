package config

import (
	"bytes"
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed schemas/*.schema.json
var schemaFiles embed.FS

const schemaURN = "urn:streamsuites:config:"

// schemaSet holds the compiled schemas and their texts, by document name.
type schemaSet struct {
	compiled map[string]*jsonschema.Schema
	raw      map[string]any // by id
}

// schemas compiles the embedded schemas, once: they never change.
var schemas = sync.OnceValues(compileSchemas)

func compileSchemas() (*schemaSet, error) {
	set := &schemaSet{compiled: map[string]*jsonschema.Schema{}, raw: map[string]any{}}
	entries, err := schemaFiles.ReadDir("schemas")
	if err != nil {
		return nil, fmt.Errorf("read the embedded schemas: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	for _, e := range entries {
		data, err := schemaFiles.ReadFile("schemas/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read the embedded schemas: %w", err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("parse schema %s: %w", e.Name(), err)
		}
		id := schemaURN + strings.TrimSuffix(e.Name(), ".schema.json")
		set.raw[id] = doc
		if err := compiler.AddResource(id, doc); err != nil {
			return nil, fmt.Errorf("add schema %s: %w", e.Name(), err)
		}
	}
	for id := range set.raw {
		s, err := compiler.Compile(id)
		if err != nil {
			return nil, fmt.Errorf("compile schema %s: %w", id, err)
		}
		set.compiled[strings.TrimPrefix(id, schemaURN)] = s
	}
	return set, nil
}

// SchemaText returns the JSON Schema of a configuration document, such as
// "creators", or false when there is none of that name.
func SchemaText(document string) ([]byte, bool) {
	data, err := schemaFiles.ReadFile("schemas/" + document + ".schema.json")
	return data, err == nil
}

// node returns the schema at url, an id with a JSON pointer as fragment.
func (s *schemaSet) node(url string) map[string]any {
	id, pointer, _ := strings.Cut(url, "#")
	at := s.raw[id]
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if pointer == "" {
			break
		}
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch v := at.(type) {
		case map[string]any:
			at = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			at = v[i]
		default:
			return nil
		}
	}
	m, _ := at.(map[string]any)
	return m
}

// allowed returns what a schema says is allowed, in words.
func (s *schemaSet) allowed(url string) string {
	text, _ := s.node(url)["description"].(string)
	return text
}

// hidden reports whether values of a schema must not be shown.
func (s *schemaSet) hidden(url string) bool {
	hide, _ := s.node(url)["writeOnly"].(bool)
	return hide
}
