package exports

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// StampOptions say which trees are given the documents about a release.
type StampOptions struct {
	Release ReleaseInput
	// Tree is the tree of a runtime that is not running; nil means none.
	Tree *WriterOptions
	// Site is the folder that a dashboard is served from; "" means none. It must
	// exist.
	Site string
}

// ErrRuntimeWrites says that a runtime is writing the tree. It carries a version
// of its own and would put that back.
var ErrRuntimeWrites = errors.New("a runtime that is running writes these exports, with the version that it was built with")

// Stamp writes the documents about a release, and no others: about, changelog,
// roadmap and version. It returns the paths of the files that changed. Each file
// is written atomically; the tree's manifest follows its documents.
func Stamp(o StampOptions) (changed []string, err error) {
	var docs []Document
	for _, build := range releaseBuilders() {
		doc, err := build(o.Release)
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	if o.Site != "" {
		// Looked at first: a wrong folder must not leave half of the work done.
		if info, err := os.Stat(o.Site); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("stamp the dashboard: %s is not a folder", o.Site)
		}
	}
	for _, tree := range o.trees() {
		inTree, err := stampTree(tree, docs)
		changed = append(changed, inTree...)
		if err != nil {
			return changed, err
		}
	}
	if o.Site != "" {
		inSite, err := stampSite(o.Site, docs)
		return append(changed, inSite...), err
	}
	return changed, nil
}

// trees are those that have a manifest to keep: the given one, and that of a
// state directory which is served as it is.
func (o StampOptions) trees() (all []WriterOptions) {
	if o.Tree != nil {
		all = append(all, *o.Tree)
	}
	served := filepath.Join(o.Site, filepath.FromSlash(siteFolders[1]))
	inSite, err := os.Stat(filepath.Join(served, FileManifest))
	if o.Site == "" || err != nil {
		return all
	}
	if o.Tree != nil {
		if given, err := os.Stat(filepath.Join(o.Tree.Canonical, FileManifest)); err == nil && os.SameFile(given, inSite) {
			return all
		}
	}
	return append(all, WriterOptions{Canonical: served})
}

func stampTree(o WriterOptions, docs []Document) ([]string, error) {
	w, release, err := New(Options{Writer: o, Log: o.Log}).openWriter()
	var held *durable.LockedError
	if errors.As(err, &held) {
		return nil, fmt.Errorf("%w: %w", ErrRuntimeWrites, err)
	}
	if err != nil {
		return nil, err
	}
	defer release()
	report, err := w.Write(docs)
	var changed []string
	for _, file := range report.Written {
		changed = append(changed, filepath.Join(o.Canonical, filepath.FromSlash(file)))
	}
	return changed, err
}

// siteFolders are where pages look for documents: the older generation of the
// dashboard in the first, the newer one in the second.
var siteFolders = []string{"shared/state", "runtime/exports"}

func stampSite(site string, docs []Document) (changed []string, err error) {
	r := newRoot(site)
	for _, d := range docs {
		var names []string
		for _, folder := range siteFolders {
			names = append(names, path.Join(folder, d.File))
		}
		if d.File == FileVersion {
			names = append(names, FileVersion) // the foot of every page
		}
		for _, name := range names {
			wrote, err := r.put(Document{File: name, Data: d.Data}, hash(d.Data))
			if err != nil {
				return changed, fmt.Errorf("stamp the dashboard: %w", err)
			}
			if wrote {
				changed = append(changed, filepath.Join(site, filepath.FromSlash(name)))
			}
		}
	}
	return changed, nil
}

// Site returns the folder that a dashboard's checkout is served from: itself, or
// its docs where those hold the state.
func Site(checkout string) string {
	docs := filepath.Join(checkout, "docs")
	if isFolder(docs) && !isFolder(filepath.Join(checkout, "shared", "state")) {
		return docs
	}
	return checkout
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
