package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/durable"
)

func TestALiveStreamIsRecordedWithTheOriginsClock(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	ix, err := o.record(dir, nil, until(40))
	require.ErrorIs(t, err, errEnough)
	require.Equal(t, through(4, 40), numbersOf(ix), "the first playlist is taken whole")
	for _, s := range ix.Segments() {
		require.Equal(t, OriginClock, s.Clock)
		require.False(t, s.Discontinuity)
		data, err := os.ReadFile(filepath.Join(dir, s.File))
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("segment %d", s.Origin), string(data))
	}
	cover := ix.Cover(Span{airtime(700), airtime(900)})
	require.True(t, cover.Done)
	require.Empty(t, cover.Gaps)
	require.Equal(t, Span{airtime(700), airtime(900)}.Length(), cover.Covered)
	require.Less(t, o.asked("live.m3u8"), 60, "a playlist is not asked for more often than it changes")
}

func TestAnUnchangedPlaylistIsPolledAtHalfTheTargetDuration(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	var waits []time.Duration
	frozenAt := epoch.Add(30 * time.Second)
	o.frozen = func(now time.Time) bool { return !now.Before(frozenAt) && now.Before(frozenAt.Add(6*time.Second)) }
	_, err := o.record(dir, func(cfg *RecorderConfig) {
		cfg.Wait = func(ctx context.Context, d time.Duration) error {
			waits = append(waits, d)
			return o.clock.Wait(ctx, d)
		}
	}, until(20))
	require.ErrorIs(t, err, errEnough)
	require.Contains(t, waits, time.Second)
	require.Contains(t, waits, 2*time.Second)
}

func TestARestartedRecorderContinuesTheSameIndex(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	_, err := o.record(dir, nil, until(15))
	require.ErrorIs(t, err, errEnough)
	index := filepath.Join(dir, indexFile)
	text, err := os.ReadFile(index)
	require.NoError(t, err)
	// What a kill leaves: a torn line, a file without a line, one being written.
	require.NoError(t, os.WriteFile(index, append(text, `{"kind":"segment","seq":99,"fi`...), 0o644))
	for _, name := range []string{"seg-00000099.ts", ".seg-00000100.ts.part", "notes.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644))
	}
	ix, err := o.record(dir, nil, until(18))
	require.ErrorIs(t, err, errEnough)
	require.Equal(t, through(4, 18), numbersOf(ix))
	require.Zero(t, ix.Damaged())
	for _, s := range ix.Segments() {
		require.False(t, s.Discontinuity, "the stream went on without a break")
	}
	require.NoFileExists(t, filepath.Join(dir, "seg-00000099.ts"))
	require.NoFileExists(t, filepath.Join(dir, ".seg-00000100.ts.part"))
	require.FileExists(t, filepath.Join(dir, "notes.txt"))

	// Away for longer than the origin's playlist reaches back.
	require.NoError(t, o.clock.Wait(t.Context(), 40*time.Second))
	ix, err = o.record(dir, nil, until(45))
	require.ErrorIs(t, err, errEnough)
	require.Equal(t, append(through(4, 18), through(33, 45)...), numbersOf(ix))
	cover := ix.Cover(Span{airtime(60 * 10), airtime(60 * 40)})
	require.Equal(t, []clip.Gap{{Start: airtime(60 * 19), End: airtime(60 * 33), Reason: GapRestart}}, cover.Gaps)
}

func TestSegmentsThatCannotBeHadAreGapsWithAReason(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]int{
		"gone": http.StatusNotFound, "an error of the server": http.StatusBadGateway, "cut off in the middle": -1,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, dir := newOrigin(t), t.TempDir()
			o.status = func(path string) int {
				if strings.Contains(path, "/seg12.") {
					return fault
				}
				return 0
			}
			ix, err := o.record(dir, nil, until(20))
			require.ErrorIs(t, err, errEnough)
			require.Equal(t, append(through(4, 11), through(13, 20)...), numbersOf(ix))
			require.Equal(t, 3, o.asked("/seg12."), "what may pass is tried again")
			cover := ix.Cover(Span{airtime(60 * 8), airtime(60 * 16)})
			require.Equal(t, []clip.Gap{{Start: airtime(60 * 12), End: airtime(60 * 13), Reason: GapMissing}}, cover.Gaps)
			for _, s := range ix.Segments() {
				require.Equal(t, s.Origin == 13, s.Discontinuity)
			}
		})
	}
}

