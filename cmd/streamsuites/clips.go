package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

func (r *root) clipsCommand() *cobra.Command {
	return family(&cobra.Command{
		Use:   "clips",
		Short: "List, show, request, watch, retry and abandon clips",
	}, r.clipsList(), r.clipsShow(), r.clipsRequest(), r.clipsWatch(), r.clipsRetry(), r.clipsAbandon())
}

// clipView is a clip as commands print it. Its JSON names are a fixed
// interface for scripts.
type clipView struct {
	ClipID      string     `json:"clip_id"`
	State       clip.State `json:"state"`
	CreatorID   string     `json:"creator_id"`
	Title       string     `json:"title"`
	URL         string     `json:"url"`
	RequestedBy string     `json:"requested_by"`
	RequestedAt time.Time  `json:"requested_at"`
	StartAt     time.Time  `json:"start_at"`
	EndAt       time.Time  `json:"end_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	PublishedAt *time.Time `json:"published_at"`
	Destination string     `json:"destination"`
	OutputPath  string     `json:"output_path"`
	Duration    float64    `json:"duration_s"`
	Bytes       int64      `json:"bytes"`
	SHA256      string     `json:"sha256"`
	Reason      string     `json:"reason"`
	FailureCode clip.Code  `json:"failure_code"`
	Gaps        []gapView  `json:"gaps"`
}

// gapView is a part of a clip's span that the capture does not hold.
type gapView struct {
	StartAt time.Time `json:"start_at"`
	EndAt   time.Time `json:"end_at"`
	Reason  string    `json:"reason"`
}

func viewOf(c clip.Clip) clipView {
	view := clipView{
		ClipID: c.ClipID, State: c.State, CreatorID: c.CreatorID, Title: c.Title, URL: c.URL,
		RequestedBy: c.RequestedBy, RequestedAt: c.RequestedAt, StartAt: c.Start, EndAt: c.End,
		UpdatedAt: c.UpdatedAt, Destination: c.Destination, OutputPath: c.OutputPath,
		Duration: c.Duration.Seconds(), Bytes: c.Bytes, SHA256: c.SHA256, Reason: c.Reason,
		FailureCode: c.FailureCode, Gaps: make([]gapView, len(c.Gaps)),
	}
	for i, gap := range c.Gaps {
		view.Gaps[i] = gapView{gap.Start, gap.End, gap.Reason}
	}
	if !c.PublishedAt.IsZero() {
		view.PublishedAt = &c.PublishedAt
	}
	return view
}

// clipIDs completes clip ids on the command line with the newest clips.
func (r *root) clipIDs(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return r.completeClips(cmd, newestClips(50))
}

// unpublishedClipIDs completes any number of clip ids with the newest clips that
// are not published.
func (r *root) unpublishedClipIDs(cmd *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	filter := newestClips(50)
	filter.States = []clip.State{clip.Failed, clip.Uploading, clip.Encoded, clip.Encoding, clip.Queued}
	all, directive := r.completeClips(cmd, filter)
	return slices.DeleteFunc(all, func(completion string) bool {
		id, _, _ := strings.Cut(completion, "\t")
		return slices.Contains(given, id)
	}), directive
}

func (r *root) completeClips(cmd *cobra.Command, filter store.ClipFilter) ([]string, cobra.ShellCompDirective) {
	s, err := r.store(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	defer s.Close()
	clips, err := s.ListClips(cmd.Context(), filter)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	completions := make([]string, len(clips))
	for i, c := range clips {
		completions[i] = fmt.Sprintf("%s\t%s, %s", c.ClipID, c.State, c.Title)
	}
	return completions, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// requireClipID checks the argument before anything is asked.
func requireClipID(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("give one clip id, six characters of a–z and 0–9, as `clips list` shows it")
	}
	if !clip.ValidID(args[0]) {
		return fmt.Errorf("%q is not a clip id: it has six characters of a–z and 0–9, as `clips list` shows it", args[0])
	}
	return nil
}

func (r *root) clipsList() *cobra.Command {
	var creator string
	var states []string
	var limit int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List clips, newest request first",
		Args:  noArgs,
	}
	format := output.Flag(cmd)
	cmd.Flags().StringVar(&creator, "creator", "", "only this creator's")
	cmd.Flags().StringSliceVar(&states, "state", nil, "only these states: queued, encoding, encoded, uploading, published, failed")
	cmd.Flags().IntVar(&limit, "limit", 50, "at most this many")
	_ = cmd.RegisterFlagCompletionFunc("state", cobra.FixedCompletions(
		[]string{"queued", "encoding", "encoded", "uploading", "published", "failed"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		filter, err := clipFilter(creator, states, limit)
		if err != nil {
			return err
		}
		s, err := r.store(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		clips, err := s.ListClips(cmd.Context(), filter)
		if err != nil {
			return err
		}
		counts, err := askedCounts(cmd.Context(), s, clips)
		if err != nil {
			return err
		}
		return printClips(cmd, *format, clips, counts)
	}
	return cmd
}

func printClips(cmd *cobra.Command, format output.Format, clips []clip.Clip, counts map[string]int) error {
	if format == output.JSON {
		views := make([]countedView, len(clips))
		for i, c := range clips {
			views[i] = countedView{viewOf(c), counts[c.ClipID]}
		}
		return output.WriteJSON(cmd.OutOrStdout(), views)
	}
	if len(clips) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "No clips yet. Somebody has to type !clip in chat, or you `streamsuites clips request`.")
		return err
	}
	rows := make([][]string, len(clips))
	for i, c := range clips {
		where := c.URL
		if c.State == clip.Failed {
			where = c.Reason
		}
		rows[i] = []string{c.ClipID, string(c.State), c.CreatorID, c.RequestedBy, strconv.Itoa(counts[c.ClipID]), c.RequestedAt.Local().Format("Jan 02 15:04:05"), c.Title, where}
	}
	return output.Table(cmd.OutOrStdout(), []string{"CLIP", "STATE", "CREATOR", "BY", "ASKED", "REQUESTED", "TITLE", "URL OR REASON"}, rows)
}

func newestClips(limit int) store.ClipFilter { return store.ClipFilter{Limit: limit} }

func clipFilter(creator string, states []string, limit int) (store.ClipFilter, error) {
	filter := store.ClipFilter{CreatorID: creator, Limit: limit}
	if limit < 1 {
		return filter, fmt.Errorf("--limit is %d: give at least 1", limit)
	}
	for _, s := range states {
		if !slices.Contains(clip.States[:], clip.State(s)) {
			return filter, fmt.Errorf("--state is %q: a clip is queued, encoding, encoded, uploading, published or failed", s)
		}
		filter.States = append(filter.States, clip.State(s))
	}
	return filter, nil
}
