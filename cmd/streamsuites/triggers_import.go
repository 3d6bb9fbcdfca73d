package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/definition/imports"
	"github.com/streamsuites/streamsuites/internal/match"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// importView is what `triggers import` found. Its JSON names are a fixed interface
// for scripts.
type importView struct {
	Format   imports.Format    `json:"format"`
	Triggers []json.RawMessage `json:"triggers"` // as entries of a triggers.json
	Remarks  []string          `json:"remarks"`
	Clashes  []string          `json:"clashes"`
	Written  string            `json:"written"` // file, empty when none was written
}

func (r *root) triggersImport() *cobra.Command {
	var flags engineFlags
	var write bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Take triggers over from another bot, the dashboard, or another triggers.json",
		Long: `Reads Nightbot's or StreamElements' commands (JSON or CSV), the dashboard's
trigger drafts or a triggers.json, and prints them as entries of a triggers.json,
with remarks about what is not the same here. --write adds them to the
triggers.json of the configuration: what is there stays as it is, and an id or a
name that is taken already is refused.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("give one file: commands of Nightbot or StreamElements, drafts, or a triggers.json")
			}
			return nil
		},
	}
	format := output.Flag(cmd)
	cmd.Flags().StringVar(&flags.creator, "creator", "", "whose they become; may be left out where there is only one")
	cmd.Flags().StringVar(&flags.configDir, "config", "", "folder of configuration documents to use in place of the state directory's")
	cmd.Flags().BoolVar(&write, "write", false, "add them to triggers.json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		target, err := r.target()
		if err != nil {
			return err
		}
		cfg, creators, err := configured(cmd.Context(), target, flags)
		if err != nil {
			return err
		}
		if len(creators) != 1 {
			return fmt.Errorf("there are several creators: name one with --creator: %s", creatorNames(cfg))
		}
		data, err := os.ReadFile(args[0])
		if err != nil {
			return fmt.Errorf("read what to import: %w", err)
		}
		found, err := imports.Read(filepath.Base(args[0]), data, creators[0].ID)
		if err != nil {
			return err
		}
		view, err := imported(cfg, creators[0], found)
		if err != nil {
			return err
		}
		if write && len(view.Clashes) == 0 {
			if view.Written, err = addToFile(cfg.Dir, view.Triggers); err != nil {
				return err
			}
		}
		return view.print(cmd, *format, write)
	}
	return cmd
}

// imported compares what a file holds with what the creator has.
func imported(cfg *config.Config, creator *config.Creator, found imports.Result) (importView, error) {
	view := importView{Format: found.Format, Triggers: []json.RawMessage{}, Remarks: []string{}, Clashes: []string{}}
	rules, err := trigger.Compile(roles.TriggerSettings(cfg, creator), nil)
	if err != nil {
		return importView{}, err
	}
	ids, names := map[string]bool{}, map[string]string{}
	prefix := rules.Settings().Prefix
	for _, info := range rules.Triggers() {
		ids[info.ID] = true
		for _, name := range commandNames(info.Definition, prefix) {
			names[name] = info.ID
		}
	}
	for _, remark := range found.Remarks {
		view.Remarks = append(view.Remarks, remark.String())
	}
	for _, d := range found.Definitions {
		if ids[d.ID] {
			view.Clashes = append(view.Clashes, fmt.Sprintf("there is a trigger %s already", d.ID))
		}
		ids[d.ID] = true
		for _, name := range commandNames(d, prefix) {
			if owner, taken := names[name]; taken && owner != d.ID {
				view.Clashes = append(view.Clashes, fmt.Sprintf("%s: the name %s%s is taken by %s", d.ID, prefix, name, owner))
			}
			names[name] = d.ID
		}
		view.Triggers = append(view.Triggers, d.JSON())
	}
	return view, nil
}

// commandNames are a command's names as they are compared.
func commandNames(d definition.Definition, prefix string) []string {
	if d.Command == "" || d.Match == definition.RegexIs {
		return nil
	}
	var names []string
	for _, name := range append([]string{d.Command}, d.Aliases...) {
		names = append(names, match.Name(strings.TrimPrefix(name, prefix)))
	}
	return names
}

func (v importView) print(cmd *cobra.Command, format output.Format, write bool) error {
	out := cmd.OutOrStdout()
	if format == output.JSON {
		if err := output.WriteJSON(out, v); err != nil {
			return err
		}
	} else {
		if err := output.WriteJSON(out, triggersFile{Triggers: v.Triggers}); err != nil {
			return err
		}
		for _, remark := range v.Remarks {
			_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "remark:", remark)
		}
		for _, clash := range v.Clashes {
			_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "clash:", clash)
		}
		if v.Written != "" {
			_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s were added to %s\n", plural(len(v.Triggers), "trigger"), v.Written)
		}
	}
	if write && len(v.Clashes) > 0 {
		return fmt.Errorf("nothing was written: %s with what is there; rename or remove them on one side", plural(len(v.Clashes), "clash"))
	}
	return nil
}
