package exports

import (
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/release"
	"github.com/streamsuites/streamsuites/internal/version"
)

type changelogDocument struct {
	Meta    changelogMeta    `json:"meta"`
	Entries []changelogEntry `json:"entries"`
}

type changelogMeta struct {
	Source      string `json:"source"`
	Project     string `json:"project"`
	Version     string `json:"version"`
	GeneratedAt day    `json:"generated_at"`
}

type changelogEntry struct {
	ID      string        `json:"id"`
	Date    string        `json:"date"`
	Version string        `json:"version"`
	Scope   release.Scope `json:"scope"`
	Title   string        `json:"title"`
	Summary string        `json:"summary"`
	Details []string      `json:"details"`
	Tags    []string      `json:"tags"`
}

type runtimeChange struct {
	ID          string        `json:"id"`
	Date        string        `json:"date"`
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Version     string        `json:"version"`
	Scope       release.Scope `json:"scope"`
	Tags        []string      `json:"tags"`
}

// unreleasedTag marks what this build has and no release yet.
const unreleasedTag = "unreleased"

// BuildChangelog builds changelog.json, the newest change first.
func BuildChangelog(in ReleaseInput) (Document, error) {
	doc := changelogDocument{
		Meta:    changelogMeta{runtimeSource, version.Project, in.Version, day(in.Date)},
		Entries: []changelogEntry{},
	}
	for _, c := range in.changes() {
		doc.Entries = append(doc.Entries, changelogEntry{
			c.ID, c.Date, c.Version, c.Scope, c.Title, c.Summary, append([]string{}, c.Details...), append([]string{}, c.Tags...),
		})
	}
	return publicDocument(FileChangelog, doc)
}

// BuildRuntimeChangelog builds changelog.runtime.json, which leaves the changes of
// the dashboard to the dashboard's own list.
func BuildRuntimeChangelog(in ReleaseInput) (Document, error) {
	doc := []runtimeChange{}
	for _, c := range in.changes() {
		if c.Scope != release.Dashboard {
			doc = append(doc, runtimeChange{c.ID, c.Date, c.Title, c.Summary, c.Version, c.Scope, append([]string{}, c.Tags...)})
		}
	}
	return publicDocument(FileRuntimeChangelog, doc)
}

// changes are those of releases, and those that this build has besides, with the
// day of the build. A build that does not know its day has no date for them.
func (in ReleaseInput) changes() []release.Change {
	var all []release.Change
	for _, c := range in.Records.Changelog {
		switch {
		case c.Released():
		case !in.Date.After(time.Unix(0, 0)):
			continue
		default:
			c = c.In(version.Release{Version: in.Version, Build: in.Build, Date: in.Date})
			c.Tags = append(slices.Clone(c.Tags), unreleasedTag)
		}
		all = append(all, c)
	}
	return all
}
