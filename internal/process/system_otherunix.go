//go:build unix && !linux

package process

import (
	"os"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// exitPoll is how often a child is looked at where the system offers no way to
// wait for its end without reaping it.
const exitPoll = 50 * time.Millisecond

// attributesOfSystem has nothing to add: only Linux has a parent-death signal.
// What outlives a killed parent is swept by the Registry.
func attributesOfSystem(*syscall.SysProcAttr, syscall.Signal) {}

// awaitExit returns when the process has ended, leaving it to be reaped.
func awaitExit(p *os.Process) {
	for alive(p.Pid) {
		time.Sleep(exitPoll)
	}
}

func alive(pid int) bool {
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return false
	}
	states, err := p.Status()
	if err != nil {
		return false
	}
	for _, state := range states {
		if state == process.Zombie {
			return false
		}
	}
	return true
}
