package activities_test

import (
	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/destination/folder"
	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/internal/store"
)

// The real collaborators fit without adapters.
var (
	_ activities.ClipStore    = (*store.Store)(nil)
	_ activities.UploadStore  = (*store.Store)(nil)
	_ activities.CaptureStore = (*store.Store)(nil)
	_ activities.Captures     = (*store.Store)(nil)
	_ activities.Attic        = (*store.Store)(nil)
	_ activities.Cutter       = (*media.Cutter)(nil)
	_ activities.Recorder     = (*media.Recorder)(nil)
	_ activities.ShardRunner  = (*ingest.Host)(nil)
	_ destination.Destination = (*folder.Folder)(nil)
)
