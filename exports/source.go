package exports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

// Source is where the rows come from; *store.Store is one.
type Source interface {
	telemetrySource
	// ListClips returns clips, the newest request first.
	ListClips(ctx context.Context, f store.ClipFilter) ([]clip.Clip, error)
	// ClipsByID returns the clips of the given ids, the newest request first.
	ClipsByID(ctx context.Context, ids []string) ([]clip.Clip, error)
	// LatestJobs returns the newest jobs, the oldest of them first.
	LatestJobs(ctx context.Context, limit int) ([]store.Job, error)
	AllCooldowns(ctx context.Context) (map[string]map[string]time.Time, error)
	PlatformStatuses(ctx context.Context) ([]store.PlatformStatus, error)
	// UploadOutcomes returns what was tried last for each creator at each destination.
	UploadOutcomes(ctx context.Context) ([]store.UploadOutcome, error)
	Counters(ctx context.Context) ([]store.Counter, error)
	triggerSource
	limitSource
	activitySource
	chatSource
	recordedSource
	BroadcastSource
	quotaSource
	counterSource
	reportSource
	BoardRows
	// Listen calls handle for every notification until ctx ends, and handle("", "")
	// whenever some may have been lost.
	Listen(ctx context.Context, channels []string, handle func(channel, payload string)) error
}

// collector reads rows and builds documents from them. It remembers which row was
// the oldest one in each document with pages, to see when one moves to a page, and
// by how much the counters grew lately.
type collector struct {
	source   Source
	settings func() Settings
	progress func(ctx context.Context, clipIDs []string) map[string]JobProgress // may be nil
	clock    func() time.Time
	fronts   map[string]string   // by document; what is there is that of a complete set
	orders   map[string][]string // by document; ids of all rows, of which notices tell
	listed   []part              // the families as they were when they were whole last, with the names of their documents alone
	grown    increases
	compiled map[string]compiledTriggers
	firings  map[string]firings // by creator
	recorded recordings
	marks    map[string]string // of documents whose inputs are marked, what they were made of last
	liveDue  time.Time         // live documents are not looked at before
	liveTook time.Duration     // how long they took last
	shared   *shared           // while a snapshot is built
}

// The time until the next look at the live documents, so that they take up little of a
// processor however many creators there are and however often something changes.
const (
	// liveEase is how much longer it is than the look: half a per cent of a processor.
	liveEase = 199
	// liveRest is as long as it gets by that: with a thousand creators every other
	// snapshot looks at them.
	liveRest = 15 * time.Second
	// liveShare is how much longer it is than the look in any case: 2 %.
	liveShare = 49
)

// parts reads the families, in their order.
func (c *collector) parts(ctx context.Context, s Settings, all bool) ([]part, error) {
	var parts []part
	for _, f := range families() {
		p, err := f.read(ctx, c, s, all)
		if err != nil {
			return nil, err
		}
		p.family = f.folder
		parts = append(parts, p)
	}
	return parts, nil
}

func readClips(ctx context.Context, c *collector, s Settings, all bool) (part, error) {
	return clipPages(c, s).read(ctx, c, s.Newest, all)
}

func someClips(ctx context.Context, c *collector, s Settings, told changes) (part, bool, error) {
	return clipPages(c, s).some(ctx, c, s.Newest, told)
}

func clipPages(c *collector, s Settings) pagedRows[clip.Clip] {
	return pagedRows[clip.Clip]{
		front: FileClips,
		list: func(ctx context.Context, limit int) ([]clip.Clip, error) {
			return c.source.ListClips(ctx, store.ClipFilter{Limit: limit})
		},
		byID: c.source.ClipsByID,
		id:   func(c clip.Clip) string { return c.ClipID }, at: func(c clip.Clip) time.Time { return c.RequestedAt },
		build: func(file string, clips []clip.Clip) (Document, error) {
			return BuildClips(file, ClipsInput{clips, s.ChannelURL, s.Since})
		},
	}
}

