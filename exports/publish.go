package exports

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Audience says which documents a publication holds.
type Audience int

// The audiences.
const (
	// Operators see what the dashboard shows: public and dashboard-only documents.
	Operators Audience = iota
	// Everybody sees public documents alone.
	Everybody
)

func (a Audience) sees(v Visibility) bool {
	return v == Public || a == Operators && v == DashboardOnly
}

// Publish makes target a copy of the set for an audience: each document under
// every name that readers look for, then the manifest, and then documents of an
// earlier publication that are not in the set are removed. Each file is replaced
// as a whole, and only if it differs. It returns how many were written.
func (s Set) Publish(target string, audience Audience) (written int, err error) {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return 0, fmt.Errorf("make the folder to publish to: %w", err)
	}
	tree := newRoot(target)
	seen := map[string]bool{FileManifest: true}
	manifest := s.Manifest.complete()
	manifest.Documents = slices.DeleteFunc(slices.Clone(manifest.Documents), func(e ManifestEntry) bool { return !audience.sees(e.Visibility) })
	for _, d := range s.Documents {
		if !audience.sees(d.Visibility) {
			continue
		}
		for _, name := range append([]string{d.File}, d.Also...) {
			seen[name] = true
			n, err := publishFile(tree, name, d.Data)
			if written += n; err != nil {
				return written, err
			}
		}
	}
	data, err := encode(FileManifest, manifest)
	if err != nil {
		return written, err
	}
	n, err := publishFile(tree, FileManifest, data)
	if written += n; err != nil {
		return written, err
	}
	return written, retire(tree, seen)
}

func publishFile(tree *root, name string, data []byte) (written int, err error) {
	if !fs.ValidPath(name) || name == "." {
		return 0, fmt.Errorf("publish %q: not a document's name", name)
	}
	wrote, err := tree.put(Document{File: name, Data: data}, hash(data))
	if err != nil {
		return 0, fmt.Errorf("publish %s: %w", name, err)
	}
	if wrote {
		return 1, nil
	}
	return 0, nil
}

// retire removes documents that this version knows and that are not in the set;
// what it does not know may be somebody else's.
func retire(tree *root, keep map[string]bool) error {
	var old []string
	err := fs.WalkDir(os.DirFS(tree.dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if _, known := canonicalName(name); known && e.Type().IsRegular() && !keep[name] {
			old = append(old, name)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for what is not published any more in %s: %w", filepath.Clean(tree.dir), err)
	}
	for _, name := range old {
		if err := tree.remove(name); err != nil {
			return err
		}
	}
	return nil
}

// canonicalName returns which document stands under a name, and false for names
// that this version does not write.
func canonicalName(name string) (file string, known bool) {
	if _, known := VisibilityOf(name); known {
		return name, true
	}
	for _, k := range catalog() {
		if slices.Contains(k.also, name) {
			return k.file, true
		}
	}
	return "", false
}
