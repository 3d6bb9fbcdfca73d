package main

import (
	"context"
	"slices"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/source"
)

// checkSources looks for the programs that creators' streams are found with, on
// this machine. Programs that nobody asks for are not looked for.
func checkSources(ctx context.Context, target connect.Target) []finding {
	cfg, _, err := config.Load(ctx, config.Options{StateDir: target.Dir.String()})
	if err != nil {
		return nil // which the check of the configuration tells
	}
	var findings []finding
	for _, program := range programsWanted(cfg.Creators) {
		f := finding{Check: program.Name, Verdict: passed}
		if f.Found, err = program.Find(); err != nil {
			f = finding{program.Name, warned, "not installed; capture.from in creators.json asks for it", program.Install}
		}
		findings = append(findings, f)
	}
	return findings
}

// programsWanted are the programs that enabled creators ask for, each once.
func programsWanted(creators []config.Creator) []source.Program {
	var ways []config.CaptureFrom
	for _, c := range creators {
		if c.Enabled {
			ways = append(ways, c.Capture.From...)
		}
	}
	slices.Sort(ways)
	var programs []source.Program
	for _, way := range slices.Compact(ways) {
		if program, is := roles.ProgramOf(way); is {
			programs = append(programs, program)
		}
	}
	return programs
}
