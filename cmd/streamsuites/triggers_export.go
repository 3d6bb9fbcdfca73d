package main

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// triggersFile is a triggers.json.
type triggersFile struct {
	Schema   string            `json:"$schema,omitempty"` // for editors
	Meta     json.RawMessage   `json:"meta,omitempty"`
	Triggers []json.RawMessage `json:"triggers"`
}

func (r *root) triggersExport() *cobra.Command {
	var flags engineFlags
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print the triggers that are in force as a triggers.json",
		Long: `Prints a triggers.json with the triggers as they are in force: what chat changed
and made is in it as if it had been written there. Of built-in triggers it holds
what differs from how they are without being written down.`,
		Args: noArgs,
	}
	flags.register(cmd, "only this creator's")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		engines, err := r.engines(cmd.Context(), flags)
		if err != nil {
			return err
		}
		file := triggersFile{Triggers: []json.RawMessage{}}
		for _, e := range engines {
			entries, err := exported(e)
			if err != nil {
				return err
			}
			file.Triggers = append(file.Triggers, entries...)
		}
		return output.WriteJSON(cmd.OutOrStdout(), file)
	}
	return cmd
}

// exported are a creator's triggers as entries of a triggers.json.
func exported(e engine) ([]json.RawMessage, error) {
	settings := e.machine.Settings()
	settings.Triggers = nil
	bare, err := trigger.Compile(settings, nil)
	if err != nil {
		return nil, err
	}
	plain := map[string]json.RawMessage{}
	for _, info := range bare.Triggers() {
		plain[info.ID] = info.Definition.JSON()
	}
	var entries []json.RawMessage
	for _, info := range e.machine.Rules().Triggers() {
		d := info.Definition
		d.CreatorID = e.creator.ID
		if info.Source == trigger.BuiltIn {
			if string(plain[info.ID]) == string(info.Definition.JSON()) {
				continue
			}
			entry, err := addressed(definition.Diff(plain[info.ID], info.Definition.JSON()), d)
			if err != nil {
				return nil, err
			}
			entries = append(entries, entry)
			continue
		}
		d.ID = writableID(d.ID, len(entries))
		entries = append(entries, d.JSON())
	}
	return entries, nil
}

// addressed adds to a patch whose trigger it is.
func addressed(patch json.RawMessage, d definition.Definition) (json.RawMessage, error) {
	who := definition.Definition{ID: d.ID, Type: d.Type, CreatorID: d.CreatorID}
	entry, err := definition.Merge(patch, who.JSON())
	if err != nil {
		return nil, fmt.Errorf("write the trigger %s: %w", d.ID, err)
	}
	return entry, nil
}

// fileID is what triggers.json allows as an id.
var fileID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$`)

// writableID is the id itself where a file can have it: ids of commands that were
// made in chat have all characters of their names.
func writableID(id string, n int) string {
	if fileID.MatchString(id) {
		return id
	}
	return fmt.Sprintf("chat-%d", n+1)
}
