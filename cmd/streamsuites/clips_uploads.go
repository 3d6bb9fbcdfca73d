package main

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// uploadView is a clip at one of its destinations as commands print it.
type uploadView struct {
	Destination   string           `json:"destination"`
	State         clip.UploadState `json:"state"`
	URL           string           `json:"url"`
	Ref           string           `json:"ref"`
	Reason        string           `json:"reason"`
	DeferredUntil *time.Time       `json:"deferred_until"`
	UpdatedAt     time.Time        `json:"updated_at"`
}

func uploadsOf(uploads []clip.Upload) []uploadView {
	views := make([]uploadView, len(uploads))
	for i, u := range uploads {
		views[i] = uploadView{
			Destination: u.Destination, State: u.State, URL: u.URL, Ref: u.Ref, Reason: u.Reason, UpdatedAt: u.UpdatedAt,
		}
		if !u.DeferredUntil.IsZero() {
			views[i].DeferredUntil = &u.DeferredUntil
		}
	}
	return views
}

// uploadRows are the uploads as a table shows them.
func uploadRows(uploads []clip.Upload) [][]string {
	rows := make([][]string, len(uploads))
	for i, u := range uploads {
		what := u.URL
		switch {
		case !u.DeferredUntil.IsZero():
			what = "until " + u.DeferredUntil.Local().Format(time.DateTime) + ": " + u.Reason
		case u.Reason != "":
			what = u.Reason
		}
		rows[i] = []string{u.Destination, string(u.State), what}
	}
	return rows
}
