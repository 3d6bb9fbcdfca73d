package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// killWait bounds how long a killed child may take to disappear; only one stuck
// in the kernel takes longer.
const killWait = 10 * time.Second

// Child is a started program and its process group.
type Child struct {
	name string
	pid  int

	mu    sync.Mutex // guards group against use after the pid was given back
	group group
	gone  bool

	done chan struct{}
	err  error
}

// PID is the process id, which is also the id of the group.
func (c *Child) PID() int { return c.pid }

// Done is closed when the child has ended, nothing is left in its group and its
// output has been read.
func (c *Child) Done() <-chan struct{} { return c.done }

// Err says how the child ended: nil for exit code 0, an *exec.ExitError for
// another code or a signal. It is nil until Done is closed.
func (c *Child) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Signal sends a signal to the whole group. It returns os.ErrProcessDone when
// the child has ended.
func (c *Child) Signal(signal os.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return os.ErrProcessDone
	}
	return c.group.signal(signal)
}

// Stop interrupts the group, kills it when grace has passed or ctx ends, and
// waits until it is gone. How the child ended is told by Err; an error from Stop
// means that it is still there. Stop may be called repeatedly and at any time.
func (c *Child) Stop(ctx context.Context, grace time.Duration) error {
	if err := c.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("interrupt %s: %w", c.name, err)
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-c.done:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return c.Kill()
}

// Kill ends the group at once and waits until it is gone.
func (c *Child) Kill() error {
	if err := c.Signal(os.Kill); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", c.name, err)
	}
	timer := time.NewTimer(killWait)
	defer timer.Stop()
	select {
	case <-c.done:
		return nil
	case <-timer.C:
		return fmt.Errorf("kill %s: process %d is still there after %s", c.name, c.pid, killWait)
	}
}

// live starts the child and stays with it until it ends. Linux sends the death
// signal when the thread that forked ends, not the process: so the thread is
// held for as long as the child lives.
func (c *Child) live(cmd *exec.Cmd, registry *Registry, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := c.launch(cmd, registry); err != nil {
		started <- err
		return
	}
	started <- nil

	awaitExit(cmd.Process)
	c.mu.Lock()
	// The leader is dead but, on Linux, not yet reaped: the group's id cannot
	// belong to anybody else.
	_ = c.group.kill()
	c.group.close()
	c.gone = true
	c.mu.Unlock()
	c.err = cmd.Wait()
	if registry != nil {
		registry.forget(c.name, c.pid)
	}
	close(c.done)
}

func (c *Child) launch(cmd *exec.Cmd, registry *Registry) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	c.pid = cmd.Process.Pid
	adopted, err := adopt(cmd.Process)
	if err == nil && registry != nil {
		err = registry.remember(c.name, c.pid)
	}
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return err
	}
	c.group = adopted
	return nil
}

// stopWith stops the child when ctx ends. Nobody waits for the outcome: Done and
// Err tell it.
func (c *Child) stopWith(ctx context.Context) {
	select {
	case <-c.done:
	case <-ctx.Done():
		_ = c.Stop(context.WithoutCancel(ctx), cancelGrace)
	}
}
