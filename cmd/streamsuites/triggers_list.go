package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/template"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// triggerView is a trigger as `triggers list` prints it. Its JSON names are a
// fixed interface for scripts.
type triggerView struct {
	CreatorID string          `json:"creator_id"`
	TriggerID string          `json:"trigger_id"`
	Type      definition.Type `json:"type"`
	Names     []string        `json:"names"` // what has to be said, or happen
	Source    trigger.Source  `json:"source"`
	Enabled   bool            `json:"enabled"`
	Scan      bool            `json:"scan"` // a pattern that looks at every message
	Problems  []string        `json:"problems"`
}

func (r *root) triggersList() *cobra.Command {
	var flags engineFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the triggers that are in force, in the order in which they are tried",
		Long: `Lists built-in triggers, those of triggers.json and those that were made in
chat, as they are together. Where a database can be reached, what chat changed
is in it; else only the files count.`,
		Args: noArgs,
	}
	format := output.Flag(cmd)
	flags.register(cmd, "only this creator's")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		engines, err := r.engines(cmd.Context(), flags)
		if err != nil {
			return err
		}
		if *format == output.JSON {
			views := []triggerView{}
			for _, e := range engines {
				views = append(views, triggersOf(e)...)
			}
			return output.WriteJSON(cmd.OutOrStdout(), views)
		}
		return printTriggers(cmd, engines)
	}
	return cmd
}

func triggersOf(e engine) []triggerView {
	problems := map[string][]string{}
	for _, p := range e.machine.Rules().Problems() {
		problems[p.TriggerID] = append(problems[p.TriggerID], p.Text)
	}
	prefix := e.machine.Settings().Prefix
	var views []triggerView
	for _, info := range e.machine.Rules().Triggers() {
		views = append(views, triggerView{
			CreatorID: e.creator.ID, TriggerID: info.ID, Type: info.Definition.Type, Names: sought(info.Definition, prefix),
			Source: info.Source, Enabled: info.Enabled, Scan: info.Scan,
			Problems: append(append([]string{}, problems[info.ID]...), strangers(info.Definition)...),
		})
	}
	return views
}

// sought is what a trigger looks for, as people write it.
func sought(d definition.Definition, prefix string) []string {
	names := []string{}
	if d.Command != "" {
		for _, name := range append([]string{d.Command}, d.Aliases...) {
			names = append(names, prefix+strings.TrimPrefix(name, prefix))
		}
	}
	names = append(names, d.Keywords...)
	if d.Pattern != "" {
		names = append(names, "/"+d.Pattern+"/")
	}
	for _, kind := range d.Events {
		names = append(names, string(kind))
	}
	return names
}

// strangers says which variables of a trigger's templates nobody knows.
func strangers(d definition.Definition) []string {
	texts := textsOf(d.Responses, d.Actions)
	for _, sub := range d.Subcommands {
		texts = append(texts, textsOf(sub.Responses, sub.Actions)...)
	}
	var found []string
	for _, text := range texts {
		for _, name := range template.Parse(text).Unknown() {
			line := "$(" + name + ") is not a variable and stays as it stands"
			if !slices.Contains(found, line) {
				found = append(found, line)
			}
		}
	}
	return found
}

func textsOf(responses []string, actions []definition.Action) []string {
	texts := slices.Clone(responses)
	for _, a := range actions {
		texts = append(texts, a.Text, a.Title)
	}
	return texts
}

func printTriggers(cmd *cobra.Command, engines []engine) error {
	var rows [][]string
	var general []string
	for _, e := range engines {
		for _, v := range triggersOf(e) {
			state := "on"
			if !v.Enabled {
				state = "off"
			}
			rows = append(rows, []string{
				v.CreatorID, v.TriggerID, string(v.Type), strings.Join(v.Names, ", "), string(v.Source), state, strings.Join(v.Problems, "; "),
			})
		}
		for _, p := range e.machine.Rules().Problems() {
			if !listed(e, p.TriggerID) {
				general = append(general, strings.TrimSpace(e.creator.ID+" "+p.TriggerID)+": "+p.Text)
			}
		}
	}
	out := cmd.OutOrStdout()
	if err := output.Table(out, []string{"CREATOR", "TRIGGER", "TYPE", "NAMES", "SOURCE", "STATE", "PROBLEMS"}, rows); err != nil {
		return err
	}
	for _, line := range general {
		_, _ = fmt.Fprintln(out, line)
	}
	_, err := fmt.Fprintf(out, "\n%s\n", engines[0].from)
	return err
}

func listed(e engine, id string) bool {
	for _, info := range e.machine.Rules().Triggers() {
		if info.ID == id {
			return true
		}
	}
	return false
}
