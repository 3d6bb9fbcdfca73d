package exports

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/quota"
	"github.com/streamsuites/streamsuites/internal/store"
)

// rows is a source that a test steers.
type rows struct {
	boardRows
	mu     sync.Mutex
	clips  []clip.Clip // the newest first
	full   int         // how often all clips were asked for
	asked  []int       // how many clips were asked for by their ids, each time
	states int         // how often the states of connections were asked for
	err    error
	handle func(string, string)
}

func (r *rows) set(change func(*rows)) {
	r.mu.Lock()
	change(r)
	handle := r.handle
	r.mu.Unlock()
	if handle != nil {
		handle(Channel, "")
	}
}

func (r *rows) ListClips(_ context.Context, f store.ClipFilter) ([]clip.Clip, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.Limit == 0 {
		r.full++
		return slices.Clone(r.clips), r.err
	}
	return slices.Clone(r.clips[:min(f.Limit, len(r.clips))]), r.err
}

func (r *rows) ClipsByID(_ context.Context, ids []string) ([]clip.Clip, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, len(ids))
	return slices.DeleteFunc(slices.Clone(r.clips), func(c clip.Clip) bool { return !slices.Contains(ids, c.ClipID) }), r.err
}

// began is when the connections were heard of last: unchanged rows do not move.
var began = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (r *rows) LatestJobs(context.Context, int) ([]store.Job, error) { return nil, nil }
func (r *rows) AllCooldowns(context.Context) (map[string]map[string]time.Time, error) {
	return nil, nil
}
func (r *rows) PlatformStatuses(context.Context) ([]store.PlatformStatus, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states++
	return []store.PlatformStatus{{CreatorID: "Qx7Zt2", Platform: "twitch", State: "live", LastHeartbeat: began, UpdatedAt: time.Now()}}, r.err
}
func (r *rows) QuotaUsage(context.Context, time.Time) ([]quota.Usage, error) {
	return nil, nil
}
func (r *rows) AllChatCounters(context.Context, time.Time) ([]store.NamedCounter, error) {
	return nil, nil
}
func (r *rows) Counters(context.Context) ([]store.Counter, error) { return nil, nil }
func (r *rows) Listen(ctx context.Context, channels []string, handle func(string, string)) error {
	r.mu.Lock()
	r.handle = handle
	r.mu.Unlock()
	handle("", "")
	<-ctx.Done()
	return ctx.Err()
}

// passes records what an exporter did and when.
type passes struct {
	mu    sync.Mutex
	start time.Time
	all   []string
}

func (p *passes) observe(pass Pass) {
	p.mu.Lock()
	defer p.mu.Unlock()
	what := "documents"
	if pass.Snapshot {
		what = "snapshot"
	}
	p.all = append(p.all, what+" "+time.Since(p.start).String())
}

func (p *passes) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := p.all
	p.all = nil
	return taken
}

// running starts an exporter. The tests run in bubbles with a clock of their own:
// sleeping there only moves that clock.
func running(t *testing.T, tr *tree, r *rows) (*Exporter, *passes, func()) {
	t.Helper()
	p := &passes{start: time.Now()}
	settings := someSettings()
	settings.Newest = 5
	e := New(Options{Source: r, Settings: func() Settings { return settings }, Writer: tr.options(), Observe: p.observe, Log: zerolog.New(&tr.log)})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	synctest.Wait()
	return e, p, func() { cancel(); require.ErrorIs(t, <-done, context.Canceled) }
}

func TestAChangeIsWrittenAtOnceAndFurtherOnesAreGathered(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		r := &rows{}
		_, p, stop := running(t, tr, r)
		defer stop()
		// The first look, and a second one because listening began only then.
		require.Equal(t, []string{"documents 0s", "snapshot 0s"}, p.take()[:2])
		time.Sleep(5 * time.Second)
		synctest.Wait()
		p.take()
		for n := range 10 {
			r.set(func(r *rows) { r.clips = append([]clip.Clip{someClip(n, clip.Queued)}, r.clips...)[:1] })
			synctest.Wait()
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{"documents 5s", "snapshot 5s", "documents 5.25s", "snapshot 6s"}, p.take())
		require.Contains(t, tr.read(tr.mirror, FileClips), "a00009")
	})
}

