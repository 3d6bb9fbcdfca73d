package exports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

// PastSource is where the rows of a past moment come from; *store.Store is one.
type PastSource interface {
	Source
	// FirstRecord returns when history begins, and the zero time when there is none.
	FirstRecord(ctx context.Context) (time.Time, error)
	// CountersKnownSince returns the moment from which on the changes of all counters
	// are kept, and the zero time when none are missing.
	CountersKnownSince(ctx context.Context) (time.Time, error)
}

// MomentError says that nothing can be told of a moment.
type MomentError struct {
	At    time.Time
	Now   time.Time // when the moment was asked for
	First time.Time // when history begins; zero when there is none
}

// Error implements error.
func (e *MomentError) Error() string {
	at := e.At.UTC().Format(time.RFC3339)
	switch {
	case e.At.After(e.Now):
		return fmt.Sprintf("%s lies in the future: it is %s", at, e.Now.UTC().Format(time.RFC3339))
	case e.First.IsZero():
		return fmt.Sprintf("nothing is known of %s: there are no clips, polls, tallies, scoreboards and counters yet", at)
	}
	return fmt.Sprintf("nothing is known of %s: the first record is of %s", at, e.First.UTC().Format(time.RFC3339Nano))
}

// Untold is a document that a set of a past moment does not have.
type Untold struct {
	File string
	Why  string
}

// Past is the set of documents of a past moment.
type Past struct {
	At        time.Time
	Documents []Document
	Untold    []Untold // by file
}

// BuildPast builds the documents of which there is a history as they were at a past
// moment: clips, polls, tallies, scoreboards and counters, and what happened to the middle three.
// Definitions have no history: names, questions and visibilities are today's, and so
// are the settings. The error is a *MomentError for a moment in the future or before
// the first record.
func BuildPast(ctx context.Context, source PastSource, settings func() Settings, clock func() time.Time, at time.Time) (Past, error) {
	first, err := source.FirstRecord(ctx)
	if err != nil {
		return Past{}, err
	}
	if now := clock(); at.After(now) || first.IsZero() || at.Before(first) {
		return Past{}, &MomentError{at, now, first}
	}
	untold, err := untoldAt(ctx, source, at)
	if err != nil {
		return Past{}, err
	}
	s := settings()
	s.Since = earlier(s.Since, at)
	c := newCollector(Options{Source: pastSource{pastBoards{source, at}, present{source}}, Clock: clock})
	past := Past{At: at}
	for _, f := range families() {
		if why := untold(f.key()); why != "" {
			past.Untold = append(past.Untold, Untold{f.key(), why})
			continue
		}
		p, err := f.read(ctx, c, s, true)
		if err != nil {
			return Past{}, err
		}
		past.Documents = append(past.Documents, p.docs...)
	}
	told, err := c.each(ctx, s, func(k kind) bool { return untold(k.file) == "" })
	if err != nil {
		return Past{}, err
	}
	past.Documents = append(past.Documents, told...)
	files := []string{FileMeta}
	for _, d := range past.Documents {
		files = append(files, d.File)
	}
	meta, err := listOf(files, at)
	if err != nil {
		return Past{}, err
	}
	past.Documents = append(past.Documents, meta)
	for _, k := range catalog() {
		if why := untold(k.file); why != "" {
			past.Untold = append(past.Untold, Untold{k.file, why})
		}
	}
	slices.SortFunc(past.Untold, func(a, b Untold) int { return strings.Compare(a.File, b.File) })
	return past, nil
}

// pastSource is a Source whose clips and boards are those of a past moment. What
// else it gives is of the present, and none of the documents told of the past is
// made of it.
type pastSource struct {
	pastBoards
	present
}

// present is one level deeper than pastBoards, whose methods therefore go first.
type present struct{ Source }

// ListClips implements Source with the clips of that moment.
func (p pastSource) ListClips(ctx context.Context, f store.ClipFilter) ([]clip.Clip, error) {
	f.At = p.at
	return p.Source.ListClips(ctx, f)
}

// AllChatCounters implements Source with the counters of that moment.
func (p pastSource) AllChatCounters(ctx context.Context, _ time.Time) ([]store.NamedCounter, error) {
	return p.Source.AllChatCounters(ctx, p.at)
}
