package exports

import (
	"context"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

// Source is where the rows come from; *store.Store is one.
type Source interface {
	// ListClips returns clips, the newest request first.
	ListClips(ctx context.Context, f store.ClipFilter) ([]clip.Clip, error)
	Jobs(ctx context.Context) ([]store.Job, error)
	AllCooldowns(ctx context.Context) (map[string]map[string]time.Time, error)
	PlatformStatuses(ctx context.Context) ([]store.PlatformStatus, error)
	Counters(ctx context.Context) ([]store.Counter, error)
	quotaSource
	// Listen calls handle for every notification until ctx ends, and handle("", "")
	// whenever some may have been lost.
	Listen(ctx context.Context, channels []string, handle func(channel, payload string)) error
}

// collector reads rows and builds documents from them. It remembers which clip
// was the oldest one in clips.json, to see when one moves to a page.
type collector struct {
	source   Source
	settings func() Settings
	clock    func() time.Time
	oldest   string
	paged    bool // oldest is that of a complete set
}

// documents builds every document but the heartbeats. all asks for the complete
// set; otherwise pages of older clips are left out when none of them can have
// got another clip. It reports whether the set is complete.
func (c *collector) documents(ctx context.Context, all bool) (docs []Document, complete bool, err error) {
	s := c.settings()
	clips, err := c.source.ListClips(ctx, store.ClipFilter{Limit: s.Newest})
	if err != nil {
		return nil, false, fmt.Errorf("read the clips: %w", err)
	}
	complete = len(clips) < s.Newest
	if !complete && (all || !c.paged || clips[len(clips)-1].ClipID != c.oldest) {
		if clips, err = c.source.ListClips(ctx, store.ClipFilter{}); err != nil {
			return nil, false, fmt.Errorf("read all clips: %w", err)
		}
		complete = true
	}
	docs, err = BuildAllClips(ClipsInput{clips, s.ChannelURL, s.Since}, s.Newest)
	if err != nil {
		return nil, false, err
	}
	for _, k := range catalog() {
		if k.heartbeat {
			continue
		}
		doc, err := k.document(ctx, c, s)
		if err != nil {
			return nil, false, err
		}
		docs = append(docs, doc)
	}
	if !complete {
		return docs, false, nil
	}
	meta, err := metaOf(clips, s)
	if err != nil {
		return nil, false, err
	}
	c.oldest, c.paged = oldestInFront(clips, s.Newest), true
	return append(docs, meta), true, nil
}

func buildJobs(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	jobs, err := c.source.Jobs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the jobs: %w", err)
	}
	fired, err := c.source.AllCooldowns(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the cooldowns: %w", err)
	}
	doc, err := BuildJobs(JobsInput{jobs, fired, s.Jobs, s.Pending.System, s.Since})
	return doc.Data, err
}

// heartbeat builds the documents that tell how the runtime is now. final says that
// it is ending.
func (c *collector) heartbeat(ctx context.Context, final bool) ([]Document, error) {
	s := c.settings()
	s.Final = final
	var docs []Document
	for _, k := range catalog() {
		if !k.heartbeat {
			continue
		}
		doc, err := k.document(ctx, c, s)
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

func buildSnapshot(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	statuses, err := c.source.PlatformStatuses(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the platforms' states: %w", err)
	}
	counters, err := c.source.Counters(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the counters: %w", err)
	}
	// The clock last: a stamp must not be older than what it stands on.
	doc, err := BuildSnapshot(SnapshotInput{Settings: s, Statuses: statuses, Counters: counters, Final: s.Final, Now: c.clock()})
	return doc.Data, err
}

// metaOf builds meta.json for all clips. The list came to be with the build or,
// later, with the oldest clip of its last page.
func metaOf(clips []clip.Clip, s Settings) (Document, error) {
	older := max(0, len(clips)-s.Newest)
	pages := (older + s.Newest - 1) / s.Newest
	since := s.Since
	if pages > 0 {
		since = newest(since, clips[len(clips)-1-(pages-1)*s.Newest].RequestedAt)
	}
	return BuildMeta(pages, since)
}

func oldestInFront(clips []clip.Clip, perPage int) string {
	if len(clips) < perPage {
		return ""
	}
	return clips[perPage-1].ClipID
}
