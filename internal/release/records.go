package release

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// Records are all the files together.
type Records struct {
	Changelog []Change
	Roadmap   []Goal
	About     About
}

//go:embed changelog.json roadmap.json about.json
var files embed.FS

// Recorded returns the records that this program was built with. The caller must
// not change them.
func Recorded() (Records, error) { return recorded() }

var recorded = sync.OnceValues(func() (r Records, err error) {
	read := func(name string) []byte {
		data, readErr := files.ReadFile(name)
		err = errors.Join(err, readErr)
		return data
	}
	changelog, roadmap, about := read("changelog.json"), read("roadmap.json"), read("about.json")
	if err != nil {
		return Records{}, fmt.Errorf("read the embedded records: %w", err)
	}
	return Parse(changelog, roadmap, about)
})

// Parse reads the three files.
func Parse(changelog, roadmap, about []byte) (r Records, err error) {
	if r.Changelog, err = ParseChangelog(changelog); err != nil {
		return Records{}, err
	}
	if r.Roadmap, err = ParseRoadmap(roadmap); err != nil {
		return Records{}, err
	}
	if r.About, err = ParseAbout(about); err != nil {
		return Records{}, err
	}
	return r, nil
}

// strictly decodes one JSON value without unknown keys and with nothing after it.
func strictly(file string, data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	if decoder.More() {
		return fmt.Errorf("read %s: something stands behind its end", file)
	}
	return nil
}

// idForm is how ids look: they stand in addresses and attributes of pages.
var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// checks gathers what is wrong with one entry.
type checks struct {
	where string
	found []error
}

func (c *checks) that(ok bool, format string, args ...any) {
	if !ok {
		c.found = append(c.found, fmt.Errorf("%s: %s", c.where, fmt.Sprintf(format, args...)))
	}
}

// text asks for one line that pages can show as it is.
func (c *checks) text(name, text string) {
	c.that(text != "", "%s is missing", name)
	c.that(clip.Clean(text) == text, "%s has line breaks, angle brackets or spaces that pages do not show", name)
}

// dayForm is how days are written.
const dayForm = "2006-01-02"

func (c *checks) day(name, day string) {
	_, err := time.Parse(dayForm, day)
	c.that(err == nil, "%s is %q: write YYYY-MM-DD", name, day)
}

// ids checks that every id has the form of one and stands once.
type ids map[string]bool

func (seen ids) check(c *checks, id string) {
	c.that(idForm.MatchString(id), "the id has other characters than a-z, 0-9 and single hyphens")
	c.that(!seen[id], "the id stands twice")
	seen[id] = true
}
