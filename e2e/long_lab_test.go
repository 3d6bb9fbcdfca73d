//go:build long && linux

package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/diskspace/disktest"
)

// labMinutes is how long faults strike in one run of the fault lab. In 4 minutes
// less is said than the simulated chat remembers, which the books need.
const labMinutes = 3

// TestLongFaultLab lets faults of every kind strike at random, several at once,
// while people speak and ask for clips. Afterwards everything is well again, and
// the books balance. SEED repeats a schedule, MINUTES says how long it is.
func TestLongFaultLab(t *testing.T) {
	if !disktest.MayMount(t) {
		return
	}
	random := drawn(t)
	l := openLab(t)
	schedule := l.schedule(random, time.Duration(number(t, "MINUTES", labMinutes))*time.Minute)
	for _, step := range schedule {
		t.Logf("at %6s: %s", step.at.Round(100*time.Millisecond), step.name)
	}
	chat := l.s.talks("talker")
	began := time.Now()
	next := time.Duration(0)
	requests := 0
	for _, step := range schedule {
		for ; next < step.at; next += 12 * time.Second {
			l.until(began.Add(next))
			l.s.say(fmt.Sprintf("asker%02d", requests), "!clip 5 In the lab")
			requests++
		}
		l.until(began.Add(step.at))
		step.do()
	}
	l.heal()
	said := chat.end()
	l.settle(said, requests)
}

// lab is a runtime of several processes on two machines, and everything around
// it that can fail.
type lab struct {
	*runtimeVia
	s        *standalone
	db       *rows
	machines [2]*machine
	ingest   [2]*role
	worker   *role
	frozen   map[*role]bool
	mend     func() // what gives the clips their disk back; nil while they have it
}

// step is something that happens at a time of the schedule.
type step struct {
	at   time.Duration
	name string
	do   func()
}

func openLab(t *testing.T) *lab {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "var")
	smallDisk(t, filepath.Join(dir, "clips"), 64<<20)
	startSimulators(t, dir)
	s := launchApart(t, dir, ordinary(t), "--demo", "--servers-only")
	s.awaitServers()
	direct, err := url.Parse(s.addr.Database)
	require.NoError(t, err)
	l := &lab{s: s, frozen: map[*role]bool{}, runtimeVia: &runtimeVia{
		standalone: s, database: inFrontOf(t, direct.Host), temporal: inFrontOf(t, s.addr.Temporal),
	}}
	l.db = s.rows()
	direct.Host = l.database.Address()
	l.url = direct.String()
	l.worker = l.startVia("worker")
	l.process = l.startVia("serve", "--address", hostPort(t, s.addr.HTTP))
	for i := range l.machines {
		l.machines[i] = s.machine()
		l.ingest[i] = l.startIngest(i)
	}
	l.awaitRuntime(2 * time.Minute)
	s.awaitRecording(10)
	return l
}

// startIngest starts an ingest on one of the machines, through the networks that
// can fail.
func (l *lab) startIngest(i int) *role {
	return l.machines[i].startVia(l.url, l.temporal.Address(), "ingest")
}

// labFault is something that begins, lasts and ends.
type labFault struct {
	name  string
	begin func()
	end   func()
}

// faults are everything that the lab can do.
func (l *lab) faults(random *rand.Rand) []labFault {
	nothing := func() {}
	healNet := func() { healed(l.runtimeVia) }
	faults := []labFault{
		{"the ingest that holds the creator is killed", func() { l.killHolder() }, func() { l.restart() }},
		{"the ingest that holds the creator stands still", func() { l.freeze(l.holder()) }, func() { l.thaw() }},
		{"the worker is killed", func() { l.worker.kill(l.s.t) }, func() { l.restart() }},
		{"the worker stands still", func() { l.freeze(l.worker) }, func() { l.thaw() }},
		{"Postgres cuts every connection", func() { databaseCut(l.runtimeVia) }, nothing},
		{"connections to Postgres are left in the air", func() { databaseStrands(l.runtimeVia) }, nothing},
		{"Postgres refuses", func() { databaseRefuses(l.runtimeVia) }, healNet},
		{"Postgres says nothing", func() { databaseSilent(l.runtimeVia) }, healNet},
		{"Postgres is slow", func() { databaseSlow(l.runtimeVia) }, healNet},
		{"Temporal refuses", func() { temporalRefuses(l.runtimeVia) }, healNet},
		{"Temporal says nothing", func() { temporalSilent(l.runtimeVia) }, healNet},
		{"connections to Temporal are left in the air", func() { temporalStrands(l.runtimeVia) }, nothing},
		{"Temporal is slow", func() { temporalSlow(l.runtimeVia) }, healNet},
		{"the disk of the clips is full", func() { l.takeDisk(func(clips string) func() { return fill(l.s.t, clips) }) }, l.giveDisk},
		{"the disk of the clips is read-only", func() { l.takeDisk(l.readOnly) }, l.giveDisk},
		{"the chat's server cuts every connection", func() { l.s.post("/twitch/disconnect", map[string]any{}, nil) }, nothing},
	}
	for target, kinds := range map[string][]string{
		"youtube.init":   {"503", "429", "hang", "truncate"},
		"youtube.upload": {"503", "hang", "partial", "lost_session"},
		"youtube.finish": {"hang", "truncate", "503"},
		"youtube.list":   {"503", "truncate"},
		"hls.playlist":   {"stall", "503", "truncate"},
		"hls.segment":    {"503", "truncate", "hang"},
		"twitch.helix":   {"503", "hang"},
	} {
		kind := kinds[random.IntN(len(kinds))]
		faults = append(faults, labFault{
			fmt.Sprintf("%s fails with %s", target, kind),
			func() { l.s.fault(target, kind, 3) }, func() { l.s.fault(target, "none", 0) },
		})
	}
	slices.SortFunc(faults, func(a, b labFault) int { return strings.Compare(a.name, b.name) }) // maps have no order
	return faults
}

