package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"

	"github.com/streamsuites/streamsuites/internal/process"
)

// job is one run of FFmpeg or FFprobe.
type job struct {
	Name         string // for the registry; the program's name if empty
	Path         string
	Args         []string
	Dir          string
	Stdout       io.Writer
	Stderr       io.Writer
	Background   bool // gives way to everything else on the machine
	Unprivileged bool
	Registry     *process.Registry
}

// startError says that a program did not even start.
type startError struct{ err error }

// Error implements error.
func (e *startError) Error() string { return e.err.Error() }

// Unwrap implements the interface of errors.Unwrap.
func (e *startError) Unwrap() error { return e.err }

func isStartError(err error) bool {
	var start *startError
	return errors.As(err, &start)
}

// run runs a job to its end. When ctx ends, the whole process group is killed
// and gone before run returns the context's cause.
func run(ctx context.Context, j job) error {
	child, err := start(ctx, j)
	if err != nil {
		return err
	}
	select {
	case <-child.Done():
		return child.Err()
	case <-ctx.Done():
		if err := child.Kill(); err != nil {
			return errors.Join(context.Cause(ctx), err)
		}
		return context.Cause(ctx)
	}
}

// start starts a job. Its end is the caller's: the context is only asked whether
// it has ended already.
func start(ctx context.Context, j job) (*process.Child, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	name := j.Name
	if name == "" {
		name = "ffmpeg"
	}
	child, err := process.Start(context.WithoutCancel(ctx), process.Spec{
		Name: name, Path: j.Path, Args: j.Args, Dir: j.Dir, Stdout: j.Stdout, Stderr: j.Stderr,
		Unprivileged: j.Unprivileged, Registry: j.Registry,
	})
	if err != nil {
		return nil, &startError{err}
	}
	if j.Background {
		// Without it chat still has the processor, only later.
		_ = giveWay(child.PID())
	}
	return child, nil
}

// exitCode is the code with which a program ended, −1 if it did not end by
// itself.
func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

// maxTail is how much of a program's complaints is kept, in bytes.
const maxTail = 2 << 10

// tail keeps the end of what is written to it.
type tail struct {
	limit   int      // maxTail if 0
	secrets []string // never shown

	mu  sync.Mutex
	buf []byte
	cut bool // the beginning is gone
}

// Write implements io.Writer; it never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	limit := t.limit
	if limit == 0 {
		limit = maxTail
	}
	t.buf = append(t.buf, p...)
	if extra := len(t.buf) - limit; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
		t.cut = true
	}
	return len(p), nil
}

func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]byte(nil), t.buf...)
}

// String is the text without the addresses in it, whose paths and queries hold
// tokens.
func (t *tail) String() string {
	text := strings.ToValidUTF8(string(t.bytes()), "�")
	if t.cut {
		// The first line may begin in the middle of an address.
		_, text, _ = strings.Cut(text, "\n")
	}
	for _, secret := range t.secrets {
		text = strings.ReplaceAll(text, secret, "…")
	}
	return strings.TrimSpace(redactText(text))
}

// explain adds what the program complained about to how it ended.
func (t *tail) explain(err error) error {
	if text := t.String(); text != "" {
		return fmt.Errorf("%w: %s", err, text)
	}
	return err
}

var address = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)([^\s'"/?#@]*@)?([^\s'"/?#@]*)[^\s'",;]*`)

// redactText leaves of every address in text only its scheme and host.
func redactText(text string) string { return address.ReplaceAllString(text, "$1$3/…") }
