package release

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/version"
)

// heading is a release in CHANGELOG.md, in the manner of Keep a Changelog.
type heading struct {
	version, date string // "Unreleased" and "" for what is not
	text          string // what stands below
}

const unreleased = "Unreleased"

var headingForm = regexp.MustCompile(`(?m)^## \[([^\]\n]+)\](?: - (\d{4}-\d{2}-\d{2}))?$`)

func headings(markdown string) []heading {
	var all []heading
	found := headingForm.FindAllStringSubmatchIndex(markdown, -1)
	for i, at := range found {
		h := heading{version: markdown[at[2]:at[3]]}
		if at[4] >= 0 {
			h.date = markdown[at[4]:at[5]]
		}
		end := len(markdown)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		h.text = markdown[at[1]:end]
		all = append(all, h)
	}
	return all
}

// hasItems reports whether anything is listed below the heading.
func (h heading) hasItems() bool { return strings.Contains(h.text, "\n- ") }

// Corresponds checks that the changes tell of the releases that CHANGELOG.md
// lists, with its versions and dates, and of no others.
func Corresponds(changes []Change, markdown string) error {
	var wrong []error
	listed := headings(markdown)
	for _, h := range listed {
		told := slices.ContainsFunc(changes, func(c Change) bool { return c.belongsTo(h) })
		if !told && h.hasItems() {
			wrong = append(wrong, fmt.Errorf("CHANGELOG.md lists %s, of which changelog.json does not tell", h.name()))
		}
	}
	for _, c := range changes {
		if !slices.ContainsFunc(listed, func(h heading) bool { return c.belongsTo(h) && h.hasItems() }) {
			wrong = append(wrong, fmt.Errorf("changelog.json: %s: CHANGELOG.md lists nothing of %s", c.ID, c.heading().name()))
		}
	}
	return errors.Join(wrong...)
}

func (c Change) heading() heading {
	if !c.Released() {
		return heading{version: unreleased}
	}
	return heading{version: c.Version, date: c.Date}
}

func (c Change) belongsTo(h heading) bool {
	own := c.heading()
	return own.version == h.version && own.date == h.date
}

func (h heading) name() string { return strings.TrimSpace(h.version + " " + h.date) }

// releaseMarkdown puts what CHANGELOG.md lists as unreleased below the heading of
// the release.
func releaseMarkdown(markdown string, r version.Release) (string, error) {
	old := "## [" + unreleased + "]\n"
	if strings.Count(markdown, old) != 1 {
		return "", errors.New("CHANGELOG.md has no heading, or several, for what is unreleased")
	}
	return strings.Replace(markdown, old, fmt.Sprintf("%s\n## [%s] - %s\n", old, r.Version, r.Date.Format(dayForm)), 1), nil
}

func lists(markdown, version string) bool {
	return slices.ContainsFunc(headings(markdown), func(h heading) bool { return h.version == version })
}

func listsUnreleased(markdown string) bool {
	return slices.ContainsFunc(headings(markdown), func(h heading) bool { return h.version == unreleased && h.hasItems() })
}
