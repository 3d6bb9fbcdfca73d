package youtube

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/streamsuites/streamsuites/internal/destination"
)

// verify opens the clip's file once it is needed and makes sure that it is what
// was encoded: a part of something else must never be seen.
func (a *attempt) verify(ctx context.Context) error {
	if a.file != nil {
		return nil
	}
	file, err := os.Open(a.item.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return refuse(destination.Final, "open the clip", "The clip's file is no longer there.", err)
	}
	if err != nil {
		return refuse(destination.Retry, "open the clip", "The clip's file cannot be read.", err)
	}
	if err := a.compare(ctx, file); err != nil {
		file.Close()
		return err
	}
	a.file = file
	return nil
}

func (a *attempt) compare(ctx context.Context, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return refuse(destination.Retry, "check the clip", "The clip's file cannot be read.", err)
	}
	if !info.Mode().IsRegular() || info.Size() != a.item.Bytes {
		return refuse(destination.Final, "check the clip", "The clip's file was changed after it was encoded.",
			fmt.Errorf("it has %d bytes, encoded were %d", info.Size(), a.item.Bytes))
	}
	if a.item.SHA256 == "" {
		return nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, &interruptible{ctx, file}); err != nil {
		return refuse(destination.Retry, "check the clip", "The clip's file cannot be read.", err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != a.item.SHA256 {
		return refuse(destination.Final, "check the clip", "The clip's file was changed after it was encoded.",
			fmt.Errorf("sha256 is %s, encoded was %s", got, a.item.SHA256))
	}
	return nil
}

// interruptible stops reading when its context ends.
type interruptible struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (r *interruptible) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.Reader.Read(p)
}
