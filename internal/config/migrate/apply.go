package migrate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// ChangedError says that a file is not as it was when the plan was made.
type ChangedError struct{ Name string }

// Error implements error.
func (e *ChangedError) Error() string {
	return e.Name + " has changed since it was read: plan again"
}

// Apply makes the changes. Copies of all files that change lie in the folder that
// it returns, below the state directory, before the first one does. Each file is
// replaced at once; when one cannot be, those before it are put back. A file that
// changed since the plan was made is a *ChangedError, and then nothing is done.
func (p *Plan) Apply(now time.Time) (backup string, err error) {
	if len(p.Changes) == 0 {
		return "", nil
	}
	for _, c := range p.Changes {
		if err := p.unchanged(c); err != nil {
			return "", err
		}
	}
	backup, err = p.backup(now)
	if err != nil {
		return "", err
	}
	for i, c := range p.Changes {
		err := p.unchanged(c)
		if err == nil {
			err = p.put(c, c.After)
		}
		if err != nil {
			return backup, errors.Join(err, p.undo(p.Changes[:i]))
		}
	}
	return backup, nil
}

func (p *Plan) path(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

func (p *Plan) unchanged(c Change) error {
	data, err := os.ReadFile(p.path(c.Name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if c.Before != nil {
			return &ChangedError{c.Name}
		}
		return nil
	case err != nil:
		return fmt.Errorf("read %s again: %w", c.Name, err)
	case c.Before == nil || !bytes.Equal(data, c.Before):
		return &ChangedError{c.Name}
	}
	return nil
}

// backup copies every file that is there and changes into a folder of its own.
func (p *Plan) backup(now time.Time) (string, error) {
	parent := filepath.Join(p.stateDir, "backups")
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", fmt.Errorf("make the folder of the copies: %w", err)
	}
	folder, err := newFolder(filepath.Join(parent, "config-"+now.UTC().Format("20060102T150405Z")))
	if err != nil {
		return "", err
	}
	for _, c := range p.Changes {
		if c.Before == nil {
			continue
		}
		path := filepath.Join(folder, filepath.FromSlash(c.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", fmt.Errorf("make the folder of a copy: %w", err)
		}
		if err := durable.WriteFile(path, c.Before, 0o600); err != nil {
			return "", fmt.Errorf("copy %s: %w", c.Name, err)
		}
	}
	return folder, nil
}

// newFolder makes a folder that was not there, with a number behind its name
// where it was.
func newFolder(path string) (string, error) {
	const most = 1000
	for n := 1; n <= most; n++ {
		name := path
		if n > 1 {
			name = fmt.Sprintf("%s-%d", path, n)
		}
		err := os.Mkdir(name, 0o700)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("make the folder of the copies: %w", err)
		}
	}
	return "", fmt.Errorf("make the folder of the copies: %s and %d more are there already", path, most-1)
}

// put makes the content of a change's file what it shall be; nil removes it.
func (p *Plan) put(c Change, data []byte) error {
	path := p.path(c.Name)
	if data == nil {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", c.Name, err)
		}
		return nil
	}
	if err := durable.WriteFile(path, data, c.mode); err != nil {
		return fmt.Errorf("write %s: %w", c.Name, err)
	}
	return nil
}

// undo puts files back, the last one first.
func (p *Plan) undo(changes []Change) error {
	var failed []error
	for i := len(changes) - 1; i >= 0; i-- {
		if err := p.put(changes[i], changes[i].Before); err != nil {
			failed = append(failed, fmt.Errorf("put %s back: %w", changes[i].Name, err))
		}
	}
	return errors.Join(failed...)
}
