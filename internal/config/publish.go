package config

import (
	"os"
	"path/filepath"
)

// loadPublishRoot returns the folder of the web site to which the exports are
// also written, or "" when there is none.
func (l *loader) loadPublishRoot(workDir string) string {
	for _, name := range []string{OptDashboardRoot, OptPublishRoot} {
		f := l.get(name)
		if !f.isSet() {
			continue
		}
		path, err := filepath.Abs(f.value)
		if err == nil && isDir(path) {
			return path
		}
		l.add(Problem{File: name, Found: quoteShort(f.value) + ", which is not a folder", Allowed: "the path of an existing folder",
			Remedy: "the exports are written to the state directory only", Severity: Warning, Kind: Invalid})
		return ""
	}
	for _, near := range []string{"../StreamSuites-Dashboard/docs", "../StreamSuites-Dashboard", "StreamSuites-Dashboard/docs", "StreamSuites-Dashboard"} {
		path, err := filepath.Abs(filepath.Join(workDir, filepath.FromSlash(near)))
		if err == nil && isDir(filepath.Join(path, "shared", "state")) {
			return path
		}
	}
	return ""
}

// mirrors returns the folders that get a copy of the exports. Relative ones begin
// at the state directory. They are made when they are written.
func (l *loader) mirrors(folders []string) []string {
	paths := make([]string, 0, len(folders))
	for _, folder := range folders {
		path := filepath.FromSlash(folder)
		if !filepath.IsAbs(path) {
			path = filepath.Join(l.stateDir, path)
		}
		paths = append(paths, filepath.Clean(path))
	}
	return paths
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
