package version

import (
	"regexp"
	"runtime"
	"runtime/debug"
	"time"
)

// Version is the semantic version, without a leading "v": the readers of the
// exports add their own. Everything that shows a version takes it from here;
// `streamsuites version stamp --source` rewrites this line.
const Version = "0.1.0"

// Project is the name under which the exports introduce the runtime.
const Project = "StreamSuites Runtime"

// Product is what the runtime is a part of: the name beside the version at the
// foot of the dashboard's pages.
const Product = "StreamSuites"

// build and commit are set by the linker:
//
//	-ldflags "-X github.com/streamsuites/streamsuites/internal/version.build=2026.02.01+001"
var build, commit string

var buildForm = regexp.MustCompile(`^(\d{4}\.\d{2}\.\d{2})\+\d{3}$`)

// Info describes this program.
type Info struct {
	Version  string    `json:"version"`
	Build    string    `json:"build"`            // YYYY.MM.DD+NNN
	Commit   string    `json:"commit,omitempty"` // empty when it is not known
	Modified bool      `json:"modified"`         // built from a changed checkout
	Go       string    `json:"go"`
	Date     time.Time `json:"date"` // midnight UTC of the build's day; the Unix epoch when it is not known
}

// Get returns what the linker was told, completed by what the Go tool recorded
// about the checkout.
func Get() Info {
	recorded, _ := debug.ReadBuildInfo()
	return describe(build, commit, recorded)
}

func describe(build, commit string, recorded *debug.BuildInfo) Info {
	info := Info{Version: Version, Build: build, Commit: commit, Go: runtime.Version()}
	var committed time.Time
	if recorded != nil {
		for _, s := range recorded.Settings {
			switch s.Key {
			case "vcs.revision":
				if info.Commit == "" {
					info.Commit = s.Value
				}
			case "vcs.modified":
				info.Modified = s.Value == "true"
			case "vcs.time":
				committed, _ = time.Parse(time.RFC3339, s.Value)
			}
		}
	}
	if day := dayOf(info.Build); !day.IsZero() {
		info.Date = day
		return info
	}
	if committed.IsZero() {
		committed = time.Unix(0, 0)
	}
	info.Date = committed.UTC().Truncate(24 * time.Hour)
	info.Build = info.Date.Format("2006.01.02") + "+000"
	return info
}

// dayOf returns the day that a build number names, or the zero time when it
// does not have the form of one.
func dayOf(build string) time.Time {
	m := buildForm.FindStringSubmatch(build)
	if m == nil {
		return time.Time{}
	}
	day, err := time.Parse("2006.01.02", m[1])
	if err != nil {
		return time.Time{}
	}
	return day
}
