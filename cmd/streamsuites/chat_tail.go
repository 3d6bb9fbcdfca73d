package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/livefeed"
	"github.com/streamsuites/streamsuites/internal/store"
)

func (r *root) chatTail() *cobra.Command {
	var creatorID, platform string
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Print chat of all platforms as it comes",
		Long: `Prints the chat that the runtime reads, each message once it is stored, until
it is interrupted: the messages of all platforms in one, gifts, raids, bans and
deletions, and what the bot says. What moderators take out of chat is printed
again, struck out.

Texts are shown here also where they are not recorded; they are kept nowhere.
Colours are used on a terminal unless NO_COLOR is set.`,
		Args: noArgs,
	}
	cmd.Flags().StringVar(&creatorID, "creator", "", "only of this creator (id); default: of all")
	cmd.Flags().StringVar(&platform, "platform", "", "only of this platform: "+strings.Join(platformNames(), ", "))
	_ = cmd.RegisterFlagCompletionFunc("platform", cobra.FixedCompletions(platformNames(), cobra.ShellCompDirectiveNoFileComp))
	format := output.Flag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if platform != "" && !slices.Contains(platformNames(), platform) {
			return fmt.Errorf("--platform is %q: choose one of %s", platform, strings.Join(platformNames(), ", "))
		}
		t := newTail(cmd.OutOrStdout(), *format, creatorID, chat.Platform(platform))
		return r.followChat(cmd.Context(), t)
	}
	return cmd
}

func platformNames() []string {
	names := make([]string, len(chat.Platforms))
	for i, p := range chat.Platforms {
		names[i] = string(p)
	}
	return names
}

// followChat prints until ctx ends, which is no error, or the output is closed.
func (r *root) followChat(ctx context.Context, t *tail) error {
	s, err := r.store(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := readCreator(ctx, s, t.creatorID); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	err = s.FollowChat(ctx, uuid.NewString(), t.creatorID, func(batch []byte) {
		if err := t.take(batch); err != nil {
			stop(err)
		}
	})
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// readCreator fails for a creator whose chat was never read here: somebody would
// wait for it in vain.
func readCreator(ctx context.Context, s *store.Store, creatorID string) error {
	if creatorID == "" {
		return nil
	}
	statuses, err := s.PlatformStatuses(ctx)
	if err != nil {
		return err
	}
	var read []string
	for _, status := range statuses {
		if status.CreatorID == creatorID {
			return nil
		}
		if !slices.Contains(read, status.CreatorID) {
			read = append(read, status.CreatorID)
		}
	}
	if len(read) == 0 {
		return fmt.Errorf("no chat is read yet, so none of %s: start `streamsuites ingest` or the standalone", creatorID)
	}
	return fmt.Errorf("the chat of %q is not read: choose from %s", creatorID, strings.Join(read, ", "))
}

// tail prints lines of chat.
type tail struct {
	out       io.Writer
	format    output.Format
	creatorID string
	platform  chat.Platform
	screen    *livefeed.Screen
	look      paint
}

const (
	// tailed is how many lines can still be struck out.
	tailed = 500
	// mostStruck is how many are shown again because of one measure: after a chat was
	// cleared, a screen full of what was in it helps nobody.
	mostStruck = 10
)

func newTail(out io.Writer, format output.Format, creatorID string, platform chat.Platform) *tail {
	return &tail{out: out, format: format, creatorID: creatorID, platform: platform, screen: livefeed.NewScreen(tailed), look: painting(out)}
}

// painting tells whether colours make sense: no-color.org.
func painting(out io.Writer) paint {
	f, ok := out.(*os.File)
	return paint(ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isatty.IsTerminal(f.Fd()))
}

// take prints a batch. Nothing stands for a new connection.
func (t *tail) take(batch []byte) error {
	if batch == nil {
		return nil
	}
	lines, err := livefeed.Parse(batch)
	if err != nil {
		return err
	}
	for _, line := range lines {
		if t.creatorID != "" && line.CreatorID != t.creatorID || t.platform != "" && line.Platform != t.platform {
			continue
		}
		if err := t.print(line); err != nil {
			return err
		}
	}
	return nil
}

func (t *tail) print(line livefeed.Line) error {
	if t.format == output.JSON {
		return output.WriteLine(t.out, line)
	}
	known := names{target: t.screen.NameOf(line), answered: t.screen.Answered(line)}
	struck := t.screen.Show(line)
	text := t.look.line(line, t.creatorID == "", known)
	for i, s := range struck {
		if i == mostStruck && len(struck) > mostStruck+1 {
			text += t.look.more(line, len(struck)-i)
			break
		}
		text += t.look.struck(s)
	}
	_, err := io.WriteString(t.out, text)
	return err
}
