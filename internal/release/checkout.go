package release

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/version"
)

// The files of a checkout that a release changes, and those that it reads.
const (
	constantFile  = "internal/version/version.go"
	changelogFile = "internal/release/changelog.json"
	markdownFile  = "CHANGELOG.md"
	roadmapFile   = "internal/release/roadmap.json"
	aboutFile     = "internal/release/about.json"
)

// Checkout is a checkout that is about to be stamped.
type Checkout struct {
	// Records are those of the checkout as they are after the release.
	Records       Records
	dir           string
	before, after map[string][]byte
}

// PlanCheckout works out what gives a checkout's version constant, its changelog
// and CHANGELOG.md the release, so that the next build carries it. What is
// unreleased becomes part of it, unless CHANGELOG.md lists that version already.
func PlanCheckout(dir string, r version.Release) (*Checkout, error) {
	c := &Checkout{dir: dir, before: map[string][]byte{}, after: map[string][]byte{}}
	for _, file := range []string{constantFile, changelogFile, markdownFile, roadmapFile, aboutFile} {
		data, err := os.ReadFile(c.path(file))
		if err != nil {
			return nil, fmt.Errorf("%s is not a checkout of StreamSuites: %w", dir, err)
		}
		c.before[file], c.after[file] = data, data
	}
	if err := c.stamp(r); err != nil {
		return nil, fmt.Errorf("stamp the checkout %s: %w", dir, err)
	}
	return c, nil
}

// Write writes the files that change, each atomically, and returns their paths.
func (c *Checkout) Write() (changed []string, err error) {
	// In this order the same release goes on where it was interrupted.
	for _, file := range []string{markdownFile, changelogFile, constantFile} {
		if bytes.Equal(c.before[file], c.after[file]) {
			continue
		}
		if err := durable.WriteFile(c.path(file), c.after[file], 0o644); err != nil {
			return changed, err
		}
		changed = append(changed, c.path(file))
	}
	return changed, nil
}

func (c *Checkout) path(file string) string { return filepath.Join(c.dir, filepath.FromSlash(file)) }

func (c *Checkout) stamp(r version.Release) (err error) {
	if c.after[constantFile], err = version.Rewrite(c.before[constantFile], r.Version); err != nil {
		return fmt.Errorf("%s: %w", constantFile, err)
	}
	if c.Records, err = Parse(c.before[changelogFile], c.before[roadmapFile], c.before[aboutFile]); err != nil {
		return err
	}
	changes, markdown := c.Records.Changelog, string(c.before[markdownFile])
	waiting := len(changes) > 0 && !changes[0].Released()
	if waiting && !lists(markdown, r.Version) {
		if markdown, err = releaseMarkdown(markdown, r); err != nil {
			return err
		}
		c.after[markdownFile] = []byte(markdown)
	}
	if waiting && !listsUnreleased(markdown) {
		c.Records.Changelog = Release(changes, r)
		if c.after[changelogFile], err = encodeChangelog(c.Records.Changelog); err != nil {
			return err
		}
	}
	return Corresponds(c.Records.Changelog, markdown)
}
