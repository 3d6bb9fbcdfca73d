package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ownCPU is the processor time that this process has used.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// tick is the unit of processor times in /proc, the same on all of Linux.
const tick = 10 * time.Millisecond

// treeCPU is the processor time that a process and its descendants have used, ended
// ones included; 0 where there is no /proc.
func treeCPU(pid int) (total time.Duration) {
	for _, p := range descendants(pid) {
		total += p.cpu
	}
	return total
}

// proc is what /proc says about a process.
type proc struct {
	pid, parent int
	name        string        // at most 15 bytes
	cpu         time.Duration // with that of children that have ended
}

// descendants are a process and all that it started and that still live.
func descendants(root int) []proc {
	all := map[int][]proc{}
	var found []proc
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		p, ok := parseStat(string(text))
		if !ok {
			continue
		}
		all[p.parent] = append(all[p.parent], p)
		if p.pid == root {
			found = append(found, p)
		}
	}
	for i := 0; i < len(found); i++ {
		found = append(found, all[found[i].pid]...)
	}
	return found
}

// parseStat reads a line of /proc/<pid>/stat. The name stands in parentheses and
// may hold anything, parentheses too.
func parseStat(line string) (p proc, ok bool) {
	open, shut := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
	if open < 0 || shut < open {
		return p, false
	}
	fields := strings.Fields(line[shut+1:])
	const parent, user, last = 1, 11, 14 // counted from the state, which follows the name
	if len(fields) <= last {
		return p, false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line[:open]))
	if err != nil {
		return p, false
	}
	p = proc{pid: pid, name: line[open+1 : shut]}
	if p.parent, err = strconv.Atoi(fields[parent]); err != nil {
		return p, false
	}
	for _, field := range fields[user : last+1] { // user and system time, its own and of its ended children
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return p, false
		}
		p.cpu += time.Duration(ticks) * tick
	}
	return p, true
}
