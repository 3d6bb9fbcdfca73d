package e2e_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/wire"
)

// outage is something that happens to the surroundings of a runtime, and passes.
type outage struct {
	name  string
	begin func(*runtimeVia)
	end   func(*runtimeVia)
	check string // of /readyz that fails meanwhile; empty when none has to
	lasts time.Duration
}

var (
	refusing = wire.Conditions{State: wire.Refusing}
	silent   = wire.Conditions{State: wire.Silent}
)

func healed(v *runtimeVia) {
	v.database.Set(wire.Conditions{})
	v.temporal.Set(wire.Conditions{})
}

func databaseCut(v *runtimeVia)     { v.database.Cut() }
func databaseRefuses(v *runtimeVia) { v.database.Set(refusing); v.database.Cut() }
func databaseSilent(v *runtimeVia)  { v.database.Set(silent) }
func temporalRefuses(v *runtimeVia) { v.temporal.Set(refusing); v.temporal.Cut() }

// goesThrough lets an outage happen while chat flows and clips are asked for, and
// checks that nothing is lost, nothing is done twice and nothing piles up.
func (v *runtimeVia) goesThrough(o outage) {
	v.t.Helper()
	before := v.figures()
	chat := v.talks("talker_" + o.name)
	asked := map[string]string{}
	request := func(moment string) {
		who := o.name + "_" + moment
		asked[who] = v.say(who, "!clip 5 "+moment)
	}
	request("before")
	began := time.Now()
	o.begin(v)
	request("during")
	if o.check != "" {
		v.awaitUnready(o.check, "")
	}
	v.eventually(time.Hour, "the outage has lasted long enough", func() bool { return time.Since(began) >= o.lasts })
	o.end(v)
	healedAt := time.Now()
	v.awaitRuntime(2 * time.Minute)
	v.t.Logf("%s: ready %s after the end", o.name, time.Since(healedAt).Round(100*time.Millisecond))
	request("after")
	for who, message := range asked {
		v.requireClip(who, message)
	}
	v.requireStored("talker_"+o.name, chat.end())
	v.requireCarriedOut()
	v.requireNothingPilesUp(before)
	v.t.Logf("%s: all done %s after the end", o.name, time.Since(healedAt).Round(100*time.Millisecond))
}

// through runs the outages one after the other against one runtime.
func (v *runtimeVia) through(t *testing.T, outages []outage) {
	t.Helper()
	for _, o := range outages {
		t.Run(o.name, func(t *testing.T) {
			servers := *v.standalone
			servers.t = t
			here := *v
			here.standalone = &servers
			here.goesThrough(o)
		})
	}
}

func TestNothingIsLostWhilePostgresOrTemporalIsAway(t *testing.T) {
	t.Parallel()
	v := startRuntimeVia(t)
	v.awaitRecording(8)
	v.through(t, []outage{
		{name: "database_cut", begin: databaseCut, end: healed},
		{name: "database_refuses", begin: databaseRefuses, end: healed, check: "database", lasts: 10 * time.Second},
		{name: "database_silent", begin: databaseSilent, end: healed, check: "database", lasts: 10 * time.Second},
		{name: "temporal_refuses", begin: temporalRefuses, end: healed, check: "temporal", lasts: 10 * time.Second},
	})
	if !t.Failed() {
		v.process.stop(t)
	}
}

// Whatever is away, and in whatever way, a role that is told to stop stops.
func TestEveryRoleStopsInTimeWhileNothingAnswers(t *testing.T) {
	t.Parallel()
	v := startRuntimeVia(t)
	v.awaitRecording(4)
	v.process.stop(t)
	running := []*role{
		v.startVia("worker"), v.startVia("ingest"), v.startVia("serve", "--address", hostPort(t, v.addr.HTTP)),
	}
	v.awaitRuntime(time.Minute)
	chat := v.talks("talker")
	v.say("somebody", "!clip 30 it is being made when everything falls silent")
	v.database.Set(silent)
	v.temporal.Set(silent)
	v.awaitUnready("database", "")
	v.awaitUnready("temporal", "")
	stopAll(t, running)
	chat.end()
}

// A private Postgres that is killed, as when memory runs out, is started again, and
// the embedded Temporal and everything else go on.
func TestAStandaloneSurvivesTheDeathOfItsPostgres(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	s.awaitRecording(8)
	before := s.figures()
	chat := s.talks("talker")
	asked := map[string]string{"early": s.say("early", "!clip 10 cut while Postgres dies")}
	for _, who := range []string{"once", "twice"} {
		asked[who] = s.say(who, "!clip 5 "+who)
		s.killPostgres()
		s.awaitRuntime(time.Minute)
	}
	s.hears("still")
	asked["late"] = s.say("late", "!clip 5 after it all")
	for who, message := range asked {
		s.requireClip(who, message)
	}
	s.requireStored("talker", chat.end())
	s.requireCarriedOut()
	s.requireNothingPilesUp(before)
	require.Contains(t, s.stdout.String(), "The private Postgres ended and is started again")
	require.Contains(t, s.stdout.String(), "Runs again")
	require.Empty(t, s.stderr.String())
}

// killPostgres kills the private Postgres and waits for the next one.
func (s *standalone) killPostgres() {
	s.t.Helper()
	killed := s.postgres()
	require.NotZero(s.t, killed)
	require.NoError(s.t, syscall.Kill(killed, syscall.SIGKILL))
	s.eventually(time.Minute, "another Postgres runs", func() bool { pid := s.postgres(); return pid != 0 && pid != killed })
}

// postgres is the process id of the private Postgres, 0 while there is none.
func (s *standalone) postgres() int {
	s.t.Helper()
	for _, child := range children(s.t, s.cmd.Process.Pid) {
		line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(child), "cmdline"))
		if err == nil && strings.Contains(string(line), filepath.Join(s.dir, "postgres")) {
			return child
		}
	}
	return 0
}

// stopAll tells the roles to stop, all at the same time.
func stopAll(t *testing.T, running []*role) {
	t.Helper()
	var all sync.WaitGroup
	took := make([]time.Duration, len(running))
	began := time.Now()
	for i, r := range running {
		require.NoError(t, r.cmd.Process.Signal(syscall.SIGTERM))
		all.Go(func() { <-r.exited; took[i] = time.Since(began) })
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		require.FailNow(t, "a role does not stop")
	}
	t.Logf("stopped after %v", took)
	for i, r := range running {
		require.Less(t, took[i], 15*time.Second, r.cmd.Args)
		require.Zero(t, r.cmd.ProcessState.ExitCode(), r.output)
	}
}