// schedule draws which faults strike when, and for how long. They may overlap.
func (l *lab) schedule(random *rand.Rand, length time.Duration) []step {
	var steps []step
	for at := 5 * time.Second; at < length; at += time.Duration(6+random.IntN(14)) * time.Second {
		faults := l.faults(random)
		f := faults[random.IntN(len(faults))]
		lasts := time.Duration(4+random.IntN(26)) * time.Second
		steps = append(steps,
			step{at, f.name, f.begin},
			step{at + lasts, "over: " + f.name, f.end})
	}
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.at - b.at) })
	return steps
}

// until waits for a time of the schedule.
func (l *lab) until(at time.Time) {
	l.s.t.Helper()
	l.s.eventually(time.Hour, "the next step is due", func() bool { return !time.Now().Before(at) })
}

// holder is the ingest that holds the creator, or one that runs.
func (l *lab) holder() *role {
	held := l.db.holding()
	for i, m := range l.machines {
		if held.on(m) && l.ingest[i].runs() {
			return l.ingest[i]
		}
	}
	if l.ingest[0].runs() {
		return l.ingest[0]
	}
	return l.ingest[1]
}

func (l *lab) killHolder() {
	if r := l.holder(); r.runs() {
		r.kill(l.s.t)
	}
}

func (l *lab) freeze(r *role) {
	if r.runs() {
		r.freeze(l.s.t)
		l.frozen[r] = true
	}
}

func (l *lab) thaw() {
	for r := range l.frozen {
		if r.runs() {
			r.thaw(l.s.t)
		}
		delete(l.frozen, r)
	}
}

// restart starts what was killed, as a process manager does.
func (l *lab) restart() {
	for i, r := range l.ingest {
		if !r.runs() {
			l.ingest[i] = l.startIngest(i)
		}
	}
	if !l.worker.runs() {
		l.worker = l.startVia("worker")
	}
}

// takeDisk spoils the disk of the clips, unless it is spoilt.
func (l *lab) takeDisk(spoil func(clips string) (mend func())) {
	if l.mend == nil {
		l.mend = spoil(filepath.Join(l.s.dir, "clips"))
	}
}

func (l *lab) giveDisk() {
	if l.mend != nil {
		l.mend()
		l.mend = nil
	}
}

func (l *lab) readOnly(clips string) (mend func()) {
	l.s.remount(clips, syscall.MS_RDONLY)
	return func() { l.s.remount(clips, 0) }
}

// runs reports whether the role's process has not ended.
func (r *role) runs() bool {
	select {
	case <-r.exited:
		return false
	default:
		return true
	}
}

// heal ends everything that was begun.
func (l *lab) heal() {
	healed(l.runtimeVia)
	l.giveDisk()
	l.thaw()
	l.restart()
	l.s.calm()
	for _, target := range []string{"hls.playlist", "hls.segment", "twitch.helix"} {
		l.s.fault(target, "none", 0)
	}
}

// settle waits until the runtime is well, retries what failed as an operator
// would, and checks the books.
func (l *lab) settle(said []time.Time, requests int) {
	s := l.s
	l.awaitRuntime(3 * time.Minute)
	s.hears("afterwards")
	s.requireStored("talker", said)
	s.requireCarriedOut()
	for n := range requests {
		who := fmt.Sprintf("asker%02d", n)
		if c, found := s.clipOf(who); found {
			l.requireMade(who, c)
		}
	}
	s.requireNothingTwice(l.db)
	account := s.audit()
	s.t.Logf("%d requests; %s; %d gaps", requests, account, s.number(`select count(*) from gaps`))
	require.Positive(s.t, account.published)
	for _, r := range append(l.ingest[:], l.worker, l.process) {
		r.stop(s.t)
	}
}

// requireMade requires that a clip is published, or failed for lack of video; one
// that failed at a destination is retried.
func (l *lab) requireMade(who string, c exported) {
	c, _ = l.s.follow(who, 12*time.Minute)
	if c.State == "failed" && c.OutputPath != "" {
		l.s.cli("clips", "retry", c.ClipID)
		l.s.eventually(3*time.Minute, "the retried clip is published", func() bool {
			c, _ = l.s.clipOf(who)
			return c.State == "published"
		})
	}
	if c.State == "failed" {
		require.NotEmpty(l.s.t, c.LastError)
		l.s.t.Logf("clip %s failed: %s", c.ClipID, c.LastError)
	}
}
