package process

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"
)

// outputDelay is how long a child's output is still read after it has ended,
// when a grandchild that fled the process group keeps the pipe open.
const outputDelay = 5 * time.Second

// cancelGrace is how long a child may take to end after its context has.
const cancelGrace = 5 * time.Second

// Spec says what to start and how.
type Spec struct {
	// Name is what logs, errors and the registry call the child.
	Name string
	// Path is the program, found in PATH if it has no slash.
	Path string
	// Args are the arguments, without the program itself.
	Args []string
	// Env are variables "KEY=value" besides the few that every child gets:
	// the path, the locale, temporary folders, proxies. The rest of this
	// process's environment, with the secrets in it, is not passed on.
	Env []string
	// Dir is the child's working directory; empty means this process's. An
	// unprivileged child must be able to enter it, and to reach the program,
	// with that user's rights alone: the help described at Unprivileged begins
	// only when the program runs.
	Dir string
	// Stdin, Stdout and Stderr: nil means none.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Unprivileged drops root: see Unprivileged. Nothing changes when this
	// process is not root.
	Unprivileged bool
	// DeathSignal is what the child gets when this process dies, on Linux. 0
	// means SIGKILL.
	DeathSignal syscall.Signal
	// Registry records the child while it runs, if given.
	Registry *Registry
}

// Start starts a child in a process group of its own. When ctx ends, the group
// is stopped as Stop does, with five seconds' grace.
func Start(ctx context.Context, spec Spec) (*Child, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, context.Cause(ctx))
	}
	cmd, err := spec.command()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	child := &Child{name: spec.Name, done: make(chan struct{})}
	started := make(chan error, 1)
	go child.live(cmd, spec.Registry, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	go child.stopWith(ctx)
	return child, nil
}

func (s Spec) command() (*exec.Cmd, error) {
	cmd := exec.Command(s.Path, s.Args...)
	cmd.Dir = s.Dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.Stdin, s.Stdout, s.Stderr
	cmd.WaitDelay = outputDelay
	var account *Account
	if s.Unprivileged {
		var err error
		if account, err = Unprivileged(); err != nil {
			return nil, err
		}
	}
	cmd.Env = environment(account, s.Env)
	cmd.SysProcAttr = attributes(account, s.DeathSignal)
	return cmd, nil
}
