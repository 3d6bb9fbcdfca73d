package definition

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// written is a definition in all spellings that are accepted.
type written struct {
	Definition
	Creator  string            `json:"creator"`          // creator_id
	Cooldown *float64          `json:"cooldown_seconds"` // cooldown_global_s
	Response string            `json:"response"`         // the only one of responses
	Actions  []json.RawMessage `json:"actions"`
	Subs     []writtenSub      `json:"subcommands"`
}

type writtenSub struct {
	Subcommand
	Cooldown *float64          `json:"cooldown_seconds"`
	Response string            `json:"response"`
	Actions  []json.RawMessage `json:"actions"`
}

// Parse reads one definition as triggers.json or a program writes it. Besides
// the fields' own names it accepts creator for creator_id, cooldown_seconds for
// cooldown_global_s, a single response, and actions written as descriptors
// (action_type send_chat_message or enqueue_clip_job with a payload). Unknown
// fields are ignored; see Strays. It fails, with a *FieldError, on what is no
// JSON object or has a field of a wrong type; whether the values make sense is
// for Check to say.
func Parse(raw []byte) (Definition, error) {
	data, err := wholeNumbers(raw)
	if err != nil {
		return Definition{}, err
	}
	var w written
	if err := json.Unmarshal(data, &w); err != nil {
		return Definition{}, mistyped("", err)
	}
	d := w.Definition
	if d.CreatorID == "" {
		d.CreatorID = w.Creator
	}
	if d.CooldownGlobal == nil {
		d.CooldownGlobal = w.Cooldown
	}
	d.Responses = withResponse(d.Responses, w.Response)
	if d.Actions, err = parseActions("actions", w.Actions); err != nil {
		return Definition{}, err
	}
	d.Subcommands = nil
	for i, s := range w.Subs {
		sub := s.Subcommand
		if sub.CooldownGlobal == nil {
			sub.CooldownGlobal = s.Cooldown
		}
		sub.Responses = withResponse(sub.Responses, s.Response)
		if sub.Actions, err = parseActions(fmt.Sprintf("subcommands[%d].actions", i), s.Actions); err != nil {
			return Definition{}, err
		}
		d.Subcommands = append(d.Subcommands, sub)
	}
	d.tidy()
	return d, nil
}

func withResponse(responses []string, single string) []string {
	if len(responses) == 0 && strings.TrimSpace(single) != "" {
		return []string{single}
	}
	return responses
}

// tidy removes what has no meaning: blanks around names, empty entries of
// lists, capitals in words that are chosen from a list.
func (d *Definition) tidy() {
	for _, text := range []*string{&d.ID, &d.CreatorID, &d.Command, &d.CooldownGroup, &d.Fallback, &d.Description, &d.Usage} {
		*text = strings.TrimSpace(*text)
	}
	lower(&d.Type)
	lower(&d.Match)
	switch d.Match { // as the dashboard spells it
	case "equals_icase":
		d.Match = Exact
	case "contains_icase":
		d.Match = Contains
	}
	lower(&d.StreamState)
	lower(&d.OnCooldown)
	lower(&d.OnDenied)
	lower(&d.Pick)
	lower(&d.ReplyMode)
	d.Aliases, d.Keywords = trimmed(d.Aliases), trimmed(d.Keywords)
	d.Categories, d.DenyUsers, d.AllowUsers = trimmed(d.Categories), trimmed(d.DenyUsers), trimmed(d.AllowUsers)
	d.Platforms, d.Events = lowered(d.Platforms), lowered(d.Events)
	d.Roles, d.CooldownExempt = lowered(d.Roles), lowered(d.CooldownExempt)
	tidyArgs(d.Args)
	tidyActions(d.Actions)
	for i := range d.Subcommands {
		s := &d.Subcommands[i]
		s.Name, s.Usage = strings.TrimSpace(s.Name), strings.TrimSpace(s.Usage)
		s.Aliases, s.Roles = trimmed(s.Aliases), lowered(s.Roles)
		tidyArgs(s.Args)
		tidyActions(s.Actions)
	}
}

func tidyArgs(args []Arg) {
	for i := range args {
		args[i].Name = strings.TrimSpace(args[i].Name)
		lower(&args[i].Type)
	}
}

func tidyActions(actions []Action) {
	for i := range actions {
		lower(&actions[i].Type)
		lower(&actions[i].Mode)
		actions[i].Counter = strings.TrimSpace(actions[i].Counter)
	}
}

func lower[T ~string](word *T) { *word = T(strings.ToLower(strings.TrimSpace(string(*word)))) }

// trimmed drops entries that are blank. An empty list stays one: it means none
// where the default is some.
func trimmed(list []string) []string {
	if list == nil {
		return nil
	}
	kept := make([]string, 0, len(list))
	for _, text := range list {
		if text = strings.TrimSpace(text); text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

func lowered[T ~string](list []T) []T {
	if list == nil {
		return nil
	}
	kept := make([]T, 0, len(list))
	for _, word := range list {
		if lower(&word); word != "" {
			kept = append(kept, word)
		}
	}
	return kept
}

// JSON returns the definition in its own spelling, always the same for the same
// definition.
func (d Definition) JSON() json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(d); err != nil {
		// Only numbers that JSON does not have can fail; Check reports them.
		return json.RawMessage("{}")
	}
	return json.RawMessage(bytes.TrimRight(b.Bytes(), "\n"))
}

// wholeNumbers returns a JSON object with 2.0 and 2e1 written as 2 and 20, which
// is the same to JSON and not to encoding/json.
func wholeNumbers(raw []byte) ([]byte, error) {
	value, err := decode(raw)
	if err != nil {
		return nil, &FieldError{"", "text that is not JSON (" + err.Error() + ")", "write a JSON object"}
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, &FieldError{"", "something that is not a JSON object", "write a JSON object"}
	}
	data, err := json.Marshal(plainNumbers(object))
	if err != nil {
		return nil, &FieldError{"", "a value that JSON does not have", "write a JSON object"}
	}
	return data, nil
}

func plainNumbers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = plainNumbers(e)
		}
	case []any:
		for i, e := range v {
			v[i] = plainNumbers(e)
		}
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			return v
		}
		const exact = 1 << 53
		if f, err := v.Float64(); err == nil && f == float64(int64(f)) && f < exact && f > -exact {
			return json.Number(strconv.FormatInt(int64(f), 10))
		}
	}
	return value
}

// decode parses one JSON value and nothing behind it, keeping numbers as they
// are written.
func decode(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("nothing")
		}
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text behind the value")
	}
	return value, nil
}

// mistyped names the field that could not be read.
func mistyped(at string, err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return &FieldError{at, "a value that cannot be read (" + err.Error() + ")", ""}
	}
	field := strings.TrimPrefix(strings.ReplaceAll(strings.TrimPrefix(wrong.Field, "Definition."), "Subcommand.", ""), "Definition")
	if at != "" && field != "" {
		field = at + "." + field
	} else if at != "" {
		field = at
	}
	return &FieldError{field, "a " + wrong.Value, "write " + kindOf(wrong.Type.Kind().String())}
}

func kindOf(kind string) string {
	switch {
	case kind == "string":
		return "text in quotes"
	case kind == "bool":
		return "true or false"
	case kind == "slice":
		return "a list in [ ]"
	case kind == "struct" || kind == "map":
		return "an object in { }"
	case strings.HasPrefix(kind, "float"):
		return "a number"
	default:
		return "a whole number"
	}
}
