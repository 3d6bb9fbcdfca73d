package kick

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// A webhook that is to be delivered is a file of its own until it was: some wait
// for hours while thousands come and go.
const postingSuffix = ".json"

func (s *Server) postingPath(id string) string {
	return filepath.Join(s.queueDir, id+postingSuffix)
}

// keepPosting writes a webhook down. One that cannot be written down is known
// until the end of the process: else it would be tried again at once. The caller
// holds the lock.
func (s *Server) keepPosting(p posting) error {
	s.waiting[p.ID] = p
	text, err := json.Marshal(p)
	if err == nil {
		err = keep.Replace(s.postingPath(p.ID), text)
	}
	if err != nil {
		return fmt.Errorf("keep webhook: %w", err)
	}
	return nil
}

// dropPosting forgets a webhook. The caller holds the lock.
func (s *Server) dropPosting(id string) error {
	delete(s.waiting, id)
	if err := os.Remove(s.postingPath(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget webhook: %w", err)
	}
	return nil
}

// recallPostings reads the webhooks that were to be delivered.
func (s *Server) recallPostings() error {
	if err := os.MkdirAll(s.queueDir, 0o700); err != nil {
		return fmt.Errorf("open the queue of webhooks: %w", err)
	}
	files, err := os.ReadDir(s.queueDir)
	if err != nil {
		return fmt.Errorf("open the queue of webhooks: %w", err)
	}
	for _, file := range files {
		path := filepath.Join(s.queueDir, file.Name())
		if strings.HasPrefix(file.Name(), ".") { // left by a kill before it had its name
			_ = os.Remove(path)
			continue
		}
		var p posting
		if _, err := keep.Load(path, &p); err != nil {
			return err
		}
		s.waiting[p.ID] = p
	}
	return nil
}
