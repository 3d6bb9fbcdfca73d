package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	workflowservice "go.temporal.io/api/workflowservice/v1"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

// statusView is what `status` prints as JSON.
type statusView struct {
	Standalone *standaloneView `json:"standalone"`
	Temporal   reachableView   `json:"temporal"`
	Database   reachableView   `json:"database"`
	Disk       reachableView   `json:"disk"`
	Logins     []loginView     `json:"logins"` // of every account that is configured or logged in
	Platforms  []platformView  `json:"platforms"`
	Streams    []streamView    `json:"streams"`
	Captures   []captureView   `json:"captures"`
	Clips      map[string]int  `json:"clips"` // by state, the newest 500
	Gaps       []chatGapView   `json:"gaps"`  // of the last day, the newest ten
	Configs    []configView    `json:"configurations"`
	Replies    []replyView     `json:"replies"`  // of the last day, by platform and what became of them
	Webhooks   []webhookView   `json:"webhooks"` // since each host's start
	Mirrors    []mirrorView    `json:"mirrors"`  // of this state directory's exports
	Limits     []limitView     `json:"limits"`   // of which something is used
	Progress   []progressView  `json:"progress"` // of the newest clips that are being made
}

type standaloneView struct {
	PID  int    `json:"pid"`
	HTTP string `json:"http"`
	UI   string `json:"ui"`
}

// reachableView is how one of the things that everything needs is.
type reachableView struct {
	OK    bool   `json:"ok"`
	Where string `json:"where"`
	Error string `json:"error,omitempty"`
}

type platformView struct {
	CreatorID     string     `json:"creator_id"`
	Platform      string     `json:"platform"`
	Channel       string     `json:"channel"`
	State         string     `json:"state"`
	Since         *time.Time `json:"since"` // when it came into this state
	Error         string     `json:"error,omitempty"`
	Advice        string     `json:"advice,omitempty"` // what somebody can do about it
	LastHeartbeat *time.Time `json:"last_heartbeat"`
	Messages      int64      `json:"messages"`
	Triggers      int64      `json:"triggers"`
}

type streamView struct {
	CreatorID string    `json:"creator_id"`
	Platform  string    `json:"platform"`
	StreamID  string    `json:"stream_id"`
	Title     string    `json:"title"`
	StartedAt time.Time `json:"started_at"`
}

type captureView struct {
	CreatorID string     `json:"creator_id"`
	Platform  string     `json:"platform"`
	StreamID  string     `json:"stream_id"`
	Host      string     `json:"host"`
	State     string     `json:"state"`
	Error     string     `json:"error,omitempty"`
	OldestAt  *time.Time `json:"oldest_at"`
	NewestAt  *time.Time `json:"newest_at"`
	Segments  int64      `json:"segments"`
	Gaps      int64      `json:"gaps"`
}

