package media

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// fake adds segments from…to−1 of two seconds each that hold nothing.
func (r *recording) fake(from, to int64) *recording {
	r.t.Helper()
	for n := from; n < to; n++ {
		r.put(ordinary, []byte("x"), Segment{Start: airtime(60 * n), Duration: 2 * time.Second, Origin: n, Clock: OriginClock})
	}
	return r
}

func TestCoverageTellsWhatIsMissingAndWhy(t *testing.T) {
	t.Parallel()
	r := newRecording(t).fake(0, 10)
	require.NoError(t, r.j.addGap(airtime(600), airtime(720), GapStall))
	r.fake(12, 20).fake(21, 30)
	_, err := r.s.pruner.deleteThrough(4)
	require.NoError(t, err)
	cover := r.j.ix.Cover(Span{airtime(120), airtime(2000)})
	require.Equal(t, []clip.Gap{
		{Start: airtime(120), End: airtime(240), Reason: GapExpired},
		{Start: airtime(600), End: airtime(720), Reason: GapStall},
		{Start: airtime(1200), End: airtime(1260), Reason: GapMissing},
		{Start: airtime(1800), End: airtime(2000), Reason: GapUnrecorded},
	}, cover.Gaps)
	require.Equal(t, airtime(240), cover.Oldest)
	require.Equal(t, airtime(1800), cover.Newest)
	require.False(t, cover.Done)
	require.Len(t, cover.Segments, 6+8+9)

	require.True(t, r.j.ix.Cover(Span{airtime(1000), airtime(1800)}).Done)
	require.NoError(t, r.j.append(record{Kind: kindEnded}))
	require.True(t, r.j.ix.Cover(Span{airtime(120), airtime(2000)}).Done)
}

func TestRoundedDurationsAreNoGaps(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	at := epoch
	for range 5 {
		r.put(ordinary, []byte("x"), Segment{Start: at, Duration: 1990 * time.Millisecond, Clock: OriginClock})
		at = at.Add(2 * time.Second)
	}
	require.Empty(t, r.j.ix.Cover(Span{epoch, epoch.Add(9 * time.Second)}).Gaps)
}

func TestTheIndexOnDiskSaysWhatTheOneInMemoryDoes(t *testing.T) {
	t.Parallel()
	r := newRecording(t).fake(0, 10)
	require.NoError(t, r.j.addGap(airtime(600), airtime(720), GapStall))
	require.NoError(t, r.j.addGap(airtime(720), airtime(780), GapStall))
	r.fake(13, 20)
	_, err := r.s.pruner.deleteThrough(3)
	require.NoError(t, err)
	span := Span{airtime(0), airtime(3000)}
	check := func() {
		read, err := OpenIndex(r.dir)
		require.NoError(t, err)
		require.Equal(t, r.j.ix.Cover(span), read.Cover(span))
		require.Zero(t, read.Damaged())
	}
	check()
	require.NoError(t, r.j.compact())
	check()
	r.fake(20, 22)
	check()
	require.NoError(t, r.j.append(record{Kind: kindEnded}))
	require.NoError(t, r.j.compact())
	check()
}

func TestTheIndexDoesNotGrowForEver(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	r.s.pruner.window = 20 * time.Second
	r.s.clock = func() time.Time { return epoch.Add(time.Duration(r.j.nextSeq()) * 2 * time.Second) }
	r.fake(0, 3*compactAfter)
	require.Less(t, r.j.size, int64(compactAfter*250))
	require.LessOrEqual(t, len(r.j.ix.Segments()), 15)
	read, err := OpenIndex(r.dir)
	require.NoError(t, err)
	require.Equal(t, r.j.ix.Segments(), read.Segments())
}

func TestSegmentsWhoseFilesAreNotWhatTheIndexSaysAreDropped(t *testing.T) {
	t.Parallel()
	r := newRecording(t).fake(0, 6)
	segments := r.j.ix.Segments()
	require.NoError(t, os.Remove(filepath.Join(r.dir, segments[1].File)))
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, segments[4].File), []byte("longer"), 0o644))
	j, err := openJournal(r.dir)
	require.NoError(t, err)
	defer j.close()
	require.Len(t, j.ix.Segments(), 4)
	cover := j.ix.Cover(Span{airtime(0), airtime(360)})
	require.Equal(t, []clip.Gap{
		{Start: airtime(60), End: airtime(120), Reason: GapRestart},
		{Start: airtime(240), End: airtime(300), Reason: GapRestart},
	}, cover.Gaps)
	require.EqualValues(t, 7, j.nextSeq())
}

