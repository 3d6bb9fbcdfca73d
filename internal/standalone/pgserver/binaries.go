package pgserver

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
)

// MinimumMajor is the oldest major version that can be used.
const MinimumMajor = 14

// places are where packages put the server programs besides PATH: Debian, Red
// Hat, Alpine, a build from source, Homebrew on three systems, Postgres.app and
// the installer for Windows.
var places = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/libexec/postgresql*",
	"/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
	`C:\Program Files\PostgreSQL\*\bin`,
}

// Binaries are the server programs of one installed version.
type Binaries struct {
	// Dir is the folder that holds initdb and postgres.
	Dir string
	// Major is the version, such as 15.
	Major int
}

func (b Binaries) path(program string) string {
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	return filepath.Join(b.Dir, program)
}

// Find returns the newest usable installed version, or with major not 0 that
// very version. The error is a *BinariesError when there is none.
func Find(ctx context.Context, major int) (Binaries, error) {
	return choose(installed(ctx), major)
}

func choose(found []Binaries, major int) (Binaries, error) {
	var best Binaries
	majors := []int{}
	for _, b := range found {
		if !slices.Contains(majors, b.Major) {
			majors = append(majors, b.Major)
		}
		wanted := b.Major == major || (major == 0 && b.Major >= MinimumMajor)
		if wanted && b.Major > best.Major {
			best = b
		}
	}
	if best.Major == 0 {
		slices.Sort(majors)
		return Binaries{}, &BinariesError{Major: major, Found: majors}
	}
	return best, nil
}

// installed asks every complete set of programs for its version; PATH first, so
// that it wins between two of one version.
func installed(ctx context.Context) []Binaries {
	var found []Binaries
	for _, dir := range folders() {
		b := Binaries{Dir: dir}
		if !executable(b.path("initdb")) || !executable(b.path("postgres")) {
			continue
		}
		major, err := version(ctx, b.path("postgres"))
		if err != nil {
			continue // a broken installation is as good as none
		}
		b.Major = major
		found = append(found, b)
	}
	return found
}

func folders() []string {
	var dirs []string
	for _, program := range []string{"postgres", "initdb", "pg_ctl"} {
		if path, err := exec.LookPath(program); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	for _, place := range places {
		matches, err := filepath.Glob(place)
		if err == nil {
			dirs = append(dirs, matches...)
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(dirs, func(dir string) bool {
		again := seen[dir]
		seen[dir] = true
		return again
	})
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

func version(ctx context.Context, postgres string) (int, error) {
	out, err := exec.CommandContext(ctx, postgres, "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("ask %s for its version: %w", postgres, err)
	}
	return parseVersion(string(out))
}

func parseVersion(text string) (int, error) {
	match := versionPattern.FindStringSubmatch(text)
	if match == nil {
		return 0, fmt.Errorf("version of PostgreSQL in %q is not understood", text)
	}
	return strconv.Atoi(match[1])
}
