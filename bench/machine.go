package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
)

// Machine describes what the figures were measured on. It names no host and no
// path.
type Machine struct {
	CPU, Memory, Kernel, Go, Postgres, FFmpeg, Load, Date string

	Cores int
}

func describeMachine(ctx context.Context) (Machine, error) {
	binaries, err := pgserver.Find(ctx, 0)
	if err != nil {
		return Machine{}, err
	}
	postgres, err := exec.CommandContext(ctx, filepath.Join(binaries.Dir, "postgres"), "--version").Output()
	if err != nil {
		return Machine{}, fmt.Errorf("ask Postgres for its version: %w", err)
	}
	tools, err := media.LookTools("")
	if err != nil {
		return Machine{}, err
	}
	ffmpeg, err := tools.Version(ctx)
	if err != nil {
		return Machine{}, err
	}
	return Machine{
		CPU: cpuModel(readText("/proc/cpuinfo")), Cores: runtime.NumCPU(),
		Memory: memoryTotal(readText("/proc/meminfo")), Kernel: runtime.GOOS + " " + readText("/proc/sys/kernel/osrelease"),
		Go: runtime.Version(), Postgres: versionIn(string(postgres)), FFmpeg: ffmpeg.Text,
		Load: loadOf(readText("/proc/loadavg")), Date: time.Now().UTC().Format(time.DateOnly),
	}, nil
}

// readText returns a small file, or nothing: what cannot be told is left out.
func readText(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

var (
	modelLine   = regexp.MustCompile(`(?m)^model name\s*:\s*(.+)$`)
	totalLine   = regexp.MustCompile(`(?m)^MemTotal:\s*(\d+) kB$`)
	versionForm = regexp.MustCompile(`\d+(\.\d+)*`)
)

func cpuModel(cpuinfo string) string {
	if found := modelLine.FindStringSubmatch(cpuinfo); found != nil {
		return found[1]
	}
	return runtime.GOARCH
}

func memoryTotal(meminfo string) string {
	found := totalLine.FindStringSubmatch(meminfo)
	if found == nil {
		return "unknown"
	}
	kilobytes, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		return "unknown"
	}
	return strconv.FormatFloat(kilobytes/(1<<20), 'f', 1, 64) + " GiB"
}

func versionIn(text string) string { return versionForm.FindString(text) }

// loadOf is the load average of the last minute.
func loadOf(loadavg string) string {
	first, _, _ := strings.Cut(loadavg, " ")
	if first == "" {
		return "unknown"
	}
	return first
}
