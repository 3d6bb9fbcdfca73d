package exports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// Visibility says for whom a document is meant.
type Visibility string

// The visibilities, as the export contract spells them.
const (
	Public        Visibility = "public"
	DashboardOnly Visibility = "dashboard-only"
	InternalOnly  Visibility = "internal-only" // neither mirrored nor served
)

// Names of the documents, relative to a root.
const (
	FileSnapshot = "runtime_snapshot.json"
	FileClips    = "clips.json"
	FileJobs     = "jobs.json"
	FileMeta     = "meta.json"
	FileManifest = "manifest.json"

	FileIngestReport = "ingest_report.json"

	FileCreators      = "admin/creators.json"
	FileChatTriggers  = "admin/chat_triggers.json"
	FileRateLimits    = "admin/rate_limits.json"
	FileIntegrations  = "admin/integrations.json"
	FilePermissions   = "admin/permissions.json"
	FileAdminActivity = "admin_activity.json"
	FileChatEvents    = "signals/chat_events.json"
)

// Document is one document as it is to be written.
type Document struct {
	File       string // path relative to a root, with slashes
	Visibility Visibility
	// Heartbeat documents carry the time at which they were written, so that
	// writing one does not mean that anything changed.
	Heartbeat bool
	// Also are further names of the document, which only mirrors have.
	Also []string
	Data []byte
}

// ClipPage is the name of the nth page of older clips; n counts from 1, the
// oldest clips.
func ClipPage(n int) string { return page(FileClips, n) }

// VisibilityOf returns the visibility of a document by its name, and false for
// names that this version does not write.
func VisibilityOf(file string) (Visibility, bool) {
	if file == FileMeta || file == FileManifest {
		return Public, true
	}
	if f, known := familyOf(file); known {
		return f.visibility, true
	}
	k, known := kindOf(file)
	return k.visibility, known
}

// describe says in one sentence what a document holds.
func describe(file string) string {
	if k, known := kindOf(file); known {
		return k.about
	}
	f, known := familyOf(file)
	switch {
	case known && file == f.front:
		return f.about
	case known:
		return f.aboutFurther
	case file == FileMeta:
		return "List of what the runtime publishes"
	}
	return "Document of the runtime"
}

// meta is the provenance block.
type meta struct {
	GeneratedAt instant    `json:"generated_at"`
	Source      string     `json:"source"`
	Visibility  Visibility `json:"visibility"`
	Scope       string     `json:"scope"`
}

func newMeta(at instant, v Visibility, scope string) meta {
	return meta{at, "StreamSuites runtime", v, scope}
}

// instant is a time as the readers expect it: UTC with Z and six fractional
// digits. The zero time is the Unix epoch.
type instant time.Time

// MarshalText implements encoding.TextMarshaler.
func (t instant) MarshalText() ([]byte, error) {
	at := time.Time(t)
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	return []byte(at.UTC().Format("2006-01-02T15:04:05.000000Z")), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *instant) UnmarshalText(text []byte) error { return (*time.Time)(t).UnmarshalText(text) }

// orNull returns t, or nil for the zero time.
func orNull(t time.Time) *instant {
	if t.IsZero() {
		return nil
	}
	i := instant(t)
	return &i
}

// textOrNull returns text, or nil when it is empty.
func textOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// count32 clamps a count to what the desktop console can read.
func count32(n int64) int32 { return int32(max(0, min(n, math.MaxInt32))) }

// orElse returns t, or fallback for the zero time.
func orElse(t, fallback time.Time) time.Time {
	if t.IsZero() {
		return fallback
	}
	return t
}

// newest returns the latest of the given times.
func newest(first time.Time, times ...time.Time) time.Time {
	for _, t := range times {
		if t.After(first) {
			first = t
		}
	}
	return first
}

// encode returns v as the text of a document: indented by two spaces, one
// newline at the end.
func encode(file string, v any) ([]byte, error) {
	compact, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", file, err)
	}
	// As json.MarshalIndent does it, with room for the lines from the beginning:
	// these are the largest things that a runtime makes again and again.
	indented := bytes.NewBuffer(make([]byte, 0, len(compact)+len(compact)/2))
	if err := json.Indent(indented, compact, "", "  "); err != nil {
		return nil, fmt.Errorf("encode %s: %w", file, err)
	}
	indented.WriteByte('\n')
	data := indented.Bytes()
	if !utf8.Valid(data) { // by what came encoded
		data = bytes.ToValidUTF8(data, []byte("\uFFFD"))
	}
	return data, nil
}

// encodeTwice is encode for a document whose last list some readers look for under
// its own name and others under items: the rows are encoded once for both.
func encodeTwice(file, list string, v any) ([]byte, error) {
	once, err := encode(file, v)
	if err != nil {
		return nil, err
	}
	const end = "\n}\n"
	// Only what stands at the top is indented by two spaces, and no string has lines.
	_, rows, found := bytes.Cut(once, []byte("\n  \""+list+"\": "))
	if !found {
		return nil, fmt.Errorf("encode %s: it has no list %s", file, list)
	}
	const items = ",\n  \"items\": "
	twice := make([]byte, 0, len(once)+len(items)+len(rows))
	twice = append(twice, once[:len(once)-len(end)]...)
	return append(append(twice, items...), rows...), nil
}

// plain makes text fit for pages, some of which show it unescaped: one line,
// without angle brackets, at most n characters.
func plain(text string, n int) string {
	text = clip.Clean(text)
	if len(text) <= n { // a character has a byte at least
		return text
	}
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}
