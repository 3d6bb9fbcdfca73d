package media

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

func TestThePrunerKeepsTheWindowAndWhateverClipsHold(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	held := []Span{{airtime(60 * 20), airtime(60 * 25)}}
	var failing error
	configure := func(cfg *RecorderConfig) {
		cfg.Window = 30 * time.Second
		cfg.Held = func(context.Context) ([]Span, error) { return held, failing }
	}
	ix, err := o.record(dir, configure, until(60))
	require.ErrorIs(t, err, errEnough)
	require.Equal(t, through(20, 60), numbersOf(ix), "nothing from the held span on")
	require.Equal(t, airtime(60*20), ix.Cover(Span{airtime(0), airtime(60)}).Expired)

	held, failing = nil, errors.New("the database is away")
	ix, err = o.record(dir, configure, until(70))
	require.ErrorIs(t, err, errEnough)
	require.Equal(t, through(20, 70), numbersOf(ix), "nothing while nobody knows what is held")

	failing = nil
	ix, err = o.record(dir, configure, until(80))
	require.ErrorIs(t, err, errEnough)
	require.LessOrEqual(t, len(ix.Segments()), 15+3)
	files, err := filepath.Glob(filepath.Join(dir, "seg-*.ts"))
	require.NoError(t, err)
	require.Len(t, files, len(ix.Segments()))
}

func TestOnAFullDiskTheOldestIsGivenUpAndRecordingGoesOn(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 8)
	held := []Span{{airtime(60 * 3), airtime(60 * 4)}}
	r.s.held = func(context.Context) ([]Span, error) { return held, nil }
	room := 0
	r.s.create = func(path string) (io.WriteCloser, error) {
		if room--; room < 0 {
			return nil, &os.PathError{Op: "open", Path: path, Err: syscall.ENOSPC}
		}
		return createFile(path)
	}
	store := func(n int64) error {
		return r.s.put(t.Context(), Segment{Start: airtime(60 * n), Duration: 2 * time.Second, Clock: OriginClock}, "ts", func(w io.Writer) error {
			_, err := w.Write([]byte("data"))
			return err
		})
	}
	before := len(r.j.ix.Segments())
	require.ErrorIs(t, store(8), errDiskFull)
	require.Less(t, len(r.j.ix.Segments()), before)
	require.ErrorIs(t, store(9), errDiskFull)
	require.ErrorIs(t, store(10), errDiskFull)
	require.Equal(t, airtime(60*3), r.j.ix.Segments()[0].Start, "never what a clip holds")

	room = 1 // somebody made room
	require.NoError(t, store(11))
	last, _ := r.j.ix.last()
	require.Equal(t, airtime(60*11), last.Start)
	parts, err := filepath.Glob(filepath.Join(r.dir, ".*"))
	require.NoError(t, err)
	require.Empty(t, parts)
}

func TestAFolderThatIsFullForAWhileLeavesAGapWithItsReason(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	var told []string
	r, err := NewRecorder(RecorderConfig{
		Dir: dir, Clock: o.clock.Now, Wait: o.clock.Wait, Log: zerolog.Nop(),
		Resolve: func(context.Context) (string, error) { return o.address(), nil },
		Held:    func(context.Context) ([]Span, error) { return []Span{{airtime(0), airtime(1)}}, nil },
		OnProgress: func(p Progress) {
			told = append(told, p.Err)
			if until(25)(p) {
				cancel(errEnough)
			}
		},
	})
	require.NoError(t, err)
	j, err := openJournal(dir)
	require.NoError(t, err)
	defer j.close()
	r.sink = &sink{
		room: plenty,
		dir:  dir, journal: j, pruner: pruner{journal: j, window: r.cfg.Window}, held: r.cfg.Held, clock: r.cfg.Clock, log: r.cfg.Log,
		create: func(path string) (io.WriteCloser, error) {
			if now := o.clock.Now(); now.After(epoch.Add(30*time.Second)) && now.Before(epoch.Add(36*time.Second)) {
				return nil, &os.PathError{Op: "open", Path: path, Err: syscall.ENOSPC}
			}
			return createFile(path)
		},
	}
	require.ErrorIs(t, r.supervise(ctx), errEnough)
	require.Contains(t, told, "the disk is full")
	cover := j.ix.Cover(Span{airtime(60 * 8), airtime(60 * 24)})
	require.Len(t, cover.Gaps, 1)
	require.Equal(t, GapDiskFull, cover.Gaps[0].Reason)
}
