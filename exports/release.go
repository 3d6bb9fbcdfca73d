package exports

import (
	"context"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/release"
)

// Names of the documents about the version, relative to a root.
const (
	FileVersion          = "version.json"
	FileAboutAdmin       = "about.admin.json"
	FileAboutPublic      = "about.public.json"
	FileChangelog        = "changelog.json"
	FileRuntimeChangelog = "changelog.runtime.json"
	FileRoadmap          = "roadmap.json"
)

// ReleaseInput is what the documents about the version are made of.
type ReleaseInput struct {
	Version, Build string
	Date           time.Time // day of the build, UTC
	Records        release.Records
}

// runtimeSource is how version and changelog name who wrote them.
const runtimeSource = "runtime"

// releaseBuilders are the documents that change with the version only.
func releaseBuilders() []func(ReleaseInput) (Document, error) {
	return []func(ReleaseInput) (Document, error){
		BuildVersion, BuildAboutAdmin, BuildAboutPublic, BuildChangelog, BuildRuntimeChangelog, BuildRoadmap,
	}
}

// fromRelease makes a catalogue's builder of one that asks for no rows.
func fromRelease(build func(ReleaseInput) (Document, error)) func(context.Context, *collector, Settings) ([]byte, error) {
	return func(_ context.Context, _ *collector, s Settings) ([]byte, error) {
		records, err := release.Recorded()
		if err != nil {
			return nil, fmt.Errorf("read what is recorded of releases: %w", err)
		}
		doc, err := build(ReleaseInput{s.Version, s.Build, s.Since, records})
		return doc.Data, err
	}
}

// publicDocument encodes a document for everybody.
func publicDocument(file string, v any) (Document, error) {
	data, err := encode(file, v)
	if err != nil {
		return Document{}, err
	}
	return Document{File: file, Visibility: Public, Data: data}, nil
}

// day is a date without a time; the zero time is the first day of the Unix epoch.
type day time.Time

// MarshalText implements encoding.TextMarshaler.
func (d day) MarshalText() ([]byte, error) {
	text, err := instant(d).MarshalText()
	return text[:len("2006-01-02")], err
}
