package exports

import (
	"slices"
	"time"
)

type metaDocument struct {
	Meta    meta        `json:"meta"`
	Exports []metaEntry `json:"exports"`
}

type metaEntry struct {
	File        string     `json:"file"`
	Visibility  Visibility `json:"visibility"`
	Description string     `json:"description"`
}

// BuildMeta builds meta.json, the list of what is published: the documents that
// every runtime writes, the given number of clip pages, and the given further ones
// in their order. since is when this list came to be, for its stamp.
func BuildMeta(pages int, since time.Time, further ...string) (Document, error) {
	files := []string{FileMeta}
	for _, f := range families() {
		if f.front != "" {
			files = append(files, f.front)
		}
	}
	for _, k := range catalog() {
		files = append(files, k.file)
	}
	slices.Sort(files)
	for n := 1; n <= pages; n++ {
		files = append(files, ClipPage(n))
	}
	return listOf(append(files, further...), since)
}

// listOf builds a meta.json that names the given documents.
func listOf(files []string, since time.Time) (Document, error) {
	doc := metaDocument{newMeta(instant(since), Public, "exports-manifest"), make([]metaEntry, 0, len(files))}
	for _, f := range files {
		v, _ := VisibilityOf(f)
		doc.Exports = append(doc.Exports, metaEntry{f, v, describe(f)})
	}
	data, err := encode(FileMeta, doc)
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileMeta, Visibility: Public, Data: data}, nil
}
