package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// endOfInput is what encoding/json says where a text ends too early.
const endOfInput = "unexpected end of JSON input"

var bom = []byte("\xef\xbb\xbf")

// policy says how severe it is when a document is missing, broken or in part not
// allowed, and what the runtime does then.
type policy struct {
	missing, broken, invalid Severity
	without                  string // "no creators are served"
}

// document is one configuration file after checking.
type document struct {
	name    string // "creators"
	file    string // as shown to people
	present bool   // the file exists, whatever is in it
	valid   bool   // it is a JSON object
	value   map[string]any
	// pruned is set when parts were left out.
	pruned bool
}

// decode stores the document's values in target, over the defaults that are
// there. It reports whether the document could be used.
func (l *loader) decode(d document, target any) bool {
	if !d.valid {
		return false
	}
	data, err := json.Marshal(d.value)
	if err == nil {
		err = json.Unmarshal(data, target)
	}
	if err != nil {
		l.add(Problem{File: d.file, Path: "$", Found: err.Error(), Allowed: l.schemas.allowed(schemaURN + d.name),
			Remedy: "values from there on are left out", Severity: Warning, Kind: Invalid})
	}
	return true
}

// read reads and checks the document of that name; file is its path relative to
// the configuration folder.
func (l *loader) read(name, file string, p policy) document {
	d, object := l.open(name, file, p)
	if object == nil {
		return d
	}
	return l.check(d, object, p)
}

// open reads the document without checking it; its object is nil when there is
// none.
func (l *loader) open(name, file string, p policy) (document, map[string]any) {
	d := document{name: name, file: l.shown(filepath.Join(l.dir, file))}
	data, err := readLimited(filepath.Join(l.dir, file))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.add(Problem{File: d.file, Found: "no such file", Allowed: "a JSON object", Remedy: p.without, Severity: p.missing, Kind: Missing})
		return d, nil
	case err != nil:
		d.present = true
		l.add(Problem{File: d.file, Found: "a file that cannot be read: " + cause(err), Allowed: "a readable file with a JSON object",
			Remedy: p.without, Severity: p.broken, Kind: Unreadable})
		return d, nil
	}
	d.present = true
	value, problem := parse(data)
	if problem != nil {
		problem.File, problem.Severity, problem.Kind, problem.Remedy = d.file, p.broken, Syntax, p.without
		l.add(*problem)
		return d, nil
	}
	object, ok := asObject(name, value)
	if !ok {
		l.add(Problem{File: d.file, Path: "$", Found: describe(value), Allowed: "a JSON object", Remedy: p.without, Severity: p.broken, Kind: Invalid})
		return d, nil
	}
	return d, object
}

func (l *loader) check(d document, object map[string]any, p policy) document {
	delete(object, schemaKey) // for editors
	original := clone(object)
	for _, s := range l.schemas.leaveOutStrays(d.name, object) {
		l.add(Problem{File: d.file, Path: jsonPath(original, s.location), Found: "an unknown field", Allowed: s.allowed(),
			Remedy: "it is ignored", Severity: Warning, Kind: Advice})
	}
	rest, wrong := l.schemas.prune(d.name, object)
	for _, v := range wrong {
		remedy := "this value is left out"
		if v.missing {
			remedy = "this entry is left out"
		}
		if len(v.location) == 0 || p.invalid == Fatal {
			remedy = p.without
		}
		l.add(Problem{File: d.file, Path: jsonPath(original, v.location), Found: v.found, Allowed: v.allowed,
			Remedy: remedy, Severity: p.invalid, Kind: Invalid})
	}
	d.pruned = len(wrong) > 0
	d.value, d.valid = rest.(map[string]any)
	l.checked[d.name] = d
	return d
}

// parse parses a JSON document. The problem, if any, names line and column.
func parse(data []byte) (any, *Problem) {
	data = bytes.TrimPrefix(data, bom)
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, &Problem{Found: "an empty file", Allowed: "a JSON object; the smallest is {}"}
	}
	if i := invalidUTF8(data); i >= 0 {
		return nil, &Problem{Path: place(data, i), Found: "bytes that are not UTF-8", Allowed: "JSON in UTF-8"}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err == nil {
		return value, nil
	}
	// The decoder's offsets are those of a stream; json.Unmarshal gives the
	// offset in the text.
	var scratch any
	var syntax *json.SyntaxError
	offset := len(data)
	what := err.Error()
	if again := json.Unmarshal(data, &scratch); errors.As(again, &syntax) {
		offset, what = int(syntax.Offset)-1, syntax.Error()
		if offset == len(data)-1 && what == endOfInput {
			offset = len(data)
		}
	} else if errors.Is(err, io.ErrUnexpectedEOF) {
		what = endOfInput
	}
	return nil, &Problem{Path: place(data, offset), Found: what, Allowed: "a JSON object"}
}

// place names the line and column, counted in characters from 1, of a byte.
func place(data []byte, offset int) string {
	offset = max(0, min(offset, len(data)))
	before := data[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}

func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// clone copies maps and lists of a JSON value.
func clone(v any) any {
	switch t := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(t))
		for k, e := range t {
			m[k] = clone(e)
		}
		return m
	case []any:
		s := make([]any, len(t))
		for i, e := range t {
			s[i] = clone(e)
		}
		return s
	}
	return v
}
