package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/shirou/gopsutil/v4/process"
)

// How long servers that a killed process left behind get for each way to end:
// an orderly shutdown, one without checkpoint, and being killed.
const (
	leftoverFast      = 10 * time.Second
	leftoverImmediate = 5 * time.Second
	leftoverKilled    = 5 * time.Second
	leftoverPoll      = 25 * time.Millisecond
)

// clear makes a data directory startable after its last owner was killed. A
// server still running in it is ended. A postmaster.pid that names a process
// which is not that server, because the number was used again, is removed: the
// new server would take that process for its predecessor and refuse to start.
func (c *cluster) clear(ctx context.Context, log zerolog.Logger) error {
	recorded, err := c.recordedPID()
	if err != nil || recorded == 0 {
		return err
	}
	servers, err := c.servers(ctx)
	if err != nil {
		return err
	}
	if len(servers) > 0 {
		log.Warn().Int("pid", recorded).Msg("ending a PostgreSQL that a killed predecessor left running")
		return c.end(ctx, recorded)
	}
	exists, err := process.PidExistsWithContext(ctx, int32(recorded))
	if err != nil {
		return fmt.Errorf("look at process %d: %w", recorded, err)
	}
	if !exists {
		return nil // the new server sees that itself
	}
	log.Info().Int("pid", recorded).Msg("removing a stale postmaster.pid whose process id now belongs to another program")
	if err := os.Remove(c.pidPath()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove a stale postmaster.pid: %w", err)
	}
	return nil
}

// recordedPID reads the first line of postmaster.pid, 0 if there is no file or
// nothing useful in it.
func (c *cluster) recordedPID() (int, error) {
	text, err := os.ReadFile(c.pidPath())
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read postmaster.pid: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid <= 1 {
		// Written by no server: an empty file is left by a full disk. The
		// server would refuse it.
		if err := os.Remove(c.pidPath()); err != nil {
			return 0, fmt.Errorf("remove an unreadable postmaster.pid: %w", err)
		}
		return 0, nil
	}
	return pid, nil
}

// servers lists the processes of PostgreSQL that run in this data directory:
// each of them has it as its working directory.
func (c *cluster) servers(ctx context.Context) ([]*process.Process, error) {
	all, err := process.ProcessesWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var servers []*process.Process
	for _, p := range all {
		// Processes end while they are looked at, and those of other users
		// hide: neither can be one of this folder.
		name, err := p.NameWithContext(ctx)
		if err != nil || !strings.HasPrefix(name, "postgres") {
			continue
		}
		if dir, err := p.CwdWithContext(ctx); err == nil && dir == c.data() {
			servers = append(servers, p)
		}
	}
	return servers, nil
}

// takedown is one way to end a server and how long it may take.
type takedown struct {
	signal syscall.Signal
	within time.Duration
}

// end takes a left-over server down, more and more firmly. Backends that lost
// their postmaster have nothing left to save.
func (c *cluster) end(ctx context.Context, postmaster int) error {
	steps := []takedown{{syscall.SIGINT, leftoverFast}, {syscall.SIGQUIT, leftoverImmediate}, {syscall.SIGKILL, leftoverKilled}}
	for i, step := range steps {
		servers, err := c.servers(ctx)
		if err != nil {
			return err
		}
		headed := slices.ContainsFunc(servers, func(p *process.Process) bool { return int(p.Pid) == postmaster })
		last := i == len(steps)-1
		if !headed && !last {
			continue
		}
		if err := signalServers(servers, postmaster, step.signal); err != nil {
			return err
		}
		ended, err := c.awaitEnd(ctx, step.within)
		if ended || err != nil {
			return err
		}
	}
	return &DataDirError{Path: c.data(), Problem: "another PostgreSQL still runs in it and could not be ended; end it by hand"}
}

// signalServers signals the postmaster, which takes its backends down, and kills
// everything that is left.
func signalServers(servers []*process.Process, postmaster int, signal syscall.Signal) error {
	for _, p := range servers {
		if int(p.Pid) != postmaster && signal != syscall.SIGKILL {
			continue
		}
		err := p.SendSignal(signal)
		if err != nil && !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("end a left-over PostgreSQL (process %d): %w", p.Pid, err)
		}
	}
	return nil
}

func (c *cluster) awaitEnd(ctx context.Context, within time.Duration) (bool, error) {
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(leftoverPoll)
	defer tick.Stop()
	for {
		servers, err := c.servers(ctx)
		if err != nil {
			return false, err
		}
		if len(servers) == 0 {
			return true, nil
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			return false, nil
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
}
