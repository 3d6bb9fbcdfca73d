package durable

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// copyChunk is how much is copied between two looks at the context.
const copyChunk = 1 << 20

// CopyFile copies src over dst with the guarantees of WriteFile and the
// permissions of src, and returns how many bytes there were and their SHA-256 in
// lower-case hexadecimal. It stops with the context's error soon after ctx ends;
// dst is then untouched.
func CopyFile(ctx context.Context, src, dst string) (n int64, sha256hex string, err error) {
	in, err := os.Open(src)
	if err != nil {
		return 0, "", fmt.Errorf("open %s to copy it: %w", src, err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return 0, "", fmt.Errorf("look at %s: %w", src, err)
	}
	if !info.Mode().IsRegular() {
		return 0, "", fmt.Errorf("copy %s: it is not a regular file", src)
	}
	sum := sha256.New()
	err = replace(dst, info.Mode().Perm(), func(out *os.File) error {
		n, err = copyChunks(ctx, io.MultiWriter(out, sum), in)
		return err
	})
	if err != nil {
		return 0, "", fmt.Errorf("copy %s: %w", src, err)
	}
	return n, hex.EncodeToString(sum.Sum(nil)), nil
}

func copyChunks(ctx context.Context, out io.Writer, in io.Reader) (int64, error) {
	buffer := make([]byte, copyChunk)
	var total int64
	for {
		if err := ctx.Err(); err != nil {
			return total, context.Cause(ctx)
		}
		n, err := io.ReadFull(in, buffer)
		written, werr := out.Write(buffer[:n])
		total += int64(written)
		if werr != nil {
			return total, werr
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return total, nil
		default:
			return total, err
		}
	}
}
