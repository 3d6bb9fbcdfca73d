package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/durable"
)

func (r *root) configSchema() *cobra.Command {
	var folder string
	cmd := &cobra.Command{
		Use:   "schema [DOCUMENT]",
		Short: "Print or write the JSON Schemas of the configuration, for editors",
		Long: `Prints the JSON Schema of a document, such as creators, or lists the documents
when none is named. With --output it writes the schema, or all of them, into a
folder. A document that names its schema in "$schema" is checked and completed by
editors; the runtime does not look at it:

  streamsuites config schema --output var/schemas
  {"$schema": "../../schemas/creators.schema.json", "creators": []}`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return documentNames(), cobra.ShellCompDirectiveNoFileComp
		},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("%q is too much: `%s` takes one document", args[1], cmd.CommandPath())
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&folder, "output", "", "folder to write <document>.schema.json into")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		names := documentNames()
		if len(args) == 1 {
			names = args
		}
		switch {
		case folder != "":
			return writeSchemas(cmd, folder, names)
		case len(args) == 0:
			return listDocuments(cmd)
		}
		text, err := schemaOf(args[0])
		if err == nil {
			_, err = cmd.OutOrStdout().Write(text)
		}
		return err
	}
	return cmd
}

func documentNames() []string {
	documents, err := config.Documents()
	if err != nil {
		return nil
	}
	var names []string
	for _, d := range documents {
		names = append(names, d.Name)
	}
	return names
}

func schemaOf(document string) ([]byte, error) {
	text, ok := config.EditorSchema(document)
	if !ok {
		return nil, fmt.Errorf("there is no document %q: choose from %s", document, strings.Join(documentNames(), ", "))
	}
	return text, nil
}

func listDocuments(cmd *cobra.Command) error {
	documents, err := config.Documents()
	if err != nil {
		return err
	}
	rows := [][]string{}
	for _, d := range documents {
		rows = append(rows, []string{d.Name, d.File, d.About})
	}
	return output.Table(cmd.OutOrStdout(), []string{"DOCUMENT", "FILE", "WHAT IT IS"}, rows)
}

func writeSchemas(cmd *cobra.Command, folder string, names []string) error {
	texts := map[string][]byte{}
	for _, name := range names {
		text, err := schemaOf(name)
		if err != nil {
			return err
		}
		texts[name] = text
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make the folder of the schemas: %w", err)
	}
	for _, name := range names {
		path := filepath.Join(folder, name+".schema.json")
		if err := durable.WriteFile(path, texts[name], 0o644); err != nil {
			return fmt.Errorf("write the schema of %s: %w", name, err)
		}
		_, _ = fmt.Fprintln(cmd.OutOrStdout(), path)
	}
	return nil
}
