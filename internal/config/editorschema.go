package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// DocumentInfo describes a kind of configuration document.
type DocumentInfo struct {
	Name  string `json:"document"` // such as "creators"
	File  string `json:"file"`     // below the configuration folder
	About string `json:"about"`    // a sentence
}

// Documents lists every kind of document, by name.
func Documents() ([]DocumentInfo, error) {
	set, err := schemas()
	if err != nil {
		return nil, fmt.Errorf("load the configuration schemas: %w", err)
	}
	var infos []DocumentInfo
	for _, name := range documentNames() {
		info := DocumentInfo{Name: name, File: name + ".json", About: set.allowed(schemaURN + name)}
		if name == draftsName {
			info.File = "triggers.json"
		}
		infos = append(infos, info)
	}
	return infos, nil
}

const draftsName = "trigger_drafts"

// documentNames lists the documents that have a schema, sorted.
func documentNames() []string {
	entries, err := schemaFiles.ReadDir("schemas")
	if err != nil {
		return nil // they are embedded
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".schema.json")
	}
	return names
}

// documentFiles are the files that are read in the configuration folder.
func documentFiles() []string {
	var files []string
	for _, name := range documentNames() {
		if name != draftsName {
			files = append(files, name+".json")
		}
	}
	return files
}

// EditorSchema returns the JSON Schema of a document as editors want it: it
// allows $schema, by which a document names its schema, and tells defaults. The
// second result is false when there is no document of that name.
func EditorSchema(document string) ([]byte, bool) {
	text, ok := SchemaText(document)
	if !ok {
		return nil, false
	}
	var root map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&root); err != nil {
		return nil, false // they are embedded, and a test reads them all
	}
	properties, ok := root["properties"].(map[string]any)
	if !ok {
		properties = map[string]any{}
		root["properties"] = properties
	}
	if document == "system" {
		tellDefaults(root, tree(defaultSystem()))
	}
	if document == "clip_rules" {
		tellDefaults(root, tree(defaultClipRules()))
	}
	properties[schemaKey] = map[string]any{"description": "where this schema lies, for editors", "type": "string"}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return nil, false
	}
	return out.Bytes(), true
}

// tree is a value as JSON has it.
func tree(value any) map[string]any {
	var object map[string]any
	if data, err := json.Marshal(value); err == nil {
		_ = json.Unmarshal(data, &object) // what was written can be read
	}
	return object
}

// tellDefaults adds to each property of a schema the default that it has.
func tellDefaults(schema, defaults map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	for name, value := range defaults {
		property, ok := properties[name].(map[string]any)
		if !ok {
			continue
		}
		object, isObject := value.(map[string]any)
		if _, fixed := property["properties"]; isObject && fixed {
			tellDefaults(property, object)
			continue
		}
		if property["writeOnly"] != true && value != nil {
			property["default"] = value
		}
	}
}
