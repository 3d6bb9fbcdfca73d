package main

import (
	"io"
	"time"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/exports"
)

// mirrorView is how a copy of the exports was when the worker of this state
// directory wrote it last.
type mirrorView struct {
	Root  string    `json:"root"`
	OK    bool      `json:"ok"`
	Error string    `json:"error,omitempty"`
	Since time.Time `json:"since"`
}

// mirrorViews are the copies that a worker of this state directory has written.
func mirrorViews(target connect.Target) []mirrorView {
	views := []mirrorView{}
	states, err := exports.ReadMirrors(target.Dir.MirrorsFile())
	if err != nil {
		return append(views, mirrorView{Root: target.Dir.MirrorsFile(), Error: err.Error()})
	}
	for _, s := range states {
		views = append(views, mirrorView(s))
	}
	return views
}

func printMirrors(w io.Writer, mirrors []mirrorView) error {
	if len(mirrors) == 0 {
		return nil
	}
	return section(w, "copies of the exports", []string{"COPY OF THE EXPORTS", "SINCE", "STATE"}, rowsOf(mirrors, func(m mirrorView) []string {
		state := "ok"
		if !m.OK {
			state = m.Error
		}
		return []string{m.Root, m.Since.Local().Format(time.DateTime), state}
	}))
}
