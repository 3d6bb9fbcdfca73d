package watch

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// prints are the hashes of files by path.
type prints map[string][sha256.Size]byte

// maxFile is the size of the largest file that is looked into, in bytes; larger
// ones are no configuration.
const maxFile = 8 << 20

// look hashes a file, or every *.json below a folder. What cannot be read is
// left out: that it cannot is for the loader to say. A path that does not exist
// has no files.
func look(path string) (prints, error) {
	found := prints{}
	err := filepath.WalkDir(path, func(at string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // it went away while we looked
		case err != nil && at == path:
			return err
		case err != nil:
			return fs.SkipDir
		case entry.IsDir() || at != path && !strings.HasSuffix(at, ".json"):
			return nil
		}
		info, err := os.Stat(at)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
			return nil
		}
		data, err := os.ReadFile(at)
		if err == nil {
			found[at] = sha256.Sum256(data)
		}
		return nil
	})
	return found, err
}

// difference lists the files that came, went or changed, sorted.
func difference(before, now prints) []string {
	var files []string
	for path, hash := range now {
		if old, ok := before[path]; !ok || old != hash {
			files = append(files, path)
		}
	}
	for path := range maps.Keys(before) {
		if _, ok := now[path]; !ok {
			files = append(files, path)
		}
	}
	slices.Sort(files)
	return files
}