func TestSegmentsThatLeftThePlaylistUnseenAreMissing(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	hiccup := epoch.Add(30 * time.Second)
	o.frozen = func(now time.Time) bool { return now.After(hiccup) && now.Before(hiccup.Add(9*time.Second)) }
	o.window = 2
	ix, err := o.record(dir, nil, until(24))
	require.ErrorIs(t, err, errEnough)
	cover := ix.Cover(Span{airtime(60 * 10), airtime(60 * 24)})
	require.Len(t, cover.Gaps, 1)
	require.Equal(t, GapMissing, cover.Gaps[0].Reason)
}

func TestAnAddressThatExpiresIsAskedForAgain(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	o, dir := newOrigin(t), t.TempDir()
	o.token = "tokenone"
	resolved := 0
	ix, err := o.record(dir, func(cfg *RecorderConfig) {
		cfg.Log = zerolog.New(&log)
		cfg.Resolve = func(context.Context) (string, error) {
			if resolved++; resolved == 2 {
				return "", errors.New("get https://api.example/secretpath?token=tokenone: no answer")
			}
			return o.address(), nil
		}
	}, func(p Progress) bool {
		if until(15)(p) {
			o.change(func() { o.token = "tokentwo" })
		}
		return until(30)(p)
	})
	require.ErrorIs(t, err, errEnough)
	require.GreaterOrEqual(t, resolved, 3)
	require.Equal(t, through(4, 30), numbersOf(ix), "nothing is lost while the address is renewed")
	require.NotContains(t, log.String(), "token")
	require.NotContains(t, log.String(), "secretpath")
	require.Contains(t, log.String(), "403")
}

func TestAStalledOriginIsReportedAndAskedForAgain(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	from := epoch.Add(40 * time.Second)
	o.frozen = func(now time.Time) bool { return now.After(from) && now.Before(from.Add(60*time.Second)) }
	resolved := 0
	var states []string
	ix, err := o.record(dir, func(cfg *RecorderConfig) {
		cfg.Resolve = func(context.Context) (string, error) { resolved++; return o.address(), nil }
	}, func(p Progress) bool {
		if len(states) == 0 || states[len(states)-1] != p.State {
			states = append(states, p.State)
		}
		return until(55)(p)
	})
	require.ErrorIs(t, err, errEnough)
	require.Greater(t, resolved, 2)
	require.Equal(t, []string{StateConnecting, StateRecording, StateStalled, StateConnecting}, states[:4])
	cover := ix.Cover(Span{airtime(60 * 15), airtime(60 * 55)})
	require.Len(t, cover.Gaps, 1)
	require.Equal(t, GapMissing, cover.Gaps[0].Reason, "the origin's numbers went on without us")
}

func TestTheEndOfAStreamIsBelievedTheSecondTime(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	o.last = 20
	resolved := 0
	var last Progress
	ix, err := o.record(dir, func(cfg *RecorderConfig) {
		cfg.Resolve = func(context.Context) (string, error) { resolved++; return o.address(), nil }
	}, func(p Progress) bool { last = p; return false })
	require.NoError(t, err)
	require.Equal(t, 2, resolved)
	require.Equal(t, StateEnded, last.State)
	require.Equal(t, through(4, 20), numbersOf(ix))
	require.True(t, ix.Cover(Span{airtime(60 * 15), airtime(60 * 30)}).Done, "nobody has to wait for more")

	o.change(func() { o.last = 1 << 30 })
	ix, err = o.record(dir, nil, until(25))
	require.ErrorIs(t, err, errEnough)
	require.False(t, ix.Cover(Span{airtime(60 * 15), airtime(60 * 60)}).Done, "it went on after all")
}

func TestTheRecorderEndsWhenTheResolverSaysThatTheStreamIsOver(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	ix, err := o.record(t.TempDir(), func(cfg *RecorderConfig) {
		cfg.Resolve = func(context.Context) (string, error) { return "", fmt.Errorf("ask the platform: %w", ErrSourceOver) }
	}, func(Progress) bool { return false })
	require.NoError(t, err)
	require.True(t, ix.Cover(Span{airtime(0), airtime(60)}).Done)
}

