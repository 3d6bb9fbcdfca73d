package exports

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// manifestOf is the manifest of a directory that is verified; there may be none.
type manifestOf struct {
	there bool
	Manifest
}

func readManifestOf(tree fs.FS) (manifestOf, []Finding, error) {
	data, err := fs.ReadFile(tree, FileManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return manifestOf{}, []Finding{{File: FileManifest, Found: "nothing", Allowed: "generation and hashes of the documents", Severity: Note}}, nil
	}
	if err != nil {
		return manifestOf{}, nil, fmt.Errorf("read the manifest: %w", err)
	}
	f := file{name: FileManifest, is: FileManifest, data: data}
	findings := formFindings(f)
	value, err := parse(data)
	if err != nil {
		return manifestOf{}, append(findings, Finding{File: f.name, Found: "text that is not JSON: " + err.Error(), Allowed: "one JSON document", Severity: Broken}), nil
	}
	findings = append(findings, schemaFindings(f, value)...)
	m, err := parseManifest(data)
	if err != nil {
		return manifestOf{}, findings, nil // its schema has said why
	}
	return manifestOf{true, m}, findings, nil
}

// lists reports whether the manifest names a document.
func (m manifestOf) lists(file string) bool {
	return slices.ContainsFunc(m.Documents, func(e ManifestEntry) bool { return e.File == file })
}

// findings holds the documents against the manifest.
func (m manifestOf) findings(held map[string]file) []Finding {
	if !m.there {
		return nil
	}
	var findings []Finding
	for i, e := range m.Documents {
		at := func(field string) string { return fmt.Sprintf("$.documents[%d].%s", i, field) }
		apart := func(path, found, allowed string) {
			findings = append(findings, Finding{FileManifest, path, found, allowed, Broken, true})
		}
		f, there := held[e.File]
		switch {
		case !there:
			apart(at("file"), fmt.Sprintf("%q, which is not there", e.File), "documents that are there")
			continue
		case int64(len(f.data)) != e.Bytes:
			apart(at("bytes"), fmt.Sprint(e.Bytes), fmt.Sprintf("%d, the size of %s", len(f.data), e.File))
		}
		if sum := hash(f.data); sum != e.SHA256 {
			apart(at("sha256"), e.SHA256, fmt.Sprintf("%s, the hash of %s", sum, e.File))
		}
		if v, known := VisibilityOf(e.File); known && v != e.Visibility {
			findings = append(findings, Finding{FileManifest, at("visibility"), string(e.Visibility), string(v) + ", that of " + e.File, Broken, false})
		}
	}
	for name, f := range held {
		if name == f.is && !m.lists(name) {
			findings = append(findings, Finding{name, "", "a document that the manifest does not name", "every document of the directory in " + FileManifest, Broken, true})
		}
	}
	return findings
}
