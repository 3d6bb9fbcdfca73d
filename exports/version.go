package exports

import "github.com/streamsuites/streamsuites/internal/version"

// versionDocument has the keys of both generations of the dashboard. There is no
// "license": none has been declared.
type versionDocument struct {
	Project     string  `json:"project"`
	Name        string  `json:"name"`
	Version     string  `json:"version"`
	Build       string  `json:"build"`
	GeneratedAt instant `json:"generated_at"`
	Source      string  `json:"source"`
	Owner       string  `json:"owner"`
	Copyright   string  `json:"copyright"`
}

// BuildVersion builds version.json. Its stamp is the build's day.
func BuildVersion(in ReleaseInput) (Document, error) {
	return publicDocument(FileVersion, versionDocument{
		version.Project, version.Product, in.Version, in.Build, instant(in.Date), runtimeSource,
		in.Records.About.Owner, in.Records.About.Copyright,
	})
}
