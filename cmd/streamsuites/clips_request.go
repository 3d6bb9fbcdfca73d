package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// clipRequest holds the flags of `clips request`.
type clipRequest struct {
	creator string
	seconds int
	title   string
	wait    bool
	timeout time.Duration
}

func (r *root) clipsRequest() *cobra.Command {
	var flags clipRequest
	cmd := &cobra.Command{
		Use:   "request",
		Short: "Ask for a clip of what has just happened",
		Long: `Asks for a clip of the moment at which the command runs, as !clip in chat does.
The request goes through the creator's lane like a chat message, so the limits
of the creator's tier hold; cooldowns do not.`,
		Args: noArgs,
	}
	format := output.Flag(cmd)
	cmd.Flags().StringVar(&flags.creator, "creator", "", "whose stream; may be left out where only one is live")
	cmd.Flags().IntVar(&flags.seconds, "seconds", 0, "length in seconds; 0 takes the creator's default")
	cmd.Flags().StringVar(&flags.title, "title", "", "what to call it")
	cmd.Flags().BoolVar(&flags.wait, "wait", false, "wait until the clip is published or has failed")
	cmd.Flags().DurationVar(&flags.timeout, "timeout", 5*time.Minute, "give up waiting after this long")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if flags.seconds < 0 {
			return fmt.Errorf("--seconds is %d: give the length of the clip, or 0 for the creator's default", flags.seconds)
		}
		ctx := cmd.Context()
		s, err := r.store(ctx)
		if err != nil {
			return err
		}
		defer s.Close()
		found, err := requestClip(ctx, s, flags)
		if err != nil {
			return err
		}
		counts, err := askedCounts(ctx, s, []clip.Clip{found})
		if err != nil {
			return err
		}
		return printRequested(cmd, *format, found, counts)
	}
	return cmd
}

// requestClip puts the request into the lane's inbox and waits until the lane
// has decided; with wait, until the clip has ended.
func requestClip(ctx context.Context, s *store.Store, flags clipRequest) (clip.Clip, error) {
	creator, err := liveCreator(ctx, s, flags.creator)
	if err != nil {
		return clip.Clip{}, err
	}
	request := control.OperatorClip{
		RequestID: uuid.NewString(), Seconds: flags.seconds, Title: flags.title, By: operatorName(), At: time.Now(),
	}
	if err := s.PutInbox(ctx, creator, control.InboxClipRequest, "operator:"+request.RequestID, request); err != nil {
		return clip.Clip{}, fmt.Errorf("hand the request to the lane: %w", err)
	}
	waiting, cancel := context.WithTimeout(ctx, flags.timeout)
	defer cancel()
	return awaitRequested(waiting, s, creator, request.RequestID, flags.wait)
}

// liveCreator is the named creator, or the only one that is live.
func liveCreator(ctx context.Context, s *store.Store, named string) (string, error) {
	streams, err := s.LiveStreams(ctx)
	if err != nil {
		return "", err
	}
	creators := map[string]bool{}
	for _, stream := range streams {
		creators[stream.CreatorID] = true
	}
	if named != "" {
		return named, served(ctx, s, named, slices.Sorted(maps.Keys(creators)))
	}
	switch len(creators) {
	case 0:
		return "", errors.New("nobody is live, so there is nothing to clip; `streamsuites status` shows who is")
	case 1:
		return streams[0].CreatorID, nil
	default:
		return "", fmt.Errorf("%d creators are live: name one with --creator", len(creators))
	}
}

// served is an error unless a runtime serves the creator: a request of anybody else
// would wait for a decision that nobody makes.
func served(ctx context.Context, s *store.Store, creator string, live []string) error {
	if slices.Contains(live, creator) {
		return nil
	}
	found, err := s.LanesInForce(ctx, []string{creator})
	if err != nil || len(found) > 0 {
		return err
	}
	who := "nobody is live"
	if len(live) > 0 {
		who = "live are " + strings.Join(live, ", ")
	}
	return fmt.Errorf("--creator %s: no runtime has ever served a creator with this id; %s", creator, who)
}

func operatorName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "operator"
}

// awaitRequested waits for the lane's decision, and with end for the end of the
// clip.
func awaitRequested(ctx context.Context, s *store.Store, creator, requestID string, end bool) (clip.Clip, error) {
	// The id derives from the request, see clip.NewID.
	id := clip.NewID(creator, requestID, trigger.ClipID, 0)
	key := chat.Key{Platform: trigger.Operator, MessageID: requestID}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		found, err := s.Clip(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			err = requireFired(ctx, s, key)
		} else if err == nil && (!end || found.State == clip.Published || found.State == clip.Failed) {
			return found, nil
		}
		if err != nil && ctx.Err() == nil {
			return clip.Clip{}, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return clip.Clip{}, fmt.Errorf("gave up waiting for clip %s: %w (is an ingest running for %s?)", id, ctx.Err(), creator)
		}
	}
}

// requireFired returns the reason when the lane has decided against the request.
func requireFired(ctx context.Context, s *store.Store, key chat.Key) error {
	decisions, err := s.Decisions(ctx, key)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		if !d.Fired {
			return fmt.Errorf("the request was denied: %s: %s", d.Step, d.Detail)
		}
	}
	return nil
}

func printRequested(cmd *cobra.Command, format output.Format, found clip.Clip, counts map[string]int) error {
	if format == output.JSON {
		if err := output.WriteJSON(cmd.OutOrStdout(), countedView{viewOf(found), counts[found.ClipID]}); err != nil {
			return err
		}
	} else if err := printClips(cmd, format, []clip.Clip{found}, counts); err != nil {
		return err
	}
	if found.State == clip.Failed {
		return fmt.Errorf("clip %s failed: %s", found.ClipID, found.Reason)
	}
	return nil
}
