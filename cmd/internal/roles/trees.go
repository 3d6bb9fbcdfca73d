package roles

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

// ExportTrees says where the documents of a state directory go: the canonical
// tree, the state root, older trees beside it, the web site that is published from
// this machine, and the mirrors of the configuration. redact takes secrets out.
func ExportTrees(dir statedir.Dir, c *config.Config, redact func([]byte) []byte) exports.WriterOptions {
	o := exports.WriterOptions{
		Canonical: dir.Exports(),
		Mirrors:   []string{dir.Mirror()},
		Parts: []exports.Part{
			{Dir: dir.OlderSignals(), Names: inside("signals/"), Local: true},
			{Dir: dir.OlderAdmin(), Names: inside("admin/"), Local: true},
		},
		Health: dir.MirrorsFile(),
		Redact: redact,
	}
	if c.PublishRoot != "" {
		o.Mirrors = append(o.Mirrors, filepath.Join(c.PublishRoot, "shared", "state"))
		o.Parts = append(o.Parts, exports.Part{Dir: c.PublishRoot, Names: onTheSite})
	}
	o.Mirrors = append(o.Mirrors, c.System.Mirrors...)
	return o
}

// inside names the documents of a folder without the folder.
func inside(folder string) func(string) []string {
	return func(file string) []string {
		if name, in := strings.CutPrefix(file, folder); in {
			return []string{name}
		}
		return nil
	}
}

// onTheSite names the documents that pages of a web site fetch from elsewhere than
// its state root.
func onTheSite(file string) []string {
	names := []string{"runtime/exports/" + file}
	switch {
	case file == "version.json":
		return append(names, file)
	case slices.Contains([]string{"changelog.json", "changelog.runtime.json", "roadmap.json"}, file):
		return names
	}
	return nil
}