type chatGapView struct {
	CreatorID string    `json:"creator_id"`
	Platform  string    `json:"platform"`
	Channel   string    `json:"channel"`
	Reason    string    `json:"reason"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Lost      int64     `json:"lost"` // messages known to be lost, 0 when nobody can know

	words string
}

// configView is what became of the configuration on one host.
type configView struct {
	Host         string    `json:"host"`
	At           time.Time `json:"at"`
	State        string    `json:"state"`   // started, taken, refused
	Version      string    `json:"version"` // in force
	Files        []string  `json:"files"`   // that changed
	Problem      string    `json:"problem,omitempty"`
	NeedsRestart []string  `json:"needs_restart"`
}

// words say the same to people.
func (c configView) words() string {
	text := map[string]string{"started": "in force since the start", "taken": "taken in", "refused": "REFUSED"}[c.State]
	if len(c.Files) > 0 {
		text += ": " + strings.Join(c.Files, ", ")
	}
	if first, _, _ := strings.Cut(c.Problem, "\n"); first != "" {
		text += ": " + first
	}
	if len(c.NeedsRestart) > 0 {
		text += "; needs a restart: " + strings.Join(c.NeedsRestart, ", ")
	}
	return text
}

const (
	gapsOf    = 24 * time.Hour
	gapsShown = 10
)

func (r *root) statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show connections, streams, captures and clips",
		Args:  noArgs,
	}
	format := output.Flag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		target, err := r.target()
		if err != nil {
			return err
		}
		view := r.gatherStatus(cmd.Context(), target)
		if *format == output.JSON {
			err = output.WriteJSON(cmd.OutOrStdout(), view)
		} else {
			err = printStatus(cmd.OutOrStdout(), view)
		}
		if err == nil && (!view.Temporal.OK || !view.Database.OK) {
			return errSilent
		}
		return err
	}
	return cmd
}

// gatherStatus asks every collaborator and reports those that do not answer,
// instead of ending at the first.
func (r *root) gatherStatus(ctx context.Context, target connect.Target) statusView {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	view := statusView{
		Logins: []loginView{}, Platforms: []platformView{}, Streams: []streamView{}, Captures: []captureView{}, Clips: map[string]int{}, Gaps: []chatGapView{}, Configs: []configView{}, Limits: []limitView{}, Replies: []replyView{}, Webhooks: []webhookView{},
		Temporal: r.temporalStatus(ctx, target), Database: reachableView{Where: "DATABASE_URL"},
	}
	view.Disk.Where = target.Dir.String()
	if err := roles.Disk(target.Dir); err != nil {
		view.Disk.Error = err.Error()
	}
	view.Disk.OK = view.Disk.Error == ""
	view.Mirrors = mirrorViews(target)
	if a := target.Addresses; a != nil {
		view.Standalone = &standaloneView{PID: a.PID, HTTP: a.HTTP, UI: a.UI}
		view.Database.Where = "the standalone's"
	}
	s, err := target.Store(ctx)
	var clips []clip.Clip
	if err == nil {
		defer s.Close()
		clips, err = view.read(ctx, s)
		if err == nil {
			view.Limits, err = limitViews(ctx, target, s)
		}
		if err == nil {
			view.Logins, err = r.loginsOf(ctx, target, s)
		}
	}
	view.Progress = r.progressOf(ctx, target, clips)
	view.Database.OK = err == nil
	if err != nil {
		view.Database.Error = err.Error()
	}
	return view
}

func (r *root) temporalStatus(ctx context.Context, target connect.Target) reachableView {
	options, err := target.TemporalOptions(r.quietTemporal())
	view := reachableView{Where: options.HostPort}
	if err == nil {
		err = checkTemporal(ctx, target, r)
	}
	view.OK = err == nil
	if err != nil {
		view.Error = err.Error()
	}
	return view
}

func checkTemporal(ctx context.Context, target connect.Target, r *root) error {
	c, err := target.Temporal(ctx, r.quietTemporal())
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.WorkflowService().GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{})
	return err
}

func (v *statusView) read(ctx context.Context, s *store.Store) (clips []clip.Clip, err error) {
	statuses, err := s.PlatformStatuses(ctx)
	if err != nil {
		return nil, err
	}
	counters, err := s.Counters(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range statuses {
		row := platformView{
			CreatorID: p.CreatorID, Platform: string(p.Platform), Channel: p.Channel, State: string(p.State), Since: instant(p.Since),
			Error: p.Error, Advice: p.State.Advice(p.Platform, p.Error), LastHeartbeat: instant(p.LastHeartbeat),
		}
		for _, c := range counters {
			if c.CreatorID == p.CreatorID && c.Platform == p.Platform {
				row.Messages, row.Triggers = c.Messages, c.Triggers
			}
		}
		v.Platforms = append(v.Platforms, row)
	}
	if v.Replies, err = replyViews(ctx, s); err != nil {
		return nil, err
	}
	if v.Webhooks, err = webhookViews(ctx, s); err != nil {
		return nil, err
	}
	streams, err := s.LiveStreams(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range streams {
		v.Streams = append(v.Streams, streamView{l.CreatorID, string(l.Platform), l.StreamID, l.Title, l.StartedAt})
	}
	captures, err := s.Captures(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range captures {
		v.Captures = append(v.Captures, captureView{
			c.CreatorID, c.Platform, c.StreamID, c.Host, c.State, c.Error,
			instant(c.OldestAt), instant(c.NewestAt), c.Segments, c.Gaps,
		})
	}
	gaps, err := s.LatestGaps(ctx, time.Now().Add(-gapsOf), gapsShown)
	if err != nil {
		return nil, err
	}
	for _, g := range gaps {
		v.Gaps = append(v.Gaps, chatGapView{g.CreatorID, string(g.Platform), g.Channel, g.Reason, g.From, g.To, g.Lost, g.Words()})
	}
	reloads, err := s.Reloads(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range reloads {
		v.Configs = append(v.Configs, configView{l.Host, l.At, string(l.State), l.Version, l.Files, l.Problem, l.Restart})
	}
	clips, err = s.ListClips(ctx, newestClips(500))
	for _, c := range clips {
		v.Clips[string(c.State)]++
	}
	return clips, err
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func printStatus(w io.Writer, v statusView) error {
	rows := [][]string{}
	if v.Standalone != nil {
		rows = append(rows, []string{"standalone", fmt.Sprintf("process %d", v.Standalone.PID), v.Standalone.HTTP})
	}
	for _, c := range []struct {
		name string
		view reachableView
	}{{"Temporal", v.Temporal}, {"database", v.Database}, {"disk", v.Disk}} {
		state := "ok"
		if !c.view.OK {
			state = c.view.Error
		}
		rows = append(rows, []string{c.name, state, c.view.Where})
	}
	if err := output.Table(w, []string{"PART", "STATE", "WHERE"}, rows); err != nil {
		return err
	}
	if err := section(w, "chat", []string{"CREATOR", "PLATFORM", "CHANNEL", "STATE", "SINCE", "MESSAGES", "TRIGGERS", "WHY", "WHAT TO DO"}, rowsOf(v.Platforms, func(p platformView) []string {
		since := ""
		if p.Since != nil {
			since = p.Since.Local().Format(time.DateTime)
		}
		return []string{p.CreatorID, p.Platform, p.Channel, p.State, since, fmt.Sprint(p.Messages), fmt.Sprint(p.Triggers), p.Error, p.Advice}
	})); err != nil {
		return err
	}
	if err := printLogins(w, v.Logins); err != nil {
		return err
	}
	if err := printReplies(w, v.Replies); err != nil {
		return err
	}
	if err := printWebhooks(w, v.Webhooks); err != nil {
		return err
	}
	if err := section(w, "live streams", []string{"CREATOR", "PLATFORM", "STREAM", "SINCE", "TITLE"}, rowsOf(v.Streams, func(s streamView) []string {
		return []string{s.CreatorID, s.Platform, s.StreamID, s.StartedAt.Local().Format(time.DateTime), s.Title}
	})); err != nil {
		return err
	}
	if err := section(w, "captures", []string{"CREATOR", "PLATFORM", "STREAM", "STATE", "HOLDS", "SEGMENTS", "GAPS", "NOTE"}, rowsOf(v.Captures, func(c captureView) []string {
		held := ""
		if c.OldestAt != nil && c.NewestAt != nil {
			held = c.NewestAt.Sub(*c.OldestAt).Round(time.Second).String()
		}
		return []string{c.CreatorID, c.Platform, c.StreamID, c.State, held, fmt.Sprint(c.Segments), fmt.Sprint(c.Gaps), c.Error}
	})); err != nil {
		return err
	}
	if len(v.Gaps) > 0 {
		if err := section(w, "chat that was not read", []string{"CREATOR", "PLATFORM", "CHAT THAT WAS NOT READ"}, rowsOf(v.Gaps, func(g chatGapView) []string {
			return []string{g.CreatorID, g.Platform, g.words}
		})); err != nil {
			return err
		}
	}
	if len(v.Configs) > 0 {
		if err := section(w, "configurations", []string{"HOST", "CONFIGURATION", "SINCE", "STATE"}, rowsOf(v.Configs, func(c configView) []string {
			return []string{c.Host, c.Version, c.At.Local().Format(time.DateTime), c.words()}
		})); err != nil {
			return err
		}
	}
	if err := printMirrors(w, v.Mirrors); err != nil {
		return err
	}
	if err := printLimits(w, v.Limits); err != nil {
		return err
	}
	if err := printProgress(w, v.Progress); err != nil {
		return err
	}
	counts := [][]string{}
	for _, state := range clip.States {
		if n := v.Clips[string(state)]; n > 0 {
			counts = append(counts, []string{string(state), fmt.Sprint(n)})
		}
	}
	return section(w, "clips", []string{"STATE", "CLIPS"}, counts)
}

func rowsOf[T any](values []T, row func(T) []string) [][]string {
	rows := make([][]string, len(values))
	for i, v := range values {
		rows[i] = row(v)
	}
	return rows
}

// section prints a table with a heading, or that it is empty.
func section(w io.Writer, name string, header []string, rows [][]string) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintf(w, "\nno %s\n", name)
		return err
	}
	_, _ = fmt.Fprintln(w)
	return output.Table(w, header, rows)
}
