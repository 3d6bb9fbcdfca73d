package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// family makes a command of commands: alone it prints its help, and a word that
// names none of them is an error and not a reason to print help with status 0.
func family(cmd *cobra.Command, members ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(members...)
	cmd.DisableFlagsInUseLine = true
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		var names []string
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				names = append(names, c.Name())
			}
		}
		return fmt.Errorf("%q is not a command of `%s`: choose from %s", args[0], cmd.CommandPath(), strings.Join(names, ", "))
	}
	return cmd
}

// noArgs is for commands that take flags only.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%q is too much: `%s` takes flags only; its --help lists them", args[0], cmd.CommandPath())
}

// wrongFlag adds to the parser's error where the flags are explained.
func wrongFlag(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w; `%s --help` explains the flags", err, cmd.CommandPath())
}