func TestTheSnapshotBeatsWithoutAnyChange(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		_, p, stop := running(t, tr, &rows{})
		defer stop()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		p.take()
		generation := tr.manifest().Generation
		time.Sleep(34 * time.Second)
		synctest.Wait()
		require.Len(t, p.take(), 3)
		require.Equal(t, generation, tr.manifest().Generation)
	})
}

func TestAFailureIsRetriedSlowerAndSlowerAndSaidOnce(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		r := &rows{}
		_, p, stop := running(t, tr, r)
		defer stop()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		p.take()
		r.set(func(r *rows) { r.err = errors.New("the database is away") })
		for range 20 {
			r.set(func(*rows) {}) // notifications do not hurry it
			time.Sleep(time.Second)
		}
		synctest.Wait()
		documents := 0
		for _, pass := range p.take() {
			if strings.HasPrefix(pass, "documents") {
				documents++
			}
		}
		require.Equal(t, 5, documents, "after 0, 1, 3, 7 and 15 s")
		r.set(func(r *rows) { r.err = nil; r.clips = []clip.Clip{someClip(1, clip.Queued)} })
		time.Sleep(11 * time.Second)
		synctest.Wait()
		require.Contains(t, tr.read(tr.canonical, FileClips), "a00001")
		require.Equal(t, 2, strings.Count(tr.log.String(), "Exports cannot be written"), "once for documents, once for the snapshot")
		require.Equal(t, 2, strings.Count(tr.log.String(), "Exports are written again"))
	})
}

func TestTheSecondExporterOfATreeStandsByUntilTheFirstEnds(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		first, _, stopFirst := running(t, tr, &rows{})
		second, p, stopSecond := running(t, tr, &rows{})
		defer stopSecond()
		time.Sleep(30 * time.Second)
		synctest.Wait()
		require.Empty(t, p.take())
		require.NoError(t, second.Once(t.Context()), "the first one does it")
		require.NoError(t, second.Final(t.Context()))
		require.Empty(t, p.take())
		require.Contains(t, tr.read(tr.canonical, FileSnapshot), `"running"`)
		require.Equal(t, 1, strings.Count(tr.log.String(), "standing by"))
		stopFirst()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.NotEmpty(t, p.take())
		require.NoError(t, first.Final(t.Context()), "the second one goes on")
		require.Contains(t, tr.read(tr.canonical, FileSnapshot), `"running"`)
	})
}

func TestCatchingUpLooksAtEverythingUnlessThatWasDoneOnlyJustNow(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		r := &rows{clips: []clip.Clip{someClip(1, clip.Queued)}}
		alone := New(Options{Source: r, Settings: someSettings, Writer: tr.options()})
		require.NoError(t, alone.CatchUp(t.Context()), "without Run it is Once")
		require.Contains(t, tr.read(tr.canonical, FileClips), "a00001")

		e, _, stop := running(t, tr, r)
		defer stop()
		e.mu.Lock()
		e.took = time.Second // as with many creators
		e.mu.Unlock()
		r.mu.Lock()
		r.clips = append(r.clips, someClip(2, clip.Queued)) // of which nobody tells
		r.mu.Unlock()
		require.NoError(t, e.CatchUp(t.Context()))
		require.NotContains(t, tr.read(tr.canonical, FileClips), "a00002")
		time.Sleep(catchUpShare * time.Second)
		require.NoError(t, e.CatchUp(t.Context()))
		require.Contains(t, tr.read(tr.canonical, FileClips), "a00002")
	})
}

func TestASnapshotReadsTheStatesOfConnectionsOnceAndTheNextOneAgain(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		r := &rows{}
		_, _, stop := running(t, tr, r)
		defer stop()
		for snapshots := 1; snapshots <= 3; snapshots++ {
			synctest.Wait()
			r.mu.Lock()
			require.Equal(t, snapshots, r.states)
			r.mu.Unlock()
			time.Sleep(10 * time.Second)
		}
		require.Contains(t, tr.read(tr.canonical, FileIngestReport), "Qx7Zt2", "a live document, of the same rows")
	})
}

