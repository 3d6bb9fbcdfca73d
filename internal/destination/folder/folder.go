// Package folder publishes clips into a folder that the HTTP server serves. A
// reader of the folder sees a whole clip or none. It serves nothing itself.
package folder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// Name is what configuration calls this destination.
const Name = "folder"

// abandoned is for how long nobody has written to a copy that was given up:
// another worker of this host may be copying now.
const abandoned = 10 * time.Minute

// Folder is the destination. It is safe for concurrent use.
type Folder struct {
	dir  string
	base *url.URL
}

// New returns a destination that copies into dir, which it creates, and whose
// clips are seen at <publicBase>/clips/<id>.mp4.
func New(dir, publicBase string) (*Folder, error) {
	base, err := url.Parse(publicBase)
	if err != nil {
		return nil, fmt.Errorf("read the public address of the clips: %w", err)
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("the public address of the clips is %q, it has to begin with http:// or https:// and name a host", publicBase)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // published to everybody
		return nil, fmt.Errorf("create the folder of published clips: %w", err)
	}
	if err := durable.SweepAbandoned(dir, abandoned); err != nil {
		return nil, fmt.Errorf("tidy the folder of published clips: %w", err)
	}
	return &Folder{dir: dir, base: base}, nil
}

// Name implements destination.Destination.
func (f *Folder) Name() string { return Name }

// Publish implements destination.Destination.
func (f *Folder) Publish(ctx context.Context, item destination.Item, progress func(int64)) (destination.Published, error) {
	if !clip.ValidID(item.ClipID) {
		return destination.Published{}, f.fail(destination.Final, "name the file", "The clip has no valid id.", nil)
	}

	name := item.ClipID + ".mp4"
	published := destination.Published{URL: f.base.JoinPath("clips", name).String(), Ref: name}
	target := filepath.Join(f.dir, name)
	if same, err := holds(target, item); err != nil {
		return destination.Published{}, f.fail(destination.Retry, "read what is published", "The folder of published clips cannot be read.", err)
	} else if same {
		progress(item.Bytes)
		return published, nil
	}
	n, err := f.copy(ctx, item, target)
	if err != nil {
		return destination.Published{}, err
	}
	progress(n)
	return published, nil
}

// copy puts the item beside its target first: a source that is not what was
// encoded must never be seen under the public name.
func (f *Folder) copy(ctx context.Context, item destination.Item, target string) (int64, error) {
	incoming, err := f.reserve(item.ClipID)
	if err != nil {
		return 0, f.fail(destination.Retry, "make room for the clip", "The folder of published clips cannot be written to.", err)
	}
	defer os.Remove(incoming) //nolint:errcheck // gone when all went well
	n, sum, err := durable.CopyFile(ctx, item.Path, incoming)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return 0, context.Cause(ctx)
	case durable.DiskFull(err):
		return 0, f.fail(destination.Retry, "copy the clip", "There is no space left for the published clip.", err)
	case errors.Is(err, fs.ErrNotExist) && missing(item.Path):
		return 0, f.fail(destination.Final, "open the clip", "The clip's file is no longer there.", err)
	default:
		return 0, f.fail(destination.Retry, "copy the clip", "The clip could not be copied to the folder of published clips.", err)
	}
	if item.SHA256 != "" && sum != item.SHA256 {
		return 0, f.fail(destination.Final, "check the clip", "The clip's file was changed after it was encoded.",
			fmt.Errorf("sha256 is %s, encoded was %s", sum, item.SHA256))
	}
	if err := os.Chmod(incoming, 0o644); err != nil { //nolint:gosec // published to everybody
		return 0, f.fail(destination.Retry, "open the clip to readers", "The clip could not be made readable.", err)
	}
	if err := durable.Rename(incoming, target); err != nil {
		return 0, f.fail(destination.Retry, "publish the copy", "The clip could not be put into the folder of published clips.", err)
	}
	return n, nil
}

// reserve makes a name of its own for each attempt, since a former one may still
// be copying. It has the form that durable.SweepTemporary removes.
func (f *Folder) reserve(clipID string) (string, error) {
	file, err := os.CreateTemp(f.dir, "."+clipID+".*.tmp")
	if err != nil {
		return "", err
	}
	return file.Name(), file.Close()
}

func (f *Folder) fail(kind destination.Kind, operation, reason string, err error) error {
	return &destination.Error{Kind: kind, Destination: Name, Operation: operation, Reason: reason, Err: err}
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// holds reports whether path is the item already.
func holds(path string, item destination.Item) (bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	if item.SHA256 == "" || info.Size() != item.Bytes {
		return false, nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return false, err
	}
	return hex.EncodeToString(sum.Sum(nil)) == item.SHA256, nil
}
