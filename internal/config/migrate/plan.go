package migrate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/streamsuites/streamsuites/internal/config"
)

// Change is what becomes of one file.
type Change struct {
	Name   string   // relative to the configuration folder, with slashes
	Before []byte   // nil: there was none
	After  []byte   // nil: it goes away
	Why    []string // sentences

	mode fs.FileMode // of the file that was there
}

// Diff shows the change line by line.
func (c Change) Diff() string {
	const nothing = "/dev/null"
	old, now := c.Name, c.Name
	if c.Before == nil {
		old = nothing
	}
	if c.After == nil {
		now = nothing
	}
	return string(diff.Diff(old, c.Before, now, c.After))
}

// Plan is what becomes of a configuration folder.
type Plan struct {
	Changes []Change // in the order in which they are made
	Left    []string // sentences about older files that stay as they are, and why

	dir, stateDir string
}

// New looks at the documents that a configuration was read from and plans what
// turns the older ones into today's. It changes nothing.
func New(c *config.Config) (*Plan, error) {
	f := &folder{dir: c.Dir, config: c, before: map[string][]byte{}, now: map[string][]byte{},
		modes: map[string]fs.FileMode{}, why: map[string][]string{}}
	for _, step := range []func() error{
		f.rateLimits, f.services, f.platformOverrides, f.creators, f.drafts, f.olderAnswers, f.discord,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &Plan{Changes: f.changes(), Left: f.left, dir: c.Dir, stateDir: c.StateDir}, nil
}

// newFile is the permissions of a file that was not there.
const newFile fs.FileMode = 0o644

// folder is the configuration folder as it is and as it becomes.
type folder struct {
	dir         string
	config      *config.Config
	before, now map[string][]byte // by name; nil: no such file
	modes       map[string]fs.FileMode
	why         map[string][]string
	left        []string
}

// read returns a file as it has become so far; nil when there is none.
func (f *folder) read(name string) ([]byte, error) {
	if data, ok := f.now[name]; ok {
		return data, nil
	}
	path := filepath.Join(f.dir, filepath.FromSlash(name))
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	f.modes[name] = newFile
	if info, err := os.Stat(path); err == nil {
		f.modes[name] = info.Mode().Perm()
	}
	if err == nil && data == nil {
		data = []byte{}
	}
	f.before[name], f.now[name] = data, data
	return data, nil
}

// becomes puts another document into a file that was read, unless that would not
// be as its schema wants it: what an older form allowed can be a mistake today.
func (f *folder) becomes(document, name string, value any, why string) (bool, error) {
	text, err := indented(value)
	if err != nil {
		return false, err
	}
	problems, err := config.CheckDocument(document, name, text)
	if err != nil {
		return false, err
	}
	if broken := problems.Broken(); len(broken) > 0 {
		f.leave("%s stays as it is: written as today, it would have a mistake: %s", name, broken[0])
		return false, nil
	}
	f.change(name, text, why)
	return true, nil
}

// change puts other text into a file that was read; nil removes it.
func (f *folder) change(name string, data []byte, why string) {
	f.now[name] = data
	f.why[name] = append(f.why[name], why)
}

func (f *folder) leave(format string, args ...any) {
	f.left = append(f.left, fmt.Sprintf(format, args...))
}

// readable reads a document and reports whether it is there and as its schema
// wants it. One that is not stays as it is: nobody knows what it means.
func (f *folder) readable(document, name string) ([]byte, bool, error) {
	data, err := f.read(name)
	if data == nil || err != nil {
		return nil, false, err
	}
	problems, err := config.CheckDocument(document, name, data)
	if err != nil {
		return nil, false, err
	}
	if broken := problems.Broken(); len(broken) > 0 {
		f.leave("%s stays as it is until it is mended: %s", name, broken[0])
		return nil, false, nil
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), true, nil
}

// changes lists what has become of the files: those that are written before
// those that go away, so that nothing is missing in between.
func (f *folder) changes() []Change {
	var written, removed []Change
	for _, name := range slices.Sorted(maps.Keys(f.now)) {
		c := Change{Name: name, Before: f.before[name], After: f.now[name], Why: f.why[name], mode: f.modes[name]}
		switch {
		case bytes.Equal(c.Before, c.After) && (c.Before == nil) == (c.After == nil):
		case c.After == nil:
			removed = append(removed, c)
		default:
			written = append(written, c)
		}
	}
	return append(written, removed...)
}
