package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/config"
)

// effectiveView is what `config show` prints. Its JSON names are a fixed interface
// for scripts.
type effectiveView struct {
	Folder      string             `json:"folder"`
	Version     string             `json:"version"` // hash of the documents that are in force
	Environment []variableView     `json:"environment"`
	Documents   []config.Effective `json:"documents"`
}

type variableView struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Set    bool   `json:"set"`
	Secret bool   `json:"secret"`
	Source string `json:"source"`
}

// creatorConfigView is what `config show --creator` prints.
type creatorConfigView struct {
	CreatorID string                `json:"creator_id"`
	Settings  []config.Setting      `json:"settings"`
	Limits    []config.LayeredLimit `json:"limits"`
}

func (r *root) configShow() *cobra.Command {
	var creator string
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the configuration that is in force, and where each value comes from",
		Long: `Prints every value that is in force with its source: a file, a variable, or
"default" where nobody said anything. Secrets are redacted, and so are passwords
and queries of addresses and arguments of commands. With --creator it prints what
holds for one creator: the settings, and the limits with the layers that they win
over. Triggers are listed by ` + "`streamsuites triggers list`" + `.`,
		Args: noArgs,
	}
	format := output.Flag(cmd)
	cmd.Flags().StringVar(&creator, "creator", "", "only what holds for this creator, with the layers of the limits")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := r.configuration(cmd)
		if err != nil {
			return err
		}
		if creator != "" {
			return showCreator(cmd.OutOrStdout(), *format, c, creator)
		}
		return showAll(cmd.OutOrStdout(), *format, c)
	}
	return cmd
}

// configuration loads what there is, also where that does not allow a start: who
// looks for a mistake wants to see the rest.
func (r *root) configuration(cmd *cobra.Command) (*config.Config, error) {
	target, err := r.target()
	if err != nil {
		return nil, err
	}
	c, problems, err := config.Load(cmd.Context(), config.Options{StateDir: target.Dir.String()})
	if err != nil && len(problems) == 0 {
		return nil, err
	}
	if broken := len(problems.Broken()); broken > 0 {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s: `streamsuites config validate` tells\n", counted(broken, "mistake is", "mistakes are")+" left out")
	}
	return c, nil
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func showAll(w io.Writer, format output.Format, c *config.Config) error {
	view := effectiveView{Folder: c.Dir, Version: c.Version, Environment: []variableView{}, Documents: c.Effective()}
	for _, v := range c.Environment {
		view.Environment = append(view.Environment, variableView{v.Name, c.PlainText(v.Value), v.Set, v.Secret, v.Source})
	}
	if format == output.JSON {
		return output.WriteJSON(w, view)
	}
	_, _ = fmt.Fprintf(w, "configuration %s in %s\n\n", view.Version, view.Folder)
	var rows [][]string
	for _, v := range view.Environment {
		rows = append(rows, []string{v.Name, v.Value, v.Source})
	}
	if err := output.Table(w, []string{"VARIABLE", "VALUE", "SOURCE"}, rows); err != nil {
		return err
	}
	for _, d := range view.Documents {
		if len(d.Settings) == 0 {
			continue
		}
		_, _ = fmt.Fprintln(w)
		if err := showSettings(w, d.Document+".json", d.Settings); err != nil {
			return err
		}
	}
	return nil
}

func showCreator(w io.Writer, format output.Format, c *config.Config, id string) error {
	creator := c.Creator(id)
	if creator == nil {
		var ids []string
		for _, other := range c.Creators {
			ids = append(ids, other.ID)
		}
		return fmt.Errorf("there is no creator %q in the configuration: choose from %s", id, strings.Join(ids, ", "))
	}
	view := creatorConfigView{CreatorID: id, Settings: c.CreatorSettings(creator), Limits: c.LayeredLimits(creator)}
	if format == output.JSON {
		return output.WriteJSON(w, view)
	}
	if err := showSettings(w, "creator "+id, view.Settings); err != nil {
		return err
	}
	rows := [][]string{}
	for _, l := range view.Limits {
		var under []string
		for _, u := range l.Under {
			under = append(under, fmt.Sprintf("%s (%s)", limitText(u.Value), u.Source))
		}
		rows = append(rows, []string{l.Name, limitText(l.Value), l.Source, strings.Join(under, ", ")})
	}
	_, _ = fmt.Fprintln(w)
	return output.Table(w, []string{"LIMIT", "VALUE", "SOURCE", "WINS OVER"}, rows)
}

func showSettings(w io.Writer, title string, settings []config.Setting) error {
	rows := [][]string{}
	for _, s := range settings {
		rows = append(rows, []string{s.Name, valueText(s.Value), s.Source})
	}
	_, _ = fmt.Fprintln(w, title)
	return output.Table(w, []string{"SETTING", "VALUE", "SOURCE"}, rows)
}

// limitText shows a limit; null is a word of its own to people.
func limitText(value any) string {
	if value == nil {
		return "no limit"
	}
	return valueText(value)
}

// valueText shows text as it is and everything else as JSON.
func valueText(value any) string {
	if text, ok := value.(string); ok && text != "" {
		return text
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "a value that cannot be shown"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
