package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/exports"
)

func (r *root) exportsVerify() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [DIR]",
		Short: "Say whether a directory of exported documents keeps the contract",
		Long: `Holds every document in DIR against the contract: its form, its schema, what the
desktop console can read, stamps in the future, and the sizes and hashes of the
manifest. DIR is a canonical tree or a copy of one (default: runtime/exports of the
state directory). Everything is reported at once, with file, JSON path, what was
found and what is allowed. Ends with status 1 on any error; what is only worth
knowing, such as a file that this version does not know, is no error.`,
		Example: "  streamsuites exports verify ./var/shared/state",
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return fmt.Errorf("%q is too much: `%s` takes one directory", args[1], cmd.CommandPath())
		}
		return nil
	}
	format := output.Flag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		dir, err := r.verifiedDir(args)
		if err != nil {
			return err
		}
		findings, err := exports.Verify(cmd.Context(), os.DirFS(dir), time.Now)
		if err != nil {
			return fmt.Errorf("verify %s: %w", dir, err)
		}
		if *format == output.JSON {
			if err := output.WriteJSON(cmd.OutOrStdout(), append([]exports.Finding{}, findings...)); err != nil {
				return err
			}
		} else {
			printVerified(cmd, dir, findings)
		}
		if broken(findings) > 0 {
			return errSilent
		}
		return nil
	}
	return cmd
}

func (r *root) verifiedDir(args []string) (string, error) {
	dir := ""
	if len(args) == 1 {
		dir = args[0]
	} else {
		target, err := r.target()
		if err != nil {
			return "", err
		}
		dir = target.Dir.Exports()
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("verify %s: %w", dir, err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("verify %s: it is not a directory", dir)
	}
	return dir, nil
}

func broken(findings []exports.Finding) (n int) {
	for _, f := range findings {
		if f.Severity == exports.Broken {
			n++
		}
	}
	return n
}

func printVerified(cmd *cobra.Command, dir string, findings []exports.Finding) {
	for _, f := range findings {
		_, _ = fmt.Fprintln(cmd.OutOrStdout(), f.String())
	}
	if len(findings) > 0 {
		_, _ = fmt.Fprintln(cmd.OutOrStdout())
	}
	switch n := broken(findings); n {
	case 0:
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "The documents in %s keep the contract.\n", dir)
	case 1:
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "1 error in %s\n", dir)
	default:
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%d errors in %s\n", n, dir)
	}
}
