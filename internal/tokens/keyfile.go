package tokens

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store"
)

// keyFile is where a key lies that nobody configured.
func keyFile(dir statedir.Dir) string { return filepath.Join(dir.Secrets(), "token.key") }

// OpenKeys returns the configured keys, or else the one in the state directory,
// which is made when there is none. None is made while the database holds tokens:
// they lie under another one, which belongs here.
func OpenKeys(ctx context.Context, configured string, dir statedir.Dir, s *store.Store) (Keys, error) {
	if configured != "" {
		return ParseKeys(configured, "STREAMSUITES_TOKEN_KEY")
	}
	path := keyFile(dir)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeKey(ctx, path, s)
	}
	if err != nil {
		return Keys{}, fmt.Errorf("read the key of the tokens: %w", err)
	}
	return ParseKeys(strings.TrimSpace(string(text)), path)
}

// makeKey makes the file, unless another process was faster: then its key counts.
func makeKey(ctx context.Context, path string, s *store.Store) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of secrets: %w", err)
	}
	lock, err := awaitLock(ctx, path+".lock")
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	if text, err := os.ReadFile(path); err == nil {
		return text, nil
	}
	rows, err := s.AllAccountTokens(ctx)
	if err != nil {
		return nil, err
	}
	if len(rows) > 0 {
		return nil, fmt.Errorf("there is neither STREAMSUITES_TOKEN_KEY nor %s, and the database holds tokens under the key %s; set the variable, or copy that file from the host that made it",
			path, rows[0].Tokens.KeyID)
	}
	var data [keySize]byte
	_, _ = rand.Read(data[:]) // it never fails
	text := append([]byte(base64.StdEncoding.EncodeToString(data[:])), '\n')
	return text, durable.WriteFile(path, text, 0o600)
}

const (
	// keyPatience is how long another process may take to make the key: the roles of
	// a runtime start together.
	keyPatience = 10 * time.Second
	// keyLook is how often is looked whether it has.
	keyLook = 50 * time.Millisecond
)

// awaitLock takes a lock, for which it waits a while.
func awaitLock(ctx context.Context, path string) (*durable.Lock, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, keyPatience, errors.New("another process has been making it for too long"))
	defer cancel()
	for {
		lock, err := durable.TakeLock(path)
		var taken *durable.LockedError
		if !errors.As(err, &taken) {
			return lock, err
		}
		if waited := backoff.Wait(ctx, keyLook); waited != nil {
			return nil, fmt.Errorf("make the key of the tokens: %w: %w", taken, waited)
		}
	}
}
