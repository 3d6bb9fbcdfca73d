package exports

import (
	"os"
	"path/filepath"
	"slices"
)

// Mend brings the manifest in line with the documents as they stand. A killed
// writer may have left one that is newer than its entry; readers should not have
// to wait for the next look at the rows to see the two agree. A document that its
// schema does not allow is none that a writer left, and stays apart. Nobody else
// may be writing to the tree.
func (w *Writer) Mend() error {
	grown := false
	for _, e := range slices.Clone(w.manifest.Documents) {
		data, err := os.ReadFile(filepath.Join(w.canonical.dir, filepath.FromSlash(e.File)))
		sum := hash(data)
		switch {
		case os.IsNotExist(err):
			grown = w.manifest.remove(e.File) || grown
		case err != nil:
			return err
		case sum != e.SHA256 && sound(e.File, data):
			e.Bytes, e.SHA256 = int64(len(data)), sum
			grown = w.manifest.put(e) || grown
		}
	}
	if grown {
		w.manifest.Generation++
	}
	if w.manifest.Generation == 0 && len(w.manifest.Documents) == 0 {
		return nil // nothing was ever written
	}
	return w.writeManifest()
}

// sound reports whether a document is one that a writer may have left.
func sound(name string, data []byte) bool {
	value, err := parse(data)
	if err != nil {
		return false
	}
	return !slices.ContainsFunc(schemaFindings(file{name: name, is: name}, value), func(f Finding) bool { return f.Severity == Broken })
}
