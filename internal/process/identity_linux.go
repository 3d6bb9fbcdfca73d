package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
)

// startField is the place of the start time in /proc/<pid>/stat, counted from
// the field after the command's closing bracket (the state, field 3 of proc(5)).
const startField = 22 - 3

var bootID = sync.OnceValue(func() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "unknown-boot"
	}
	return strings.TrimSpace(string(id))
})

// identity tells one process from every other that ever had its pid: the boot
// and the tick in it at which the process started. errNoProcess if there is
// none, or only its corpse.
func identity(pid int) (string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return "", errNoProcess
	}
	if err != nil {
		return "", fmt.Errorf("look at process %d: %w", pid, err)
	}
	// The command may hold spaces and brackets: the last bracket ends it.
	_, rest, found := bytes.Cut(text[bytes.LastIndexByte(text, ')')+1:], []byte(" "))
	fields := bytes.Fields(rest)
	if !found || len(fields) <= startField {
		return "", fmt.Errorf("look at process %d: its stat is not understood", pid)
	}
	if state := fields[0][0]; state == 'Z' || state == 'X' {
		return "", errNoProcess
	}
	return bootID() + "/" + string(fields[startField]), nil
}
