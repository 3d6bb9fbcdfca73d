package exports

import (
	"bytes"
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed schemas/*.schema.json
var schemaFiles embed.FS

// schemas compiles the embedded schemas, once: they never change.
var schemas = sync.OnceValues(compileSchemas)

// Validate checks a document against its JSON Schema. It is for tests and
// diagnoses: what the builders build is valid by construction.
func Validate(d Document) error {
	schema, err := schemaOf(d.File)
	if err != nil {
		return err
	}
	if schema == nil {
		return fmt.Errorf("validate %s: no schema of that name", d.File)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(d.Data))
	if err != nil {
		return fmt.Errorf("validate %s: %w", d.File, err)
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("validate %s: %w", d.File, err)
	}
	return nil
}

// schemaName is the name of a document's schema, which is also the contract's.
func schemaName(file string) string {
	if f, known := familyOf(file); known {
		return f.schema
	}
	switch {
	case file == FileCreators:
		return "admin_creators"
	case strings.HasPrefix(file, "about."):
		return "about" // one form for every audience
	}
	name := strings.TrimSuffix(file, ".json")
	for _, folder := range []string{"admin/", dirSignals + "/"} {
		name = strings.TrimPrefix(name, folder)
	}
	return strings.NewReplacer(".", "_", "/", "_").Replace(name)
}

func compileSchemas() (map[string]*jsonschema.Schema, error) {
	entries, err := schemaFiles.ReadDir("schemas")
	if err != nil {
		return nil, fmt.Errorf("read the embedded schemas: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	all := map[string]*jsonschema.Schema{}
	for _, e := range entries {
		data, err := schemaFiles.ReadFile("schemas/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read the embedded schemas: %w", err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("parse schema %s: %w", e.Name(), err)
		}
		if err := compiler.AddResource("urn:streamsuites:exports:"+strings.TrimSuffix(e.Name(), ".schema.json"), doc); err != nil {
			return nil, fmt.Errorf("add schema %s: %w", e.Name(), err)
		}
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".schema.json")
		if all[name], err = compiler.Compile("urn:streamsuites:exports:" + name); err != nil {
			return nil, fmt.Errorf("compile schema %s: %w", name, err)
		}
	}
	return all, nil
}
