package exports

import (
	"cmp"
	"slices"

	"github.com/streamsuites/streamsuites/internal/release"
)

type aboutDocument struct {
	Scope          string                `json:"scope"`
	Surface        string                `json:"surface"`
	Version        string                `json:"version"`
	Build          string                `json:"build"`
	LastUpdated    day                   `json:"last_updated"`
	Owner          string                `json:"owner"`
	Copyright      string                `json:"copyright"`
	Notice         string                `json:"notice"`
	PlatformStatus []aboutPlatform       `json:"platform_status"`
	ControlPlanes  []aboutControlSurface `json:"control_planes"`
}

type aboutPlatform struct {
	Platform string          `json:"platform"`
	Status   release.Support `json:"status"`
	Notes    string          `json:"notes"`
}

type aboutControlSurface struct {
	Name   string          `json:"name"`
	Status release.Support `json:"status"`
	Notes  string          `json:"notes"`
}

// BuildAboutAdmin builds about.admin.json, with every way of steering a runtime.
func BuildAboutAdmin(in ReleaseInput) (Document, error) {
	return buildAbout(FileAboutAdmin, "admin", in, in.Records.About.ControlPlanes)
}

// BuildAboutPublic builds about.public.json, with those ways that are for viewers
// too.
func BuildAboutPublic(in ReleaseInput) (Document, error) {
	public := slices.DeleteFunc(slices.Clone(in.Records.About.ControlPlanes), func(p release.ControlPlane) bool { return !p.Public })
	return buildAbout(FileAboutPublic, "public", in, public)
}

func buildAbout(file, scope string, in ReleaseInput, planes []release.ControlPlane) (Document, error) {
	about := in.Records.About
	doc := aboutDocument{
		Scope: scope, Surface: "about", Version: in.Version, Build: in.Build, LastUpdated: day(in.Date),
		Owner: about.Owner, Copyright: about.Copyright, Notice: about.Notice,
		PlatformStatus: make([]aboutPlatform, 0, len(about.Platforms)),
		ControlPlanes:  make([]aboutControlSurface, 0, len(planes)),
	}
	for _, p := range about.Platforms {
		doc.PlatformStatus = append(doc.PlatformStatus, aboutPlatform(p))
	}
	slices.SortFunc(doc.PlatformStatus, func(a, b aboutPlatform) int { return cmp.Compare(a.Platform, b.Platform) })
	for _, p := range planes {
		doc.ControlPlanes = append(doc.ControlPlanes, aboutControlSurface{p.Name, p.Status, p.Notes})
	}
	return publicDocument(file, doc)
}
