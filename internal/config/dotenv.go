package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/joho/godotenv"
)

// envFile is one .env file.
type envFile struct {
	name   string // as shown to people
	values map[string]string
}

// readEnvFiles reads the .env files of the given folders, the first one first.
// A folder given twice is read once.
func (l *loader) readEnvFiles(dirs ...string) []envFile {
	var files []envFile
	seen := map[string]bool{}
	for _, dir := range dirs {
		path, err := filepath.Abs(filepath.Join(dir, ".env"))
		if dir == "" || err != nil || seen[path] {
			continue
		}
		seen[path] = true
		if values := l.readEnvFile(path); values != nil {
			files = append(files, envFile{l.shown(path), values})
		}
	}
	return files
}

func (l *loader) readEnvFile(path string) map[string]string {
	data, err := readLimited(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		l.add(Problem{File: l.shown(path), Found: "a file that cannot be read: " + cause(err),
			Remedy: "make it readable or remove it", Severity: Warning, Kind: Unreadable})
		return nil
	}
	values, err := parseEnv(data)
	if err != nil {
		// The parser's error quotes the text around the mistake, which may well
		// be a secret: it is not passed on.
		l.add(Problem{File: l.shown(path), Found: "text that is not a list of variables",
			Allowed: "lines NAME=value; # begins a comment; quote values with spaces",
			Remedy:  "nothing in this file is used until it is mended", Severity: Warning, Kind: Syntax})
		return nil
	}
	return values
}

// parseEnv parses a .env file; what the library panics about is an error too.
func parseEnv(data []byte) (values map[string]string, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("not a list of variables")
		}
	}()
	return godotenv.Parse(bytes.NewReader(bytes.TrimPrefix(data, bom)))
}

// cause returns the innermost message of an error of package os, which leaves
// out the path: the problem names the file already.
func cause(err error) string {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}
