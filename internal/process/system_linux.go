package process

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributesOfSystem asks for the parent-death signal and, when root is dropped,
// lets the child keep walking through folders that only root may enter: a state
// directory may lie below a private one.
func attributesOfSystem(attr *syscall.SysProcAttr, death syscall.Signal) {
	attr.Pdeathsig = death
	if attr.Credential != nil && hasCapability(unix.CAP_DAC_OVERRIDE) {
		attr.AmbientCaps = []uintptr{unix.CAP_DAC_OVERRIDE}
	}
}

// hasCapability tells whether this process may pass a capability on: containers
// often run a root that lacks some.
func hasCapability(capability uint) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	return data[capability/32].Permitted&(1<<(capability%32)) != 0
}

// awaitExit returns when the process has ended, leaving it to be reaped.
func awaitExit(p *os.Process) {
	for {
		err := unix.Waitid(unix.P_PID, p.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
