package httpserver

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// contents is what a manifest says about the documents.
type contents struct {
	generation int64
	sums       map[string]string // by file
}

func parseContents(data []byte) (contents, error) {
	var m struct {
		Generation int64 `json:"generation"`
		Documents  []struct {
			File string `json:"file"`
			Sum  string `json:"sha256"`
		} `json:"documents"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return contents{}, fmt.Errorf("read the manifest: %w", err)
	}
	c := contents{m.Generation, make(map[string]string, len(m.Documents))}
	for _, d := range m.Documents {
		c.sums[d.File] = d.Sum
	}
	return c, nil
}

// change is a document that was added, changed or removed.
type change struct {
	File       string `json:"file"`
	Generation int64  `json:"generation"`
	Removed    bool   `json:"removed,omitempty"`
}

// since lists what differs from an older state, by file.
func (c contents) since(old contents) []change {
	var list []change
	for file, sum := range c.sums {
		if before, was := old.sums[file]; !was || before != sum {
			list = append(list, change{File: file, Generation: c.generation})
		}
	}
	for file := range old.sums {
		if _, is := c.sums[file]; !is {
			list = append(list, change{File: file, Generation: c.generation, Removed: true})
		}
	}
	slices.SortFunc(list, func(a, b change) int { return cmp.Compare(a.File, b.File) })
	return list
}

// onlySeen returns a manifest without the documents that the reader may not see:
// the size and the hash of a document tell something about what is in it.
func onlySeen(p *page, visible func(file string) bool) (*page, error) {
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(p.data, &whole); err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	fields := len(whole)
	maps.DeleteFunc(whole, func(name string, _ json.RawMessage) bool {
		return name != "documents" && strings.EqualFold(name, "documents") // a reader may take it for the list
	})
	var all []json.RawMessage
	if err := json.Unmarshal(whole["documents"], &all); err != nil {
		return nil, fmt.Errorf("read the manifest's documents: %w", err)
	}
	seen := make([]json.RawMessage, 0, len(all))
	for _, entry := range all {
		var named struct {
			File string `json:"file"`
		}
		if json.Unmarshal(entry, &named) == nil && visible(named.File) {
			seen = append(seen, entry)
		}
	}
	if len(seen) == len(all) && len(whole) == fields {
		return p, nil
	}
	documents, err := json.Marshal(seen)
	if err != nil {
		return nil, fmt.Errorf("write the manifest's documents: %w", err)
	}
	whole["documents"] = documents
	data, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	return newPage(append(data, '\n'), p.info), nil
}
