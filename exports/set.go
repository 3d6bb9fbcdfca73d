package exports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
)

// BuildSet builds every document from the rows as they are now.
func BuildSet(ctx context.Context, source Source, settings func() Settings, clock func() time.Time) ([]Document, error) {
	c := newCollector(Options{Source: source, Settings: settings, Clock: clock})
	docs, _, err := c.look(ctx, changes{complete: true})
	if err != nil {
		return nil, err
	}
	now, err := c.heartbeat(ctx, false)
	if err != nil {
		return nil, err
	}
	live, err := c.live(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Concat(docs, now, live), nil
}

// Set is a tree's documents, all of one generation.
type Set struct {
	Documents []Document
	Manifest  Manifest
}

// ErrNothingExported says that a tree has no manifest: nothing was ever written
// to it, or it is not a tree of exports.
var ErrNothingExported = errors.New("nothing was exported there: no " + FileManifest)

// Reading a set takes several looks when somebody writes it meanwhile.
const (
	looks     = 8
	lookAgain = 250 * time.Millisecond
)

// ReadSet reads a tree as it stands, every document as its manifest has it.
// Where the two are apart because somebody is writing, it looks again for up to
// two seconds, and then names what is wrong.
func ReadSet(ctx context.Context, tree fs.FS) (set Set, err error) {
	for range looks {
		if set, err = readSet(tree); err == nil || errors.Is(err, ErrNothingExported) {
			return set, err
		}
		if backoff.Wait(ctx, lookAgain) != nil {
			return Set{}, context.Cause(ctx)
		}
	}
	return Set{}, err
}

func readSet(tree fs.FS) (Set, error) {
	data, err := fs.ReadFile(tree, FileManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return Set{}, ErrNothingExported
	}
	if err != nil {
		return Set{}, fmt.Errorf("read the manifest: %w", err)
	}
	m, err := parseManifest(data)
	if err != nil {
		return Set{}, fmt.Errorf("read the manifest: %w", err)
	}
	set := Set{Manifest: m}
	var apart []error
	for _, e := range m.Documents {
		data, err := fs.ReadFile(tree, e.File)
		switch {
		case err != nil:
			apart = append(apart, fmt.Errorf("read %s, which the manifest names: %w", e.File, err))
		case hash(data) != e.SHA256:
			apart = append(apart, fmt.Errorf("%s is not as the manifest has it", e.File))
		}
		k, _ := kindOf(e.File)
		set.Documents = append(set.Documents, Document{e.File, e.Visibility, e.Heartbeat, k.also, data})
	}
	return set, errors.Join(apart...)
}
