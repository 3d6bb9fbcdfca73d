package roles

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	workflowservice "go.temporal.io/api/workflowservice/v1"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/httpserver"
	"github.com/streamsuites/streamsuites/internal/metrics"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/version"
)

// Build names this program for metrics.
func Build() metrics.Build {
	v := version.Get()
	return metrics.Build{Version: v.Version, Build: v.Build, Commit: v.Commit}
}

// Serve serves exports, clips, health and metrics over HTTP, read-only.
func Serve(ctx context.Context, p Parts) error {
	v := version.Get()
	if err := p.Metrics.ClipStates(p.countClips); err != nil {
		return err
	}
	o := p.readable()
	o.Checks, o.Metrics, o.Clips, o.Links = p.checks(), p.Metrics.Handler(), p.newestClips, p.Links
	o.Chat = p.followChat
	o.About = httpserver.About{Version: v.Version, Build: v.Build}
	o.Redact = p.Redactor.String
	o.Recorded = recordedChat{exports.ChatAPI{Source: p.Store, Settings: p.ExportSettings}}
	o.Log = p.Log.With().Str("component", "http").Logger()
	server, err := httpserver.Listen(ctx, o)
	if err != nil {
		return err
	}
	return server.Run(ctx)
}

// readable is what may be read, and by whom.
func (p Parts) readable() httpserver.Options {
	h := p.Config.System.HTTP
	return httpserver.Options{
		Address:      p.HTTPAddress,
		ExportsDir:   p.Dir.Exports(),
		Documents:    documentFor,
		Manifest:     exports.FileManifest,
		PublishedDir: p.Dir.ClipsPublished(), PicturesDir: p.Dir.ClipsOutput(),
		AllowOrigins: h.AllowOrigins, AllowHosts: h.AllowHosts,
		Token: h.DashboardToken.Reveal(), TrustLoopback: h.TrustLoopback, ServeInternal: h.ServeInternal,
	}
}

// documentFor says for whom the server has a document.
func documentFor(name string) (httpserver.Document, bool) {
	file, visibility, known := exports.Find(name)
	audiences := map[exports.Visibility]httpserver.Audience{
		exports.Public: httpserver.Anyone, exports.DashboardOnly: httpserver.Dashboard, exports.InternalOnly: httpserver.Operator,
	}
	return httpserver.Document{File: file, Audience: audiences[visibility]}, known
}

// checks are what /readyz asks: the truth about what a clip needs.
func (p Parts) checks() []httpserver.Check {
	return []httpserver.Check{
		{Name: "database", Run: p.Store.Ping},
		{Name: "temporal", Run: func(ctx context.Context) error {
			_, err := p.Temporal.WorkflowService().GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{})
			return err
		}},
		{Name: "exports", Run: func(context.Context) error { return p.exportsFresh() }},
		{Name: "ingest", Run: p.ingestHolds},
		{Name: "disk", Run: func(context.Context) error { return Disk(p.Dir) }},
	}
}

// silentAfter is when a creator's connection, whose state is written every five
// seconds, counts as nobody's.
const silentAfter = 30 * time.Second

// ingestHolds fails while some creator's chat is in nobody's hands. Whether the
// platform can be reached, and whether there is a broadcast with a chat, are other
// matters: status and exports show that.
func (p Parts) ingestHolds(ctx context.Context) error {
	statuses, err := p.Store.PlatformStatuses(ctx)
	if err != nil {
		return err
	}
	held := map[string]bool{}
	for i := range statuses {
		if s := &statuses[i]; !s.LetGo() && time.Since(s.UpdatedAt) < silentAfter {
			held[s.CreatorID] = true
		}
	}
	cfg := p.config()
	for i := range cfg.Creators {
		creator := &cfg.Creators[i]
		if creator.Enabled && !held[creator.ID] && len(channelsOf(cfg, creator)) > 0 {
			return fmt.Errorf("no ingest reads the chat of %s", creator.ID)
		}
	}
	return nil
}

// staleAfter is when readers call the snapshot stale.
const staleAfter = 60 * time.Second

// exportsFresh fails when the snapshot, which is written every ten seconds, is
// missing or old.
func (p Parts) exportsFresh() error {
	info, err := os.Stat(filepath.Join(p.Dir.Exports(), exports.FileSnapshot))
	if err != nil {
		return fmt.Errorf("the exports are not written yet: %w", err)
	}
	if age := time.Since(info.ModTime()); age > staleAfter {
		return fmt.Errorf("the snapshot was written %s ago", age.Round(time.Second))
	}
	return nil
}

// followChat follows chat for people who look at it in a browser.
func (p Parts) followChat(ctx context.Context, creatorID string, handle func([]byte)) error {
	return p.Store.FollowChat(ctx, "http:"+uuid.NewString(), creatorID, handle)
}

func (p Parts) newestClips(ctx context.Context, limit int) ([]httpserver.Clip, error) {
	found, err := p.Store.ListClips(ctx, store.ClipFilter{Limit: limit})
	if err != nil {
		return nil, err
	}
	rows := make([]httpserver.Clip, len(found))
	for i, c := range found {
		rows[i] = httpserver.Clip{
			ID: c.ClipID, Title: c.Title, Creator: c.Creator, State: string(c.State), Reason: c.Reason, URL: c.URL, At: c.RequestedAt,
		}
	}
	return rows, nil
}

// Ready reports whether the server at that address says that the runtime is
// ready.
func Ready(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode == http.StatusOK
}
