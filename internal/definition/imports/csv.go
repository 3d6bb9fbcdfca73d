package imports

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// readCSV reads a table whose first row names its columns. Which bot it comes
// from follows from the names.
func readCSV(im *importer, data []byte) error {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma = separator(data)
	reader.FieldsPerRecord, reader.LazyQuotes, reader.TrimLeadingSpace = -1, true, true
	header, err := reader.Read()
	if err != nil {
		return fmt.Errorf("read the table's first row: %w", err)
	}
	columns := map[string]int{}
	for i, name := range header {
		columns[plainColumn(name)] = i
	}
	rows := []row{}
	for {
		cells, err := reader.Read()
		switch {
		case errors.Is(err, io.EOF):
			return im.table(columns, rows)
		case err != nil:
			return fmt.Errorf("read the table: %w", err)
		case len(rows) == maxCommands:
			return fmt.Errorf("the table holds more than %d commands", maxCommands)
		}
		rows = append(rows, row{columns, cells})
	}
}

// separator is the character that occurs most in the first line of those that
// separate columns.
func separator(data []byte) rune {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	best := ','
	for _, r := range []rune{';', '\t'} {
		if bytes.Count(line, []byte(string(r))) > bytes.Count(line, []byte(string(best))) {
			best = r
		}
	}
	return best
}

// plainColumn is a column's name without blanks and capitals.
func plainColumn(name string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "", ".", "").Replace(strings.ToLower(strings.TrimSpace(name)))
}

// row is a row of a table.
type row struct {
	columns map[string]int
	cells   []string
}

// text returns the cell of the first of these columns that there is.
func (r row) text(names ...string) string {
	for _, name := range names {
		if i, ok := r.columns[name]; ok && i < len(r.cells) {
			return strings.TrimSpace(r.cells[i])
		}
	}
	return ""
}

func (r row) number(names ...string) float64 {
	n, err := strconv.ParseFloat(r.text(names...), 64)
	if err != nil {
		return 0
	}
	return n
}

// flag returns a switch, or nil where there is none.
func (r row) flag(names ...string) *bool {
	var on bool
	switch strings.ToLower(r.text(names...)) {
	case "true", "yes", "on", "1", "enabled":
		on = true
	case "false", "no", "off", "0", "disabled":
	default:
		return nil
	}
	return &on
}

// list returns a cell that holds several words.
func (r row) list(names ...string) []string {
	return nonBlank(strings.FieldsFunc(r.text(names...), func(c rune) bool { return strings.ContainsRune(",;|\n", c) }))
}

func (im *importer) table(columns map[string]int, rows []row) error {
	has := func(name string) bool { _, ok := columns[name]; return ok }
	switch {
	case has("reply") || has("accesslevel"):
		commands := make([]elementsCommand, len(rows))
		for i, r := range rows {
			commands[i] = r.elements()
		}
		im.elementsCommands(commands)
	case has("message") || has("response") || has("userlevel"):
		commands := make([]nightbotCommand, len(rows))
		for i, r := range rows {
			commands[i] = nightbotCommand{
				Name: r.text("name", "command"), Message: r.text("message", "response"), Cooldown: r.number("cooldown"),
				UserLevel: r.text("userlevel"), Alias: r.text("alias"), Count: int64(r.number("count")),
			}
		}
		im.nightbotCommands(commands)
	default:
		return ErrUnknown
	}
	return nil
}

func (r row) elements() elementsCommand {
	c := elementsCommand{
		Command: r.text("command", "name"), Reply: r.text("reply"), Aliases: r.list("aliases", "alias"), Keywords: r.list("keywords"),
		Regex: r.text("regex"), Cost: int64(r.number("cost")), Type: r.text("type"), Enabled: r.flag("enabled"),
		Online: r.flag("enabledonline"), Offline: r.flag("enabledoffline"), Count: int64(r.number("count")),
	}
	if hidden := r.flag("hidden"); hidden != nil {
		c.Hidden = *hidden
	}
	if text := r.text("accesslevel", "userlevel", "level"); text != "" {
		level := int(r.number("accesslevel", "userlevel", "level"))
		c.AccessLevel = &level
	}
	c.Cooldown.User, c.Cooldown.Global = r.number("usercooldown", "cooldownuser"), r.number("globalcooldown", "cooldownglobal", "cooldown")
	return c
}
