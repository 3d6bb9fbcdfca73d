package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// settle is how long the demo runs before its memory is looked at.
const settle = time.Minute

// holding is the memory of a standalone in megabytes of proportional set size:
// memory that several processes share counts for each with its share.
type holding struct {
	runtime    float64 // the standalone itself: Temporal, its UI, and all roles
	postgres   float64
	simulators float64
	ffmpeg     float64
	processes  int
}

// own is what StreamSuites needs beside FFmpeg.
func (h holding) own() float64 { return h.runtime + h.postgres }

// measureMemory measures the memory after a minute of the demo.
func measureMemory(ctx context.Context, b bench, s *standalone) (Figure, error) {
	if err := pause(ctx, settle); err != nil {
		return Figure{}, err
	}
	h, err := holdingOf(s.child.PID())
	if err != nil {
		return Figure{}, err
	}
	b.say("memory: %s MB, and %s MB of the simulators", number(h.own()), number(h.simulators))
	return Figure{
		Name: "memory.pss_mb", Value: h.own() + h.simulators, Unit: "MB", Target: 500, Lower: true,
		How: fmt.Sprintf("Proportional set size (`smaps_rollup`) of the standalone and of everything that it started but FFmpeg, %s after it was ready, while the demo's "+
			"chat runs and its stream is recorded. A memory has no reference on the same machine.", settle),
		Details: []string{
			fmt.Sprintf("The standalone itself, with Temporal's server, its UI and all roles: %s MB. Postgres, %d processes: %s MB.",
				number(h.runtime), h.processes, number(h.postgres)),
			fmt.Sprintf("Simulated platforms, which are no part of StreamSuites in service: %s MB, so %s MB without them. FFmpeg, which encodes the simulated stream: %s MB.",
				number(h.simulators), number(h.own()), number(h.ffmpeg)),
		},
	}, nil
}

// holdingOf sums up the processes of a standalone.
func holdingOf(root int) (h holding, err error) {
	simulators := map[int]bool{} // and their children
	for _, p := range descendants(root) {
		pss, alive, err := pssOf(p.pid)
		if err != nil {
			return h, err
		}
		if !alive {
			continue
		}
		switch kind := kindOf(p, root, simulators[p.parent], commandLine(p.pid)); kind {
		case runtimeKind:
			h.runtime += pss
		case postgresKind:
			h.postgres += pss
			h.processes++
		case simulatorKind:
			simulators[p.pid] = true
			h.simulators += pss
		case ffmpegKind:
			h.ffmpeg += pss
		}
	}
	if h.runtime == 0 || h.postgres == 0 {
		return h, fmt.Errorf("read the memory of process %d: the standalone or its Postgres was not found among %+v", root, h)
	}
	return h, nil
}

// kind is what a process belongs to.
type kind int

const (
	runtimeKind kind = iota
	postgresKind
	simulatorKind
	ffmpegKind
)

// kindOf tells what a process of the standalone is for. Whatever is not known
// counts for the standalone.
func kindOf(p proc, root int, ofSimulators bool, arguments []string) kind {
	switch {
	case strings.HasPrefix(p.name, "ffmpeg"), strings.HasPrefix(p.name, "ffprobe"):
		return ffmpegKind
	case p.name == "postgres":
		return postgresKind
	case ofSimulators, p.pid != root && slices.Contains(arguments, "simulators"):
		return simulatorKind
	default:
		return runtimeKind
	}
}

func commandLine(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return nil
	}
	return strings.Split(string(bytes.TrimRight(text, "\x00")), "\x00")
}

var pssLine = regexp.MustCompile(`(?m)^Pss:\s*(\d+) kB$`)

// pssOf returns a process's proportional set size in megabytes; alive is false when
// it has ended.
func pssOf(pid int) (megabytes float64, alive bool, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		if _, gone := os.Stat(fmt.Sprintf("/proc/%d/exe", pid)); os.IsNotExist(gone) {
			return 0, false, nil
		}
		return 0, false, fmt.Errorf("read the memory of process %d: %w", pid, err)
	}
	found := pssLine.FindSubmatch(text)
	if found == nil {
		return 0, false, nil // a process that is ending has no memory
	}
	kilobytes, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		return 0, false, fmt.Errorf("read the memory of process %d: %w", pid, err)
	}
	return kilobytes * 1024 / 1e6, true, nil
}