func TestAnOriginThatStartsAnewGoesOnInTheSameIndex(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	o.offset = 5000
	ix, err := o.record(dir, nil, func(p Progress) bool {
		if until(20)(p) {
			o.change(func() {
				o.offset = 0
				o.tags = func(n int) string {
					if n == 22 {
						return "#EXT-X-DISCONTINUITY\n"
					}
					return ""
				}
			})
		}
		return until(30)(p)
	})
	require.ErrorIs(t, err, errEnough)
	require.Equal(t, through(4, 30), numbersOf(ix))
	for _, s := range ix.Segments() {
		require.Equal(t, s.Origin == 21 || s.Origin == 22, s.Discontinuity, "%d", s.Origin)
	}
}

func TestASourceWithoutAClockIsPlacedByArrival(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	o.noClock = true
	began := o.clock.Now()
	ix, err := o.record(dir, nil, func(p Progress) bool { return p.Segments >= 30 })
	require.ErrorIs(t, err, errEnough)
	segments := ix.Segments()
	require.Equal(t, ArrivalClock, segments[0].Clock)
	require.Equal(t, began, segments[5].End(), "the newest segment had just ended")
	for i := 1; i < len(segments); i++ {
		require.Equal(t, segments[i-1].End(), segments[i].Start)
	}
	// It pauses for a minute: what comes then is a minute later.
	pause := o.clock.Now()
	o.change(func() {
		o.frozen = func(now time.Time) bool { return now.Before(pause.Add(time.Minute)) }
		o.body = func(n int) []byte { return []byte("later") }
	})
	ix, err = o.record(dir, nil, func(p Progress) bool { return p.Newest.After(pause.Add(70 * time.Second)) })
	require.ErrorIs(t, err, errEnough)
	require.WithinDuration(t, o.clock.Now(), ix.Segments()[len(ix.Segments())-1].End(), 10*time.Second)
}

func TestFragmentedMP4IsRecordedWithItsInitializationSection(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	o.initial = []byte("the initialization section")
	ix, err := o.record(dir, func(cfg *RecorderConfig) { cfg.Window = 20 * time.Second }, until(60))
	require.ErrorIs(t, err, errEnough)
	segments := ix.Segments()
	require.Equal(t, 1, o.asked("init.mp4"))
	for _, s := range segments {
		require.True(t, strings.HasSuffix(s.File, ".m4s"))
		data, err := os.ReadFile(filepath.Join(dir, s.Init))
		require.NoError(t, err)
		require.Equal(t, o.initial, data)
	}
}

func TestASecondRecorderIsKeptOut(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	lock, err := durable.TakeLock(filepath.Join(dir, lockFile))
	require.NoError(t, err)
	defer lock.Release()
	r, err := NewRecorder(RecorderConfig{Dir: dir, Resolve: func(context.Context) (string, error) { return o.address(), nil }})
	require.NoError(t, err)
	var locked *durable.LockedError
	require.ErrorAs(t, r.Run(t.Context()), &locked)
}

func TestSourcesThatCannotBeRecordedSayWhy(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	o.tags = func(int) string { return "#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys.example/secretpath\"\n" }
	_, err := o.record(t.TempDir(), nil, func(Progress) bool { return false })
	var unsupported *UnsupportedError
	require.ErrorAs(t, err, &unsupported)
	require.Contains(t, err.Error(), "encrypted (AES-128)")
	require.NotContains(t, err.Error(), "secretpath")
}

func TestAPlaylistCannotLeadToFiles(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	o.tags = func(n int) string {
		if n == 12 {
			return "#EXTINF:2,\nfile:///etc/passwd\n"
		}
		return ""
	}
	ix, err := o.record(dir, nil, until(20))
	require.ErrorIs(t, err, errEnough)
	require.NotEmpty(t, ix.Segments())
	for _, s := range ix.Segments() {
		data, err := os.ReadFile(filepath.Join(dir, s.File))
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(data, []byte("segment ")))
	}
}

func TestRetriesWaitLongerEachTimeWithinBounds(t *testing.T) {
	t.Parallel()
	r := &Recorder{cfg: RecorderConfig{Rand: func() float64 { return 1 }}}
	require.Equal(t, time.Second, r.backoff(0))
	require.Equal(t, 8*time.Second, r.backoff(3))
	require.Equal(t, lastRetry, r.backoff(1000))
	r.cfg.Rand = func() float64 { return 0 }
	require.Equal(t, lastRetry/2, r.backoff(1000))
}
