package exports

import (
	"github.com/streamsuites/streamsuites/internal/release"
	"github.com/streamsuites/streamsuites/internal/version"
)

type roadmapDocument struct {
	Meta    roadmapMeta  `json:"meta"`
	Entries []roadmapRow `json:"entries"`
}

type roadmapMeta struct {
	Project     string `json:"project"`
	Scope       string `json:"scope"`
	Version     string `json:"version"`
	GeneratedAt day    `json:"generated_at"`
}

type roadmapRow struct {
	ID          string         `json:"id"`
	Order       int32          `json:"order"`
	Title       string         `json:"title"`
	Status      release.Status `json:"status"`
	Percent     int32          `json:"percent"`
	Progress    int32          `json:"progress"`
	Meta        string         `json:"meta"`
	Description string         `json:"description"`
	Tooltip     string         `json:"tooltip"`
}

// BuildRoadmap builds roadmap.json, in the order in which people wrote it down.
func BuildRoadmap(in ReleaseInput) (Document, error) {
	doc := roadmapDocument{
		Meta:    roadmapMeta{version.Project, "runtime-roadmap", in.Version, day(in.Date)},
		Entries: []roadmapRow{},
	}
	for i, g := range in.Records.Roadmap {
		doc.Entries = append(doc.Entries, roadmapRow{
			g.ID, int32(i + 1), g.Title, g.Status(), g.Percent(), g.Percent(), g.Count(), g.Description, g.Parts(),
		})
	}
	return publicDocument(FileRoadmap, doc)
}
