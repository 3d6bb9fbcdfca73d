package exports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
)

// Severity says what a finding does to the contract.
type Severity string

// The severities.
const (
	Broken Severity = "error" // a reader can be misled
	Note   Severity = "info"  // worth knowing, and allowed
)

// Finding is one thing in a directory that is not as the contract has it, or that
// is worth knowing.
type Finding struct {
	File     string   `json:"file"`
	Path     string   `json:"path,omitempty"` // JSON path such as $.clips[0].title
	Found    string   `json:"found"`
	Allowed  string   `json:"allowed,omitempty"`
	Severity Severity `json:"severity"`
	// passing findings are gone at another look when somebody was writing.
	passing bool
}

// String returns the finding as one line.
func (f Finding) String() string {
	text := string(f.Severity) + ": " + f.File
	if f.Path != "" {
		text += ": " + f.Path
	}
	text += ": found " + f.Found
	if f.Allowed != "" {
		text += "; allowed: " + f.Allowed
	}
	return text
}

// Verify holds every document in a directory, a canonical tree or a copy, against
// the contract: form, schema, what the desktop console can read, stamps, and the
// manifest. It returns everything it found, by file. A directory that somebody is
// writing is looked at again for up to a second before document and manifest count
// as apart. The error is that of reading the directory.
func Verify(ctx context.Context, tree fs.FS, clock func() time.Time) ([]Finding, error) {
	const again = 250 * time.Millisecond
	for attempt := 0; ; attempt++ {
		findings, err := look(tree, clock)
		if err != nil {
			return nil, err
		}
		if attempt == 4 || !slices.ContainsFunc(findings, func(f Finding) bool { return f.passing }) {
			return findings, nil
		}
		if backoff.Wait(ctx, again) != nil {
			return nil, context.Cause(ctx)
		}
	}
}

// file is one file of a directory that is verified.
type file struct {
	name string // as it stands there
	is   string // the document that it is
	data []byte
}

// look verifies a directory as it is now.
func look(tree fs.FS, clock func() time.Time) ([]Finding, error) {
	// The manifest first: a document that is newer than it shows as apart.
	manifest, findings, err := readManifestOf(tree)
	if err != nil {
		return nil, err
	}
	files, unknown, err := filesOf(tree)
	if err != nil {
		return nil, err
	}
	findings = append(findings, unknown...)
	held := map[string]file{}
	for _, f := range files {
		if f.data, err = fs.ReadFile(tree, f.name); err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				findings = append(findings, Finding{File: f.name, Found: "a file that cannot be read: " + err.Error(), Severity: Broken})
			}
			continue
		}
		held[f.name] = f
		// The clock after the file: no stamp in it may be later.
		findings = append(findings, documentFindings(f, clock())...)
	}
	findings = append(findings, manifest.findings(held)...)
	findings = append(findings, missing(held, manifest)...)
	findings = append(findings, namesakes(held)...)
	slices.SortStableFunc(findings, func(a, b Finding) int { return strings.Compare(a.File, b.File) })
	return findings, nil
}

// filesOf lists the documents of a directory, and what is none.
func filesOf(tree fs.FS) (files []file, unknown []Finding, err error) {
	err = fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("look into the directory: %w", err)
		case e.IsDir():
			return nil
		}
		is, known := canonicalName(name)
		switch {
		case !known && strings.HasPrefix(path.Base(name), ".") && strings.HasSuffix(name, ".tmp"):
			// Being written just now, or left by a killed writer; no reader's business.
		case !known:
			unknown = append(unknown, Finding{File: name, Found: "a file that this version does not know", Severity: Note})
		case !e.Type().IsRegular():
			unknown = append(unknown, Finding{File: name, Found: "something that is not a regular file", Allowed: "a document", Severity: Broken})
		case name != FileManifest:
			files = append(files, file{name: name, is: is})
		}
		return nil
	})
	return files, unknown, err
}

// documentFindings verifies one document by itself.
func documentFindings(f file, now time.Time) []Finding {
	findings := formFindings(f)
	value, err := parse(f.data)
	if err != nil {
		return append(findings, Finding{File: f.name, Found: "text that is not JSON: " + err.Error(), Allowed: "one JSON document", Severity: Broken})
	}
	findings = append(findings, schemaFindings(f, value)...)
	findings = append(findings, consoleFindings(f, value, findings)...)
	return append(findings, futureFindings(f, value, now)...)
}

// missing finds documents that every runtime writes, or that the directory's list
// of its documents names, and that are not there. Public ones have to be; others
// may have been left out of a copy. A set of a past moment lacks those without a
// history. What the manifest names, it says itself.
func missing(held map[string]file, m manifestOf) []Finding {
	expected := []metaEntry{{File: FileMeta, Visibility: Public}}
	for _, k := range catalog() {
		if m.At == nil || untold(k.file) == "" {
			expected = append(expected, metaEntry{File: k.file, Visibility: k.visibility})
		}
	}
	for _, f := range families() {
		if f.front != "" {
			expected = append(expected, metaEntry{File: f.front, Visibility: f.visibility})
		}
	}
	var list struct {
		Exports []metaEntry `json:"exports"`
	}
	if json.Unmarshal(held[FileMeta].data, &list) == nil {
		expected = append(expected, list.Exports...)
	}
	var findings []Finding
	seen := map[string]bool{}
	for _, e := range expected {
		if _, there := held[e.File]; there || m.lists(e.File) || seen[e.File] {
			continue
		}
		seen[e.File] = true
		f := Finding{File: e.File, Found: "nothing", Allowed: describe(e.File), Severity: Note}
		if e.Visibility == Public {
			f.Severity, f.passing = Broken, true
		}
		findings = append(findings, f)
	}
	return findings
}

// namesakes finds documents that say something else under another of their names.
func namesakes(held map[string]file) []Finding {
	var findings []Finding
	for _, k := range catalog() {
		main, there := held[k.file]
		for _, name := range k.also {
			if other, also := held[name]; there && also && string(other.data) != string(main.data) {
				findings = append(findings, Finding{File: name, Found: "other content than in " + k.file, Allowed: "the same document under both names", Severity: Broken, passing: true})
			}
		}
	}
	return findings
}
