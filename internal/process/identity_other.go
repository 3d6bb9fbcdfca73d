//go:build !linux

package process

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/shirou/gopsutil/v4/process"
)

// identity tells one process from every other that ever had its pid: the
// millisecond at which it started. errNoProcess if there is none.
func identity(pid int) (string, error) {
	p, err := process.NewProcess(int32(pid))
	if errors.Is(err, process.ErrorProcessNotRunning) {
		return "", errNoProcess
	}
	if err != nil {
		return "", fmt.Errorf("look at process %d: %w", pid, err)
	}
	started, err := p.CreateTime()
	if err != nil {
		return "", errNoProcess
	}
	return strconv.FormatInt(started, 10), nil
}
