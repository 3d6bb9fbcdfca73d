package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// addToFile adds entries at the end of a folder's triggers.json and returns its
// path. What is there stays as it is; a file that cannot be read whole is left
// alone. The file is replaced at once, so that nobody sees a part of it.
func addToFile(dir string, entries []json.RawMessage) (string, error) {
	path := filepath.Join(dir, "triggers.json")
	if override := filepath.Join(dir, "overrides", "triggers.json"); exists(override) {
		return "", fmt.Errorf("%s is in force in place of %s: remove it first, or add the triggers there", override, path)
	}
	before, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the triggers that there are: %w", err)
	}
	after, err := withEntries(before, entries)
	if err != nil {
		return "", fmt.Errorf("add to %s: %w", path, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the folder of the configuration: %w", err)
	}
	// Somebody may have saved the file meanwhile.
	if now, err := os.ReadFile(path); err == nil && !bytes.Equal(now, before) {
		return "", fmt.Errorf("%s has changed since it was read: try again", path)
	}
	if err := durable.WriteFile(path, after, 0o644); err != nil {
		return "", fmt.Errorf("write %s: %w", path, err)
	}
	return path, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// withEntries returns a triggers.json with more entries. Empty text is a file
// without any.
func withEntries(text []byte, entries []json.RawMessage) ([]byte, error) {
	file := triggersFile{}
	if len(bytes.TrimSpace(text)) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields() // of the root: they would be lost
		if err := decoder.Decode(&file); err != nil {
			return nil, fmt.Errorf("it is not a triggers.json that can be added to: %w", err)
		}
		if decoder.More() {
			return nil, errors.New("there is text behind the document")
		}
	}
	file.Triggers = append(file.Triggers, entries...)
	if file.Triggers == nil {
		file.Triggers = []json.RawMessage{}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(file); err != nil {
		return nil, fmt.Errorf("write the document: %w", err)
	}
	return out.Bytes(), nil
}
