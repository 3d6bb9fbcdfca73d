package exports

import (
	"encoding/json"
	"slices"
	"strings"
)

// Manifest says what stands in the canonical tree. It is written after the
// documents, so that whoever sees a generation finds its documents complete.
type Manifest struct {
	SchemaVersion string `json:"schema_version"`
	// Generation grows by one whenever a document that is not a heartbeat was
	// added, changed or removed.
	Generation int64 `json:"generation"`
	// At is the past moment that the documents tell of; null for the present. A set of
	// the past lacks the documents of which there is no history.
	At        *instant        `json:"at,omitempty"`
	Documents []ManifestEntry `json:"documents"` // by file
}

// ManifestEntry describes one document.
type ManifestEntry struct {
	File       string     `json:"file"`
	Visibility Visibility `json:"visibility"`
	// Heartbeat documents change with time alone; their hash follows them, the
	// generation does not.
	Heartbeat bool   `json:"heartbeat"`
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"` // lower-case hex
}

// parseManifest reads a manifest that was written before.
func parseManifest(data []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return Manifest{}, err
	}
	return m, nil
}

func (m *Manifest) find(file string) (int, bool) {
	return slices.BinarySearchFunc(m.Documents, file, func(e ManifestEntry, f string) int { return strings.Compare(e.File, f) })
}

// put adds or replaces an entry and reports whether a new generation is due.
func (m *Manifest) put(e ManifestEntry) bool {
	i, found := m.find(e.File)
	if !found {
		m.Documents = slices.Insert(m.Documents, i, e)
		return !e.Heartbeat
	}
	old := m.Documents[i]
	m.Documents[i] = e
	return !e.Heartbeat && old.SHA256 != e.SHA256
}

// remove drops an entry and reports whether a new generation is due.
func (m *Manifest) remove(file string) bool {
	i, found := m.find(file)
	if !found {
		return false
	}
	heartbeat := m.Documents[i].Heartbeat
	m.Documents = slices.Delete(m.Documents, i, i+1)
	return !heartbeat
}

// complete returns the manifest as it is written.
func (m Manifest) complete() Manifest {
	m.SchemaVersion = "v1"
	if m.Documents == nil {
		m.Documents = []ManifestEntry{}
	}
	return m
}

// published returns the manifest of a copy, which lacks internal documents.
func (m Manifest) published() Manifest {
	m = m.complete()
	m.Documents = slices.DeleteFunc(slices.Clone(m.Documents), func(e ManifestEntry) bool { return e.Visibility == InternalOnly })
	return m
}
