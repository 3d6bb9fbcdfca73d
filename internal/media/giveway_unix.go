//go:build unix

package media

import "syscall"

// niceness of an encoder: it takes what nobody else wants.
const niceness = 10

// giveWay lowers the priority of a process group. By process it would reach
// only the threads that exist by now on some systems, and none but the first on
// Linux.
func giveWay(pid int) error {
	return syscall.Setpriority(syscall.PRIO_PGRP, pid, niceness)
}