func TestOnceAndFinalWorkWithoutRun(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		r := &rows{clips: []clip.Clip{someClip(1, clip.Queued)}}
		settings := someSettings()
		e := New(Options{Source: r, Settings: func() Settings { return settings }, Writer: tr.options()})
		require.NoError(t, e.Once(t.Context()))
		require.Contains(t, tr.read(tr.mirror, FileClips), "a00001")
		require.Contains(t, tr.read(tr.mirror, FileSnapshot), `"running"`)
		require.NoError(t, e.Final(t.Context()))
		require.NotContains(t, tr.read(tr.mirror, FileSnapshot), `"running"`)
		r.err = errors.New("the database is away")
		require.ErrorContains(t, e.Once(t.Context()), "read the clips: the database is away")
	})
}

func TestOlderClipsAreAllReadOnlyWhenThereIsAnotherPage(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		r := &rows{}
		for n := range 12 {
			r.clips = append([]clip.Clip{someClip(n, clip.Published)}, r.clips...)
		}
		e, _, stop := running(t, tr, r)
		defer stop()
		read := func() int { r.mu.Lock(); defer r.mu.Unlock(); return r.full }
		step := func(change func(*rows)) int {
			before := read()
			time.Sleep(time.Second)
			r.set(change)
			synctest.Wait()
			return read() - before
		}
		require.Contains(t, tr.read(tr.canonical, ClipPage(2)), "a00006")
		require.Zero(t, step(func(r *rows) { r.clips[0].UpdatedAt = at(1000) }), "a change in front")
		another := func(n int) func(*rows) {
			return func(r *rows) { r.clips = append([]clip.Clip{someClip(n, clip.Queued)}, r.clips...) }
		}
		require.Zero(t, step(another(12)), "a clip moves to the last page")
		require.Contains(t, tr.read(tr.canonical, ClipPage(2)), "a00007")
		require.Zero(t, step(another(13))+step(another(14)))
		require.Contains(t, tr.read(tr.canonical, ClipPage(2)), "a00009")
		require.Equal(t, 1, step(another(15)), "a clip moves to a new page")
		require.Contains(t, tr.read(tr.canonical, FileMeta), ClipPage(3))
		require.Contains(t, tr.read(tr.canonical, ClipPage(3)), "a00010")
		require.Zero(t, step(func(r *rows) { r.clips[15].UpdatedAt = at(2000) }))
		require.NoError(t, e.Once(t.Context()), "the schedule looks at everything")
		require.Contains(t, tr.read(tr.canonical, ClipPage(1)), "12:33:20")
		require.Zero(t, step(func(r *rows) { r.clips = r.clips[:6] }), "deleted clips are the schedule's business")
		require.NoError(t, e.Once(t.Context()))
		require.Equal(t, "<none>", tr.read(tr.canonical, ClipPage(2)))
		require.Contains(t, tr.read(tr.canonical, FileMeta), "clips/page-1.json")
		require.NotContains(t, tr.read(tr.canonical, FileMeta), "clips/page-2.json")
	})
}

func TestARestartWithUnchangedRowsWritesNothingButTheSnapshot(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		r := &rows{clips: clipsInAllStates()}
		_, _, stop := running(t, tr, r)
		stop()
		before := tr.manifest()
		files := func() string {
			var all bytes.Buffer
			for _, f := range []string{FileClips, FileJobs, FileMeta, ClipPage(1)} {
				all.WriteString(tr.read(tr.canonical, f) + tr.read(tr.mirror, f))
			}
			return all.String()
		}
		text := files()
		time.Sleep(time.Hour)
		_, _, stop = running(t, tr, r)
		stop()
		require.Equal(t, before.Generation, tr.manifest().Generation)
		require.Equal(t, text, files())
	})
}
