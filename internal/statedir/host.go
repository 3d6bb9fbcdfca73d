package statedir

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/streamsuites/streamsuites/internal/durable"
)

var hostForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)

// HostID returns the id of the host that this state directory belongs to,
// chosen at the first call and kept in host-id. Files are worked on where they
// are, so the id names task queues: it moves with the directory.
func (d Dir) HostID() (string, error) {
	path := d.join("host-id")
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		id := strings.TrimSpace(string(text))
		if !hostForm.MatchString(id) {
			return "", fmt.Errorf("%s holds %q: write an id of a–z, 0–9, dots and dashes into it, the one that this machine had before", path, id)
		}
		return id, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("read the host's id: %w", err)
	}
	var random [4]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("choose the host's id: %w", err)
	}
	id := "host-" + hex.EncodeToString(random[:])
	if err := durable.WriteFile(path, []byte(id+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("keep the host's id: %w", err)
	}
	return id, nil
}
