package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/google/pprof/profile"
)

// measureProfile takes a CPU profile of the data plane during a run of its own, and
// sums it up. A profile does not slow the run down much, but that run counts for
// nothing else.
func (r *rig) measureProfile(ctx context.Context, rows *table, l load) (Section, error) {
	one, err := r.prepare(ctx, rows)
	if err != nil {
		return Section{}, err
	}
	var raw bytes.Buffer
	if err := pprof.StartCPUProfile(&raw); err != nil {
		return Section{}, fmt.Errorf("take a CPU profile: %w", err)
	}
	err = r.push(ctx, l, &one)
	pprof.StopCPUProfile()
	if err != nil {
		return Section{}, err
	}
	if err := errors.Join(r.check(ctx, rows, one), r.settle(ctx, rows, &one)); err != nil {
		return Section{}, err
	}
	if r.bench.profile != "" {
		if err := os.WriteFile(r.bench.profile, raw.Bytes(), 0o644); err != nil { //nolint:gosec // for everybody to read
			return Section{}, fmt.Errorf("write the CPU profile: %w", err)
		}
	}
	read, err := profile.Parse(&raw)
	if err != nil {
		return Section{}, fmt.Errorf("read the CPU profile: %w", err)
	}
	section := profileSection(one, splitProfile(read), runtime.NumCPU())
	r.say("%s", section.Result)
	return section, nil
}

// profileSection words where the time of a run went.
func profileSection(one run, s split, cores int) Section {
	section := Section{
		Title: "Where the time goes",
		Text: fmt.Sprintf("Processor time of the data plane's process by a CPU profile of one run of %s messages, which took %s s (%s lines/s). A sample belongs to the innermost "+
			"function that belongs to a part; what runtime and standard library do on its behalf belongs to the part, garbage collection excepted.",
			number(float64(one.rows)), number(one.took.Seconds()), number(one.perSecond())),
		Head:   []string{"Part", "Share", "µs a message"},
		Result: bound(one, s, cores),
	}
	for _, p := range s.parts {
		section.Rows = append(section.Rows, []string{
			p.name, number(100*p.took.Seconds()/s.total.Seconds()) + " %", number(float64(p.took.Nanoseconds()) / 1000 / float64(one.rows)),
		})
	}
	return section
}

// busy is how much of the machine has to be at work for its processors to be what
// bounds a run.
const busy = 0.85

// bound says what bounded a run: the processors, or what happens one after the other.
func bound(one run, s split, cores int) string {
	took := one.took.Seconds()
	percent := func(d time.Duration) float64 { return 100 * d.Seconds() / took }
	used := percent(one.ingestCPU) + percent(one.dbCPU) + percent(one.sent.CPU) + 100*one.others.cores
	shares := fmt.Sprintf("data plane %s %%, Postgres %s %%, load generator %s %%, other programs %s %% of one core",
		number(percent(one.ingestCPU)), number(percent(one.dbCPU)), number(percent(one.sent.CPU)), number(100*one.others.cores))
	largest := ""
	if len(s.parts) > 0 {
		largest = fmt.Sprintf(" In the data plane the largest part is “%s”.", s.parts[0].name)
	}
	if used >= 100*busy*float64(cores) {
		return fmt.Sprintf("The processors bound it: %d cores were %s %% busy (%s).%s", cores, number(used/float64(cores)), shares, largest)
	}
	name, most := "the goroutine that reads the connection", percent(s.reader)
	if db := percent(one.dbCPU); db > most {
		name, most = "Postgres, whose one connection takes the commits,", db
	}
	if most >= 100*busy {
		return fmt.Sprintf("What happens one after the other bounds it: %s was %s %% busy, while the %d cores were %s %% busy (%s).%s",
			name, number(most), cores, number(used/float64(cores)), shares, largest)
	}
	return fmt.Sprintf("Neither processors nor a single goroutine bound it: %d cores were %s %% busy (%s), %s %s %%. What remains is waiting: for commits, "+
		"the disk, or the load generator.%s", cores, number(used/float64(cores)), shares, name, number(most), largest)
}
