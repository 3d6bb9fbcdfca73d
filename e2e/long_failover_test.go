//go:build long

package e2e_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