func buildJobs(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	jobs, err := c.source.LatestJobs(ctx, MaxJobs)
	if err != nil {
		return nil, fmt.Errorf("read the jobs: %w", err)
	}
	fired, err := c.source.AllCooldowns(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the cooldowns: %w", err)
	}
	doc, err := BuildJobs(JobsInput{jobs, fired, s.Jobs, s.Pending.System, c.atWork(ctx, jobs), s.Since})
	return doc.Data, err
}

// atWork asks how far the newest jobs that are not over are.
func (c *collector) atWork(ctx context.Context, jobs []store.Job) map[string]JobProgress {
	if c.progress == nil {
		return nil
	}
	var clips []string
	for _, j := range slices.Backward(jobs) {
		if j.Status == store.JobRunning && len(clips) < maxProgress {
			clips = append(clips, j.ClipID)
		}
	}
	if len(clips) == 0 {
		return nil
	}
	return c.progress(ctx, clips)
}

// heartbeat builds the documents that tell how the runtime is now. final says that
// it is ending.
func (c *collector) heartbeat(ctx context.Context, final bool) ([]Document, error) {
	s := c.settings()
	s.Final = final
	return c.each(ctx, s, func(k kind) bool { return k.heartbeat })
}

// live builds the documents of which nobody is notified, except for those that would
// be as they were.
func (c *collector) live(ctx context.Context) ([]Document, error) {
	return c.each(ctx, c.settings(), func(k kind) bool { return k.live || k.progresses && c.progress != nil })
}

// keepLive builds and puts the live documents, unless that was done only just now and
// the runtime is not ending. put is told what went wrong when they were built.
func (c *collector) keepLive(ctx context.Context, final bool, put func([]Document, error) error) {
	start := c.clock()
	if start.Before(c.liveDue) && !final {
		return
	}
	if put(c.live(ctx)) != nil {
		c.marks = nil // nothing is known of what the files were made of
	}
	end := c.clock()
	c.liveTook = end.Sub(start)
	c.liveDue = end.Add(max(liveShare*c.liveTook, min(liveEase*c.liveTook, liveRest)))
}

// remade reports whether the inputs of a document changed since it was built last, by
// their mark.
func (c *collector) remade(file, mark string) bool {
	if c.marks[file] == mark {
		return false
	}
	if c.marks == nil {
		c.marks = map[string]string{}
	}
	c.marks[file] = mark
	return true
}

// each builds the documents of the wanted kinds.
func (c *collector) each(ctx context.Context, s Settings, wanted func(kind) bool) ([]Document, error) {
	var docs []Document
	for _, k := range catalog() {
		if !wanted(k) {
			continue
		}
		doc, err := k.document(ctx, c, s)
		if errors.Is(err, errAsItWas) {
			continue
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// errAsItWas is what the build of a document returns when it would come out as it did
// the last time.
var errAsItWas = errors.New("the document would be as it was")

func buildSnapshot(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	statuses, err := c.statuses(ctx)
	if err != nil {
		return nil, err
	}
	counters, err := c.counters(ctx)
	if err != nil {
		return nil, err
	}
	triggers, err := c.triggers(ctx, s)
	if err != nil {
		return nil, err
	}
	recorded, err := c.recorded.look(ctx, c.source, s.Tables.recorded(), counters, c.clock())
	if err != nil {
		return nil, err
	}
	// The clock last: a stamp must not be older than what it stands on.
	doc, err := BuildSnapshot(SnapshotInput{
		Settings: s, Statuses: statuses, Counters: counters, Recorded: recorded, Triggers: triggers, Final: s.Final, Now: c.clock(),
	})
	return doc.Data, err
}

// metaOf builds meta.json for a complete set. Its list came to be with the build
// or, later, with the newest document whose name depends on the rows.
func metaOf(parts []part, s Settings) (Document, error) {
	since := s.Since
	var further []string
	for _, p := range parts {
		since = newest(since, p.listed)
		for _, d := range p.docs {
			if f, _ := familyOf(d.File); f.front != d.File {
				further = append(further, d.File)
			}
		}
	}
	return BuildMeta(0, since, further...)
}
