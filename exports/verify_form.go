package exports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// parse reads a document, keeping numbers as they are written.
func parse(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the document")
	}
	return v, nil
}

// formFindings holds the text of a document against the rules that hold for all.
func formFindings(f file) []Finding {
	var findings []Finding
	bad := func(found, allowed string) {
		findings = append(findings, Finding{File: f.name, Found: found, Allowed: allowed, Severity: Broken})
	}
	if !utf8.Valid(f.data) {
		bad("bytes that are not UTF-8", "UTF-8")
	}
	if bytes.HasPrefix(f.data, []byte("\xef\xbb\xbf")) {
		bad("a byte-order mark", "UTF-8 without one")
		return findings
	}
	var indented bytes.Buffer
	if json.Indent(&indented, bytes.TrimSpace(f.data), "", "  ") != nil {
		return findings // not JSON, which is said elsewhere
	}
	if indented.WriteByte('\n'); !bytes.Equal(indented.Bytes(), f.data) {
		bad("other white space than two spaces a level, LF and one LF at the end", "that")
	}
	return findings
}

// instantForm is a stamp as documents hold it.
var instantForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$`)

// ahead are the stamps that say when something will be.
var ahead = []string{"reset_at", "next_run", "ends_at", "expires_at", "next_at", "resets_at", "retry_at"}

// free holds what is nobody's stamp, whatever it is called.
var free = []string{"payload", "metadata"}

// futureFindings finds stamps that are later than now: readers take a negative
// age for an invalid document.
func futureFindings(f file, value any, now time.Time) []Finding {
	var findings []Finding
	walk(value, "$", "", func(path, key string, v any) bool {
		if slices.Contains(free, key) {
			return false
		}
		if at, ok := stampOf(path, key, v, f.is); ok && at.After(now) {
			findings = append(findings, Finding{File: f.name, Path: path, Found: short(v), Allowed: "no time later than now, " + now.UTC().Format(time.RFC3339), Severity: Broken})
		}
		return true
	})
	return findings
}

// stampOf returns the time that a value is, if it is one that must have passed.
func stampOf(path, key string, v any, document string) (time.Time, bool) {
	fired := document == FileJobs && strings.HasPrefix(path, "$.triggers.")
	named := strings.HasSuffix(key, "_at") || strings.HasSuffix(key, "_ts") ||
		slices.Contains([]string{"timestamp", "heartbeat", "last_seen", "last_run", "last_event_timestamp"}, key)
	if slices.Contains(ahead, key) || !named && !fired {
		return time.Time{}, false
	}
	switch v := v.(type) {
	case string:
		at, err := time.Parse(time.RFC3339Nano, v)
		return at, err == nil && instantForm.MatchString(v)
	case json.Number:
		seconds, err := v.Float64()
		return time.UnixMicro(int64(seconds * 1e6)), err == nil && document == FileJobs
	}
	return time.Time{}, false
}

// walk calls visit for every value of a document with its JSON path and the key it
// stands under, in a stable order. It goes no deeper where visit returns false.
func walk(v any, path, key string, visit func(path, key string, v any) bool) {
	if !visit(path, key, v) {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			walk(v[k], path+member(k), k, visit)
		}
	case []any:
		for i, e := range v {
			walk(e, path+"["+strconv.Itoa(i)+"]", "", visit)
		}
	}
}

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// member is the step of a JSON path to a key.
func member(key string) string {
	if plainKey.MatchString(key) {
		return "." + key
	}
	return "[" + strconv.Quote(key) + "]"
}

// short shows a value, or its beginning.
func short(v any) string {
	const most = 80
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	if r := []rune(string(data)); len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(data)
}
