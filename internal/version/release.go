package version

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Release is a version together with its build, as documents carry them.
type Release struct {
	Version string    // X.Y.Z or X.Y.Z-label, without a leading "v"
	Build   string    // YYYY.MM.DD+NNN, NNN counting a day's builds from 001
	Date    time.Time // midnight UTC of the build's day
}

var (
	versionForm = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?$`)
	prefix      = regexp.MustCompile(`^(?i:version)?\s*[vV]?`)
)

// ParseRelease reads a version and a build as people write them: the word
// "Version" and a leading "v" are left out. Readers take a stamp of the future
// for a mistake, so a build of a day after now's is one here.
func ParseRelease(version, build string, now time.Time) (Release, error) {
	plain, err := Parse(version)
	if err != nil {
		return Release{}, err
	}
	day := dayOf(build)
	switch {
	case day.IsZero():
		return Release{}, fmt.Errorf("%q is not a build: write YYYY.MM.DD+NNN, for instance 2026.02.01+001", build)
	case strings.HasSuffix(build, "+000"):
		return Release{}, fmt.Errorf("%q is not the build of a release: a day's builds are counted from 001", build)
	case day.After(now):
		return Release{}, fmt.Errorf("%q is a build of the future: in UTC it is %s", build, now.UTC().Format("2006.01.02"))
	}
	return Release{plain, build, day}, nil
}

// Parse returns a version without the word "Version" and without a leading "v".
func Parse(text string) (string, error) {
	plain := prefix.ReplaceAllString(strings.TrimSpace(text), "")
	if !versionForm.MatchString(plain) {
		return "", fmt.Errorf("%q is not a version: write vX.Y.Z or vX.Y.Z-label, for instance v0.2.0-alpha", text)
	}
	return plain, nil
}

var constant = regexp.MustCompile(`(?m)^const Version = "[^"]*"$`)

// Rewrite returns the text of the Go file that holds Version with another
// version in it. The version is one that Parse returned.
func Rewrite(source []byte, version string) ([]byte, error) {
	if n := len(constant.FindAll(source, -1)); n != 1 {
		return nil, errors.New("the constant Version stands on no line of its own")
	}
	return constant.ReplaceAllLiteral(source, []byte(fmt.Sprintf("const Version = %q", version))), nil
}
