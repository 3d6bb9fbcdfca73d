package hostid

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/streamsuites/streamsuites/internal/durable"
)

const (
	// randomLength is the number of random characters, of 32 each.
	randomLength = 8
	// nameLength is how much of the machine's name is kept.
	nameLength = 20
)

var pattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Load reads the id in the file path, or makes one from the machine's name and
// random characters and keeps it there. An id is lower-case letters, digits and
// hyphens.
func Load(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return create(path)
	}
	if err != nil {
		return "", fmt.Errorf("read the host id: %w", err)
	}
	id := strings.TrimSpace(string(text))
	if !pattern.MatchString(id) {
		return "", fmt.Errorf("host id in %s is %q: want up to 63 lower-case letters, digits and hyphens; remove it to have one chosen anew", path, id)
	}
	return id, nil
}

func create(path string) (string, error) {
	name, err := os.Hostname()
	if err != nil {
		name = "" // the random part alone is unique
	}
	id := compose(name, rand.Text()[:randomLength])
	if err := durable.WriteFile(path, []byte(id+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("keep the host id: %w", err)
	}
	return id, nil
}

// compose joins the readable part of a machine's name, without its domain, and
// the random part.
func compose(name, random string) string {
	name, _, _ = strings.Cut(strings.ToLower(name), ".")
	name = strings.Map(func(c rune) rune {
		if (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') {
			return c
		}
		return '-'
	}, name)
	if len(name) > nameLength {
		name = name[:nameLength]
	}
	return strings.Trim(strings.Trim(name, "-")+"-"+strings.ToLower(random), "-")
}
