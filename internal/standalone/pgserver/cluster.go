package pgserver

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/process"
)

// owner is the database superuser of the private cluster and the user everybody
// connects as.
const owner = "streamsuites"

// unfinished begins the name of a cluster that initdb is still making.
const unfinished = "data.new-"

// cluster is the folder of one private database.
type cluster struct {
	dir      string
	account  *process.Account
	binaries Binaries
	password string
}

func (c *cluster) data() string         { return filepath.Join(c.dir, "data") }
func (c *cluster) passwordPath() string { return filepath.Join(c.dir, "password") }
func (c *cluster) pidPath() string      { return filepath.Join(c.data(), "postmaster.pid") }

// openCluster makes the cluster if there is none, and otherwise finds the
// programs and the password that belong to it.
func openCluster(ctx context.Context, opts Options) (*cluster, error) {
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("database folder %s: %w", opts.Dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("database folder: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, fmt.Errorf("database folder: %w", err)
	}
	account, err := process.Unprivileged()
	if err != nil {
		return nil, fmt.Errorf("run PostgreSQL, which refuses to run as root: %w", err)
	}
	c := &cluster{dir: dir, account: account}
	major, err := c.major()
	if err != nil {
		return nil, err
	}
	if c.binaries, err = Find(ctx, major); err != nil {
		if missing := (*BinariesError)(nil); errors.As(err, &missing) && major != 0 {
			missing.DataDir = c.data()
		}
		return nil, err
	}
	if major == 0 {
		return c, c.create(ctx, opts)
	}
	if err := c.checkOwner(); err != nil {
		return nil, err
	}
	return c, c.readPassword()
}

// major reads which version made the data directory, 0 if there is none yet.
func (c *cluster) major() (int, error) {
	entries, err := os.ReadDir(c.data())
	if errors.Is(err, os.ErrNotExist) || (err == nil && len(entries) == 0) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look into the database folder: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(c.data(), "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, &DataDirError{Path: c.data(), Problem: "it is not empty and holds no database; move it away to begin with a new one"}
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the database: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || major <= 0 {
		return 0, &DataDirError{Path: c.data(), Problem: fmt.Sprintf("its PG_VERSION says %q, which is no version", text)}
	}
	return major, nil
}

// checkOwner refuses a cluster made by another user before the server does, in
// words that say what to do.
func (c *cluster) checkOwner() error {
	uid := os.Geteuid()
	if c.account != nil {
		uid = int(c.account.UID)
	}
	belongs, known := ownerOf(c.data())
	if !known || belongs == uid {
		return nil
	}
	return &DataDirError{Path: c.data(), Problem: fmt.Sprintf(
		"it belongs to user %d but the server would run as user %d; run as the user that created it, or use another state directory", belongs, uid)}
}

func (c *cluster) readPassword() error {
	text, err := os.ReadFile(c.passwordPath())
	if errors.Is(err, os.ErrNotExist) {
		return &DataDirError{Path: c.data(), Problem: fmt.Sprintf("its password file %s is gone; restore it from a backup", c.passwordPath())}
	}
	if err != nil {
		return fmt.Errorf("read the database password: %w", err)
	}
	c.password = strings.TrimSpace(string(text))
	return nil
}

// create makes the cluster beside its final place and moves it there when it is
// complete: initdb that is killed leaves nothing that looks like a database. The
// password comes first, because a cluster without it is lost.
func (c *cluster) create(ctx context.Context, opts Options) error {
	if err := c.sweep(); err != nil {
		return err
	}
	c.password = rand.Text()
	if err := durable.WriteFile(c.passwordPath(), []byte(c.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("keep the database password: %w", err)
	}
	fresh, err := os.MkdirTemp(c.dir, unfinished)
	if err != nil {
		return fmt.Errorf("make a database: %w", err)
	}
	defer os.RemoveAll(fresh) // nothing is there any more when all went well
	if c.account != nil {
		if err := os.Chown(fresh, int(c.account.UID), int(c.account.GID)); err != nil {
			return fmt.Errorf("make a database: %w", err)
		}
	}
	if err := c.initdb(ctx, fresh, opts); err != nil {
		return fmt.Errorf("make a database: %w", err)
	}
	if err := os.Remove(c.data()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("make a database: %w", err)
	}
	if err := durable.Rename(fresh, c.data()); err != nil {
		return fmt.Errorf("make a database: %w", err)
	}
	return nil
}

// sweep removes what a killed initdb left.
func (c *cluster) sweep() error {
	left, err := filepath.Glob(filepath.Join(c.dir, unfinished+"*"))
	if err != nil {
		return fmt.Errorf("look for unfinished databases: %w", err)
	}
	for _, path := range left {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove an unfinished database: %w", err)
		}
	}
	return durable.SweepTemporary(c.dir)
}

func (c *cluster) initdb(ctx context.Context, dir string, opts Options) error {
	args := []string{
		"-D", dir, "-U", owner, "--pwfile=" + c.passwordPath(),
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=" + locale(),
	}
	if opts.Fast {
		args = append(args, "--no-sync")
	}
	var output bytes.Buffer
	child, err := process.Start(ctx, process.Spec{
		Name: "initdb", Path: c.binaries.path("initdb"), Args: args, Dir: c.binaries.Dir,
		Stdout: &output, Stderr: &output, Unprivileged: true, Registry: opts.Registry,
	})
	if err != nil {
		return err
	}
	<-child.Done()
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if err := child.Err(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, bytes.TrimSpace(output.Bytes()))
	}
	return nil
}

// locale compares text by code point everywhere, so that an order does not
// depend on the machine; macOS has that locale under another name only.
func locale() string {
	if runtime.GOOS == "linux" {
		return "C.UTF-8"
	}
	return "C"
}
