package version

import "fmt"

// String is version, build and commit on one line.
func String() string {
	info := Get()
	text := fmt.Sprintf("%s (build %s)", info.Version, info.Build)
	if info.Commit != "" {
		text += " commit " + info.Commit
	}
	return text
}