func TestASourceWhoseClockWasSetBackIsStillPruned(t *testing.T) {
	t.Parallel()
	r := newRecording(t).fake(10_000, 10_010)
	p := pruner{journal: r.j, window: 20 * time.Second}
	r.fake(0, 10)
	require.Zero(t, p.disposable(p.window, nil), "less than two windows have been recorded since")
	r.fake(10, 30)
	require.EqualValues(t, 10+20, p.disposable(p.window, nil))
	require.Zero(t, p.disposable(p.window, []Span{{airtime(60 * 10_000), airtime(60 * 10_001)}}), "but never what a clip holds")
}

func TestWhereNothingWasRecordedThereIsNoIndex(t *testing.T) {
	t.Parallel()
	_, err := OpenIndex(t.TempDir())
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestADiscardedRecordingIsGoneUnlessSomebodyNeedsIt(t *testing.T) {
	t.Parallel()
	r := newRecording(t).fake(0, 5)
	gone, err := Discard(r.dir, []Span{{airtime(60), airtime(90)}})
	require.NoError(t, err)
	require.False(t, gone)

	lock, err := durable.TakeLock(filepath.Join(r.dir, lockFile))
	require.NoError(t, err)
	gone, err = Discard(r.dir, nil)
	require.NoError(t, err)
	require.False(t, gone, "it is being recorded")
	require.NoError(t, lock.Release())

	gone, err = Discard(r.dir, []Span{{airtime(6000), airtime(9000)}})
	require.NoError(t, err)
	require.True(t, gone)
	require.NoDirExists(t, r.dir)
	gone, err = Discard(r.dir, nil)
	require.NoError(t, err)
	require.True(t, gone)
}

func TestALineThatDidNotFitIsWrittenOver(t *testing.T) {
	t.Parallel()
	r := newRecording(t).fake(0, 2)
	// What a full disk leaves of a line.
	_, err := r.j.file.WriteAt([]byte(`{"kind":"segm`), r.j.size)
	require.NoError(t, err)
	r.fake(2, 3)
	read, err := OpenIndex(r.dir)
	require.NoError(t, err)
	require.Len(t, read.Segments(), 3)
	require.Zero(t, read.Damaged())
}

func TestAnEmptySegmentIsNotStored(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	err := r.s.put(context.Background(), Segment{Start: epoch, Duration: time.Second}, "ts", func(io.Writer) error { return nil })
	require.ErrorIs(t, err, errEmpty)
	require.Empty(t, r.j.ix.Segments())
}

func FuzzIndex(f *testing.F) {
	valid := segmentRecord(Segment{Seq: 1, File: "seg-00000001.ts", Start: epoch, Duration: 2 * time.Second, Bytes: 5, Clock: OriginClock}).line()
	valid = append(valid, gapRecord(clip.Gap{Start: epoch.Add(2 * time.Second), End: epoch.Add(9 * time.Second), Reason: GapStall}).line()...)
	valid = append(valid, record{Kind: kindExpired, Seq: 1, End: epoch}.line()...)
	valid = append(valid, record{Kind: kindEnded}.line()...)
	f.Add(valid)
	f.Add(valid[:len(valid)/2])
	f.Add([]byte(`{"kind":"segment","seq":1,"file":"../../etc/passwd","start":"2026-03-04T20:00:00Z","us":1,"bytes":1}` + "\n"))
	f.Add([]byte(`{"kind":"gap","start":"0001-01-01T00:00:00Z","end":"9999-01-01T00:00:00Z"}` + "\n\n{}\nnull\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ix := &Index{}
		whole, _ := scan(data, ix.apply)
		require.True(t, whole == 0 || data[whole-1] == '\n')
		require.False(t, bytes.ContainsRune(data[whole:], '\n'))
		var last int64
		for _, s := range ix.Segments() {
			require.Greater(t, s.Seq, last)
			last = s.Seq
			require.False(t, strings.ContainsAny(s.File+s.Init, `/\`))
		}
		span := Span{epoch, epoch.Add(time.Minute)}
		c := ix.Cover(span)
		require.GreaterOrEqual(t, c.Covered, time.Duration(0))
		require.LessOrEqual(t, c.Covered, span.Length())
		_ = c.Failure(span)
	})
}
