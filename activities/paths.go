package activities

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/media"
)

// Folders below the state directory, as histories and the database name them.
const (
	outputDir  = "clips/output"
	captureDir = "capture"
)

// maxGaps bounds how many gaps of a clip go into its history.
const maxGaps = 50

// within joins a path from a history to the state directory. Histories can be
// written by whoever can start workflows, so it must not lead out.
func within(stateDir, name string) (string, error) {
	local := filepath.FromSlash(name)
	if !filepath.IsLocal(local) {
		return "", &clip.Failure{
			Code: clip.Internal, Message: "A path leads out of the state directory.", Final: true, Err: fmt.Errorf("path %q", name),
		}
	}
	return filepath.Join(stateDir, local), nil
}

// captureFolder is where a stream is recorded, relative to the state directory.
func captureFolder(stream control.Stream) string {
	return path.Join(captureDir, safe(stream.CreatorID), safe(string(stream.Platform)+"-"+stream.StreamID))
}

// safe makes a folder's name out of an id that a platform chose. Different ids
// give different names.
func safe(id string) string {
	var b strings.Builder
	for i := range len(id) {
		c := id[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	if b.Len() == 0 {
		return "_"
	}
	return b.String()
}

func (a *Media) cutRequest(in task.EncodeInput) (media.CutRequest, error) {
	if !clip.ValidID(in.ClipID) {
		return media.CutRequest{}, &clip.Failure{Code: clip.Internal, Message: "The clip has no valid id.", Final: true}
	}
	dir, err := within(a.stateDir, in.Dir)
	if err != nil {
		return media.CutRequest{}, err
	}
	return media.CutRequest{
		Dir:    dir,
		Span:   media.Span{Start: in.Start, End: in.End},
		Output: filepath.Join(a.stateDir, filepath.FromSlash(outputDir), in.ClipID+".mp4"),
	}, nil
}

// result makes a cut's paths relative again: hosts may keep their state in
// different places.
func (a *Media) result(cut media.CutResult) (task.EncodeResult, error) {
	file, err := a.relative(cut.Path)
	if err != nil {
		return task.EncodeResult{}, err
	}
	thumbnail := ""
	if cut.Thumbnail != "" {
		if thumbnail, err = a.relative(cut.Thumbnail); err != nil {
			return task.EncodeResult{}, err
		}
	}
	return task.EncodeResult{
		Path: file, Thumbnail: thumbnail, Duration: cut.Duration, Bytes: cut.Bytes, SHA256: cut.SHA256,
		Gaps: cut.Gaps[:min(len(cut.Gaps), maxGaps)], Took: cut.FFmpegTime,
	}, nil
}

func (a *Media) relative(name string) (string, error) {
	relative, err := filepath.Rel(a.stateDir, name)
	if err != nil {
		return "", fmt.Errorf("place the clip's file: %w", err)
	}
	return filepath.ToSlash(relative), nil
}
