package main

import (
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// makeUpload makes an upload of a clip that is uploading stand as told:
//
//	upload ID DESTINATION STATE
func makeUpload(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: upload ID DESTINATION STATE")
	}
	w := here(ts)
	upload, err := w.store.BeginUpload(w.t.Context(), args[0], args[1], time.Now())
	ts.Check(err)
	upload.State = clip.UploadState(args[2])
	switch upload.State {
	case clip.UploadRunning:
		return
	case clip.UploadPublished:
		upload.URL, upload.Ref = "https://"+args[1]+".example/watch/"+args[0], args[0]
	case clip.UploadDeferred:
		upload.Reason, upload.DeferredUntil = "The day's quota is used up.", noon.Add(3*time.Hour)
	default:
		upload.Reason = "The title is not allowed."
	}
	ts.Check(w.store.SaveUpload(w.t.Context(), upload))
}
