package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/process"
)

// Where the figures go, seen from the top of the checkout.
const (
	documentPath = "docs/benchmarks.md"
	figuresPath  = "benchmarks.json"
)

// suites are the groups of measurements, in the order in which they run.
var suites = []suite{
	{"eval", measureEvaluation},
	{"ingest", measureIngest},
	{"standalone", figuresOnly(measureStandalone)},
	{"failover", figuresOnly(measureFailover)},
	{"export", measureExport},
	{"idle", measureIdle},
}

// figuresOnly is a suite that finds figures and nothing else.
func figuresOnly(run func(context.Context, bench) ([]Figure, error)) func(context.Context, bench) (Finding, error) {
	return func(ctx context.Context, b bench) (Finding, error) {
		figures, err := run(ctx, b)
		return Finding{Figures: figures}, err
	}
}

// suite is a group of measurements that share what they start.
type suite struct {
	name string
	run  func(context.Context, bench) (Finding, error)
}

// bench is what the suites share.
type bench struct {
	dir      string // temporary, removed at the end
	children *process.Registry
	out      io.Writer
	log      zerolog.Logger
	lines    int           // a run of the ingest measurement
	profile  string        // where the CPU profile of the data plane goes, or empty
	idle     time.Duration // for which the runtime of offline creators is watched
}

func (b bench) say(format string, args ...any) { _, _ = fmt.Fprintf(b.out, format+"\n", args...) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := measure
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case generatorCommand:
			run = generate
		case exporterCommand:
			run = export
		case platformsCommand:
			run = servePlatforms
		}
	}
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure runs the suites and writes what they found.
func measure(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("only", "", "run one suite, "+suiteNames()+", and write nothing")
	without := flags.String("without", "", "leave one suite out, and its figures with it")
	lines := flags.Int("lines", 300_000, "chat messages in a run of the ingest measurement")
	profile := flags.String("cpuprofile", "", "write the CPU profile of the data plane, which the ingest measurement sums up, to a file")
	idle := flags.Float64("idle-minutes", 5, "for how long the runtime of offline creators is watched, in minutes")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(*only, *without)
	if err != nil {
		return err
	}
	machine, err := describeMachine(ctx)
	if err != nil {
		return err
	}
	found, err := runSuites(ctx, chosen, bench{lines: *lines, profile: *profile, idle: time.Duration(*idle * float64(time.Minute))})
	if err != nil {
		return err
	}
	report := Report{Machine: machine, Finding: found}
	_, _ = fmt.Fprintln(os.Stdout, "\n"+report.Table())
	if *only != "" {
		_, _ = fmt.Fprintln(os.Stdout, report.Notes())
		return nil
	}
	return report.Write(documentPath, figuresPath)
}

func suiteNames() string {
	names := make([]string, len(suites))
	for i, s := range suites {
		names[i] = s.name
	}
	return strings.Join(names, " or ")
}

// choose picks the suites to run: one, or all, or all but one.
func choose(only, without string) ([]suite, error) {
	for flag, name := range map[string]string{"only": only, "without": without} {
		if name != "" && !slices.ContainsFunc(suites, func(s suite) bool { return s.name == name }) {
			return nil, fmt.Errorf("-%s %s: there are %s", flag, name, suiteNames())
		}
	}
	return slices.DeleteFunc(slices.Clone(suites), func(s suite) bool {
		return only != "" && s.name != only || s.name == without
	}), nil
}

// runSuites runs the suites in a temporary folder.
func runSuites(ctx context.Context, chosen []suite, b bench) (all Finding, err error) {
	if b.dir, err = os.MkdirTemp("", "streamsuites-bench-"); err != nil {
		return all, fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(b.dir) }()
	if b.children, err = process.OpenRegistry(filepath.Join(b.dir, "children")); err != nil {
		return all, err
	}
	b.out = os.Stdout
	b.log = zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr, NoColor: true}).Level(zerolog.ErrorLevel)
	for _, s := range chosen {
		b.say("== %s", s.name)
		found, err := s.run(ctx, b)
		if err != nil {
			return all, fmt.Errorf("measure %s: %w", s.name, err)
		}
		all.Figures, all.Sections = append(all.Figures, found.Figures...), append(all.Sections, found.Sections...)
	}
	return all, nil
}
