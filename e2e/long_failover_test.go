//go:build long

package e2e_test

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
)

// rounds is how often machines take over from each other in one run.
const rounds = 6

// TestLongMachinesTakeOverFromEachOther kills and stops the machine that reads the
// chat in turns.
func TestLongMachinesTakeOverFromEachOther(t *testing.T) {
	s := servers(t)
	startRole(t, s, "worker")
	db := s.rows()
	machines := []*machine{s.machine(), s.machine()}
	running := []*role{machines[0].start("ingest")}
	s.eventually(time.Minute, "somebody holds the creator", func() bool { return db.holding().Holder != "" })
	running = append(running, machines[1].start("ingest"))
	s.awaitRecording(8)
	var took []time.Duration
	for round := range rounds {
		holds, next := round%2, 1-round%2
		require.True(t, db.holding().on(machines[holds]))
		crowd := s.speaks("round" + string(rune('a'+round)))
		s.eventually(time.Minute, "the crowd is heard", func() bool { return db.stored(crowd) >= 20 })
		stop := round%3 == 2
		if stop {
			running[holds].freeze(t)
		} else {
			running[holds].kill(t)
		}
		after := s.takenOver(db, machines[next], time.Now())
		if stop {
			running[holds].thaw(t)
		} else {
			require.Less(t, after, takenOverWithin)
			took = append(took, after)
			running[holds] = machines[holds].start("ingest")
		}
		s.quiesces(db, crowd)
		require.True(t, db.holding().on(machines[next]))
		s.requireNothingTwice(db)
		s.requireGap(db, crowd)
	}
	slices.Sort(took)
	t.Logf("taken over after a kill in %v", took)
}

// TestLongAnUploadGoesOnWhenItsWorkerDiesOrStandsStill does so in the middle of
// the bytes.
func TestLongAnUploadGoesOnWhenItsWorkerDiesOrStandsStill(t *testing.T) {
	s := servers(t)
	db := s.rows()
	startRole(t, s, "ingest")
	first := startRole(t, s, "worker")
	s.awaitRecording(20)

	s.pace(100_000)
	clip := s.asks(db, "killed", "!clip 20 its worker dies")
	s.uploadedBy(clip, first)
	first.kill(t)
	s.pace(0)
	second := startRole(t, s, "worker")
	s.requirePublishedOnce(db, clip)

	third := startRole(t, s, "worker")
	s.recordsOn(20 * time.Second)
	s.pace(100_000)
	clip = s.asks(db, "frozen", "!clip 20 its worker stands still")
	frozen := s.uploadedBy(clip, second, third)
	frozen.freeze(t)
	s.pace(0)
	s.requirePublishedOnce(db, clip)
	frozen.thaw(t)
	s.requirePublishedOnce(db, s.asks(db, "again", "!clip 5 afterwards"))
	s.requirePublishedOnce(db, clip)
	second.stop(t)
	third.stop(t)
	require.Equal(t, 3, len(s.videos())-len(list[string](db, `select clip_id from clips where requested_by not in ('twitch:killed', 'twitch:frozen', 'twitch:again')`)))
}

// TestLongAMomentThatNobodyRecordedIsNoClip kills the one that records and waits
// until that is seen. A clip of such a moment fails with the reason; the recording
// goes on, and so do clips.
func TestLongAMomentThatNobodyRecordedIsNoClip(t *testing.T) {
	s := servers(t)
	db := s.rows()
	startRole(t, s, "ingest")
	first := startRole(t, s, "worker")
	s.awaitRecording(10)
	first.kill(t)
	s.eventually(2*time.Minute, "the recording counts as interrupted", func() bool { return strings.Contains(s.cli("status"), "interrupted") })
	clip := s.asks(db, "missed", "!clip 5 nobody records this")
	end := one[time.Time](db, `select end_at from clips where clip_id = $1`, clip)
	// Until then a recorder that comes back still finds it at the origin.
	s.eventually(3*time.Minute, "the origin no longer has that moment", func() bool { return s.oldestAtOrigin().After(end) })
	s.recordsOnAfter(func() { startRole(t, s, "worker") })
	s.eventually(2*time.Minute, "the clip has failed", func() bool {
		return one[string](db, `select state from clips where clip_id = $1`, clip) == "failed"
	})
	require.Contains(t, []string{"capture_gap", "no_capture"}, one[string](db, `select failure_code from clips where clip_id = $1`, clip))
	reason := one[string](db, `select reason from clips where clip_id = $1`, clip)
	require.Regexp(t, "broke off|recorded", reason)
	t.Log(reason)
	require.NotEmpty(t, list[string](db, `select message from runtime_events where message like 'The recording of % was interrupted for %'`))
	s.requirePublishedOnce(db, s.asks(db, "afterwards", "!clip 5 recorded again"))
}

// oldestAtOrigin is how far back the origin's playlist reaches.
func (s *standalone) oldestAtOrigin() time.Time {
	s.t.Helper()
	playlist, err := http.Get(s.addr.Simulators.HLS)
	require.NoError(s.t, err)
	defer func() { _ = playlist.Body.Close() }()
	text, err := io.ReadAll(playlist.Body)
	require.NoError(s.t, err)
	_, rest, found := strings.Cut(string(text), "#EXT-X-PROGRAM-DATE-TIME:")
	require.True(s.t, found)
	stamp, _, _ := strings.Cut(rest, "\n")
	at, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(stamp))
	require.NoError(s.t, err)
	return at
}

// recordsOnAfter does something after which recording goes on, and waits until ten
// seconds are recorded since.
func (s *standalone) recordsOnAfter(begin func()) {
	s.t.Helper()
	since := time.Now()
	begin()
	s.eventually(2*time.Minute, "the stream is recorded again", func() bool { return s.newestRecorded().After(since.Add(10 * time.Second)) })
}

// uploadedBy waits until some bytes of the clip are at YouTube, and not all, and
// returns the worker that sends them.
func (s *standalone) uploadedBy(clipID string, workers ...*role) (by *role) {
	s.t.Helper()
	c, err := client.Dial(client.Options{HostPort: s.addr.Temporal, Namespace: "default"})
	require.NoError(s.t, err)
	defer c.Close()
	s.eventually(2*time.Minute, "clip "+clipID+" is on its way", func() bool {
		described, err := c.DescribeWorkflowExecution(s.t.Context(), "clip:"+clipID, "")
		if err != nil || !s.partlyUploaded(clipID) {
			return false
		}
		for _, pending := range described.GetPendingActivities() {
			for _, w := range workers {
				if pending.GetActivityId() == "upload-youtube" &&
					strings.HasPrefix(pending.GetLastWorkerIdentity(), strconv.Itoa(w.cmd.Process.Pid)+"@") {
					by = w
				}
			}
		}
		return by != nil
	})
	return by
}
