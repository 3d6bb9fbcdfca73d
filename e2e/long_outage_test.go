//go:build long

package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/wire"
)

// slow is a network over a bad line.
var slow = wire.Conditions{Latency: 100 * time.Millisecond, BytesPerSecond: 256 << 10}

func databaseStrands(v *runtimeVia) { v.database.Strand() }
func databaseSlow(v *runtimeVia)    { v.database.Set(slow) }
func temporalSilent(v *runtimeVia)  { v.temporal.Set(silent) }
func temporalStrands(v *runtimeVia) { v.temporal.Strand() }
func temporalSlow(v *runtimeVia)    { v.temporal.Set(slow) }

// TestLongOutagesOfAMinute takes Postgres and Temporal away for a minute each, in
// every way, one after the other from the same runtime.
func TestLongOutagesOfAMinute(t *testing.T) {
	v := startRuntimeVia(t)
	v.awaitRecording(8)
	v.through(t, []outage{
		{name: "database_refuses", begin: databaseRefuses, end: healed, check: "database", lasts: time.Minute},
		{name: "database_silent", begin: databaseSilent, end: healed, check: "database", lasts: time.Minute},
		{name: "database_slow", begin: databaseSlow, end: healed, lasts: time.Minute},
		{name: "database_strands", begin: databaseStrands, end: healed, lasts: 20 * time.Second},
		{name: "temporal_refuses", begin: temporalRefuses, end: healed, check: "temporal", lasts: time.Minute},
		{name: "temporal_silent", begin: temporalSilent, end: healed, check: "temporal", lasts: time.Minute},
		{name: "temporal_slow", begin: temporalSlow, end: healed, lasts: time.Minute},
		{name: "temporal_strands", begin: temporalStrands, end: healed, lasts: time.Minute},
		{name: "both_silent", begin: func(v *runtimeVia) { databaseSilent(v); temporalSilent(v) }, end: healed, check: "database", lasts: time.Minute},
	})
	if !t.Failed() {
		v.process.stop(t)
	}
}

// TestLongAPostgresThatIsKilledAgainAndAgain kills the private Postgres of one
// standalone many times, with chat and clips on their way.
func TestLongAPostgresThatIsKilledAgainAndAgain(t *testing.T) {
	s := start(t, t.TempDir(), "--demo")
	s.awaitRecording(8)
	before := s.figures()
	chat := s.talks("talker")
	asked := map[string]string{}
	for n := range 12 {
		who := fmt.Sprintf("viewer%02d", n)
		asked[who] = s.say(who, "!clip 5 one of many")
		s.killPostgres()
		s.awaitRuntime(time.Minute)
	}
	s.requireStored("talker", chat.end())
	s.requireCarriedOut()
	published := 0
	for who, message := range asked {
		if s.number(`select count(*) from clips where requested_by = $1`, "twitch:"+who) == 0 {
			s.requireWhyNoClip(message)
			continue
		}
		published++
		s.requireClip(who, message)
	}
	t.Logf("%d of %d requests became clips, which were published", published, len(asked))
	s.requireNothingPilesUp(before)
}

// requireWhyNoClip requires that it is recorded why a request became no clip: it was
// said while nobody read the chat, or while as many clips were at work as may be,
// none of which can end as long as Postgres keeps dying.
func (s *standalone) requireWhyNoClip(message string) {
	s.t.Helper()
	if s.number(`select count(*) from chat_events where message_id = $1`, message) == 0 {
		require.Positive(s.t, s.number(`select count(*) from gaps`))
		return
	}
	decided := s.decided(message)
	require.Len(s.t, decided, 1)
	require.False(s.t, decided[0].Fired)
	require.Equal(s.t, "limit_active", decided[0].Step)
}
