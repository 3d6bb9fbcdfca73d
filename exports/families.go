package exports

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// family is a document with pages for its older rows, or a set of documents whose
// names depend on the rows.
type family struct {
	front        string // the first document; empty when there are only further ones
	folder       string // of the further documents
	owns         func(file string) bool
	visibility   Visibility
	about        string // the front
	aboutFurther string
	schema       string // of all of them
	follows      topic  // the kinds of rows that they tell of
	read         func(ctx context.Context, c *collector, s Settings, all bool) (part, error)
	// some reads no more than it takes to tell what changed, and reports false when
	// everything has to be read; nil for families of whose rows no notice tells.
	some func(ctx context.Context, c *collector, s Settings, told changes) (p part, enough bool, err error)
}

// key is what a family is remembered by.
func (f family) key() string { return or(f.front, f.folder) }

// part is what a family gives to a set of documents.
type part struct {
	family string // the folder of its further documents
	docs   []Document
	// whole says that docs are all of the family's documents, and not the front alone.
	whole bool
	// moved says that a row moved from the front to a page: nothing was built, and
	// all rows have to be read.
	moved bool
	// oldest is the last row of a full front, and empty when there are fewer rows; for
	// a family without a front, what tells its present documents from later ones.
	oldest string
	// rows are the ids of the rows that were read, the newest first, when they have any.
	rows []string
	// ordered says that rows are those of all rows, though docs are not all documents.
	ordered bool
	listed  time.Time // when the list of its documents came to be
}

// families lists the documents that catalog cannot: those with pages and those of
// creators. The order is that in which they are written.
func families() []family {
	return []family{
		clipFamily(),
		paged(FilePolls, "The newest polls and their results", "Older polls", otherRows, readPolls),
		paged(FileTallies, "The newest tallies", "Older tallies", otherRows, readTallies),
		paged(FileScoreboards, "The newest scoreboards", "Older scoreboards", otherRows, readScoreboards),
		{
			folder: dirScoreSnapshots, owns: isScoreSnapshot, visibility: DashboardOnly, schema: "scoreboard_snapshot", follows: otherRows,
			aboutFurther: "Scores of one creator's viewers", read: readScoreSnapshots,
		},
		{
			folder: dirChatLogs, owns: chatLogForm.MatchString, visibility: DashboardOnly, schema: "chat_log_file", follows: otherRows,
			aboutFurther: "What was said in a broadcast", read: readChatLogs,
		},
	}
}

func clipFamily() family {
	f := paged(FileClips, "The newest clips", "Older clips", clipRows, readClips)
	f.some = someClips
	return f
}

// paged is the family of a public document and its pages.
func paged(front, about, further string, follows topic, read func(context.Context, *collector, Settings, bool) (part, error)) family {
	return family{
		front: front, folder: pageFolder(front), owns: func(file string) bool { return isPage(front, file) }, visibility: Public,
		about: about, aboutFurther: further, schema: strings.TrimSuffix(front, ".json"), follows: follows, read: read,
	}
}

// familyOf finds the family that a document belongs to.
func familyOf(file string) (family, bool) {
	all := families()
	if i := slices.IndexFunc(all, func(f family) bool { return file != "" && (f.front == file || f.owns(file)) }); i >= 0 {
		return all[i], true
	}
	return family{}, false
}

// folders are the folders below a root that documents are in.
func folders() []string {
	found := []string{"."}
	for _, k := range catalog() {
		found = append(found, path.Dir(k.file))
	}
	for _, f := range families() {
		found = append(found, f.folder)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func pageFolder(front string) string { return strings.TrimSuffix(front, ".json") }

// page is the name of the nth page of a document's older rows; n counts from 1,
// the oldest rows.
func page(front string, n int) string { return fmt.Sprintf("%s/page-%d.json", pageFolder(front), n) }

func isPage(front, file string) bool {
	var n int
	_, err := fmt.Sscanf(file, pageFolder(front)+"/page-%d.json", &n)
	return err == nil && n > 0 && file == page(front, n)
}

// pagedRows is how a family of a document with pages comes from its rows.
type pagedRows[T any] struct {
	front string
	// list reads rows, the newest first; a limit of 0 is none.
	list func(ctx context.Context, limit int) ([]T, error)
	// byID reads the rows of the given ids, in the order of list; nil where some is
	// never asked for.
	byID  func(ctx context.Context, ids []string) ([]T, error)
	id    func(T) string
	at    func(T) time.Time // by which they are sorted
	build func(file string, rows []T) (Document, error)
}

// read reads all rows, or those in front as long as none of them can have moved to
// a page, and builds their documents.
func (r pagedRows[T]) read(ctx context.Context, c *collector, perPage int, all bool) (part, error) {
	limit := perPage
	if all {
		limit = 0
	}
	rows, err := r.list(ctx, limit)
	if err != nil {
		return part{}, fmt.Errorf("read the %s: %w", pageFolder(r.front), err)
	}
	p := part{rows: r.ids(rows), whole: all || len(rows) < perPage, listed: pagesSince(rows, perPage, r.at)}
	if len(rows) >= perPage {
		p.oldest = r.id(rows[perPage-1])
	}
	known, paged := c.fronts[r.front]
	if p.moved = !p.whole && (!paged || known != p.oldest); p.moved {
		return p, nil
	}
	p.docs, err = inPages(r.front, rows, perPage, r.build)
	return p, err
}

// inPages builds a front with the newest rows and a page for each further part.
// Pages are filled from the oldest row on, so that a new row changes the last page
// at most. They come first: a row that moved to one is never in neither document.
func inPages[T any](front string, rows []T, perPage int, build func(file string, rows []T) (Document, error)) ([]Document, error) {
	inFront := min(len(rows), perPage)
	older := rows[inFront:]
	var docs []Document
	for n := 1; len(older) > 0; n++ {
		from := max(0, len(older)-perPage)
		doc, err := build(page(front, n), older[from:])
		if err != nil {
			return nil, err
		}
		docs, older = append(docs, doc), older[:from]
	}
	doc, err := build(front, rows[:inFront])
	if err != nil {
		return nil, err
	}
	return append(docs, doc), nil
}

// pagesSince is when the last page came to be, which was with its oldest row; zero
// when there is no page.
func pagesSince[T any](rows []T, perPage int, at func(T) time.Time) time.Time {
	older := len(rows) - perPage
	if older <= 0 {
		return time.Time{}
	}
	pages := (older + perPage - 1) / perPage
	return at(rows[len(rows)-1-(pages-1)*perPage])
}
