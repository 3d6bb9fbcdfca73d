package imports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// Format names where a file comes from.
type Format string

// The formats that Read knows.
const (
	Own            Format = "triggers.json"
	Drafts         Format = "dashboard drafts"
	Nightbot       Format = "Nightbot"
	StreamElements Format = "StreamElements"
)

// Result is what a file holds.
type Result struct {
	Format      Format
	Definitions []definition.Definition // in the file's order; each passes Check
	Remarks     []Remark
}

// Remark is something that was not taken over as it was.
type Remark struct {
	Name string // of the command or trigger, as the file spells it
	Text string
}

// String returns the remark as one line.
func (r Remark) String() string {
	if r.Name == "" {
		return r.Text
	}
	return r.Name + ": " + r.Text
}

// Bounds of a file.
const (
	maxBytes    = 8 << 20
	maxCommands = 5000
)

// ErrUnknown is the error about a file of none of the formats.
var ErrUnknown = errors.New("the file is none that can be imported: give a triggers.json, the dashboard's drafts, or Nightbot's or StreamElements' commands as JSON or CSV")

// Read reads the file of that name, of which only the ending counts. creatorID
// becomes the creator of every definition; the drafts and a triggers.json say
// themselves whose triggers they hold, and then those of others are left out.
// An empty creatorID leaves all as they are. Definitions that cannot be used are
// left out with a remark.
func Read(name string, data []byte, creatorID string) (Result, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	switch {
	case len(data) == 0:
		return Result{}, fmt.Errorf("import %s: the file is empty", name)
	case len(data) > maxBytes:
		return Result{}, fmt.Errorf("import %s: the file is larger than %d MiB", name, maxBytes>>20)
	case !utf8.Valid(data):
		return Result{}, fmt.Errorf("import %s: the file is not in UTF-8", name)
	}
	read := readCSV
	if data[0] == '{' || data[0] == '[' {
		read = readJSON
	}
	im := &importer{creator: creatorID, taken: map[string]bool{}}
	if err := read(im, data); err != nil {
		return Result{}, fmt.Errorf("import %s: %w", name, err)
	}
	im.finish()
	return im.Result, nil
}

// importer collects what a file holds.
type importer struct {
	Result
	creator string
	taken   map[string]bool // ids
}

func (im *importer) remark(name, format string, args ...any) {
	im.Remarks = append(im.Remarks, Remark{name, fmt.Sprintf(format, args...)})
}

// finish leaves out what could not be used.
func (im *importer) finish() {
	kept := im.Definitions[:0]
	for _, d := range im.Definitions {
		wrong := d.Check()
		if len(wrong) == 0 {
			kept = append(kept, d)
			continue
		}
		im.remark(d.ID, "not taken over: %v", errors.Join(wrong...))
	}
	im.Definitions = kept
}

// top is what tells the JSON formats apart.
type top struct {
	Schema   string            `json:"schema"`
	Triggers []json.RawMessage `json:"triggers"`
	Commands []json.RawMessage `json:"commands"`
}

func readJSON(im *importer, data []byte) error {
	var t top
	var list []json.RawMessage
	if data[0] == '[' {
		if err := json.Unmarshal(data, &list); err != nil {
			return fmt.Errorf("read the list: %w", err)
		}
		return im.commands(list)
	}
	if err := json.Unmarshal(data, &t); err != nil {
		return fmt.Errorf("read the document: %w", err)
	}
	switch {
	case t.Schema == DraftsSchema:
		return im.drafts(data)
	case t.Triggers != nil:
		return im.own(t.Triggers)
	case t.Commands != nil:
		return im.commands(t.Commands)
	}
	return ErrUnknown
}

// commands reads a list of either bot's commands.
func (im *importer) commands(list []json.RawMessage) error {
	if len(list) > maxCommands {
		return fmt.Errorf("the file holds %d commands, at most %d can be read", len(list), maxCommands)
	}
	for _, raw := range list {
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) != nil {
			return ErrUnknown
		}
		switch {
		case fields["reply"] != nil || fields["accessLevel"] != nil:
			return im.streamElements(list)
		case fields["message"] != nil || fields["userLevel"] != nil || fields["coolDown"] != nil:
			return im.nightbot(list)
		}
	}
	return ErrUnknown
}

// own reads the entries of a triggers.json.
func (im *importer) own(list []json.RawMessage) error {
	im.Format = Own
	if len(list) > maxCommands {
		return fmt.Errorf("the file holds %d triggers, at most %d can be read", len(list), maxCommands)
	}
	for i, raw := range list {
		d, err := definition.Parse(raw)
		if err != nil {
			im.remark(fmt.Sprintf("entry %d", i+1), "not taken over: %v", err)
			continue
		}
		if im.creator != "" && d.CreatorID != "" && d.CreatorID != im.creator {
			im.remark(d.ID, "left out: it belongs to %s", d.CreatorID)
			continue
		}
		if d.CreatorID == "" {
			d.CreatorID = im.creator
		}
		im.Definitions = append(im.Definitions, d)
	}
	return nil
}
