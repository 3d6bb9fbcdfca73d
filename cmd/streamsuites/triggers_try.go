package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// saying holds the flags of `triggers test`: a message that nobody has written.
type saying struct {
	engineFlags
	text, user, userID, platform, kind, unit, title, category string
	roles                                                     []string
	amount                                                    int64
	at                                                        string
	live                                                      bool
}

func (r *root) triggersTest() *cobra.Command {
	var flags saying
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Show what a message would do, and why",
		Long: `Takes a message through the engine and shows every trigger that decides about
it, in order: whether it would fire or at which step it is refused, what would
be answered, and what a clip would hold. Nothing is sent, stored or changed.

It needs no running runtime. Where a database can be reached, what chat changed,
the cooldowns that run, counters and live streams are the real ones.`,
		Example: `  streamsuites triggers test --creator Ab3dE9 --text "!clip 20" --live
  streamsuites triggers test --text "!so @friend" --roles moderator --config new/
  streamsuites triggers test --kind raid --amount 40 --user friend`,
		Args: noArgs,
	}
	format := output.Flag(cmd)
	flags.register(cmd, "whose chat; may be left out where there is only one")
	f := cmd.Flags()
	f.StringVar(&flags.text, "text", "", "what is written")
	f.StringSliceVar(&flags.roles, "roles", nil, "roles of who writes it: follower, regular, subscriber, vip, moderator, editor, broadcaster")
	f.StringVar(&flags.user, "user", "viewer", "name of who writes it")
	f.StringVar(&flags.userID, "user-id", "", "the platform's id of who writes it (default: the name)")
	f.StringVar(&flags.platform, "platform", string(chat.Twitch), "where it is written: twitch, youtube, rumble, kick or pilled")
	f.StringVar(&flags.kind, "kind", "", "what happens besides: paid, subscription, gift, raid, follow or announcement")
	f.Int64Var(&flags.amount, "amount", 0, "how much of it: viewers, months, bits, …")
	f.StringVar(&flags.unit, "unit", "", "of the amount of a paid message, such as bits or EUR")
	f.StringVar(&flags.at, "at", "", "when it is written, as 2006-01-02T15:04:05Z (default: now)")
	f.BoolVar(&flags.live, "live", false, "as if a stream were live there")
	f.StringVar(&flags.title, "title", "A stream", "title of that stream")
	f.StringVar(&flags.category, "category", "", "category of that stream")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		event, err := flags.event(time.Now())
		if err != nil {
			return err
		}
		engines, err := r.engines(cmd.Context(), flags.engineFlags)
		if err != nil {
			return err
		}
		e, err := one(engines)
		if err != nil {
			return err
		}
		tried := try(e, event, flags)
		if *format == output.JSON {
			return output.WriteJSON(cmd.OutOrStdout(), tried)
		}
		return tried.print(cmd.OutOrStdout())
	}
	return cmd
}

// event is the message that the flags describe.
func (f saying) event(now time.Time) (chat.Event, error) {
	if f.text == "" && f.kind == "" {
		return chat.Event{}, fmt.Errorf("give --text with what is written, or --kind with what happens")
	}
	e := chat.Event{
		Platform: chat.Platform(f.platform), MessageID: "test", Text: strings.ToValidUTF8(f.text, "\ufffd"),
		Kind: chat.Kind(f.kind), Amount: f.amount, Unit: f.unit, SentAt: now, ReceivedAt: now,
		Author: chat.Author{ID: f.userID, Login: strings.ToLower(f.user), Name: f.user},
	}
	if e.Author.ID == "" {
		e.Author.ID = e.Author.Login
	}
	if !slices.Contains(chat.Platforms[:], e.Platform) {
		return e, fmt.Errorf("--platform is %q: choose twitch, youtube, rumble, kick or pilled", f.platform)
	}
	if f.kind != "" && !slices.Contains(chat.Kinds[:], e.Kind) {
		return e, fmt.Errorf("--kind is %q: choose paid, subscription, gift, raid, follow or announcement", f.kind)
	}
	for _, name := range f.roles {
		role, err := chat.ParseRole(strings.TrimSpace(name))
		if err != nil {
			return e, fmt.Errorf("--roles: %w", err)
		}
		e.Author.Roles |= role
	}
	if f.at != "" {
		at, err := time.Parse(time.RFC3339, f.at)
		if err != nil {
			return e, fmt.Errorf("--at is %q: write it as 2006-01-02T15:04:05Z", f.at)
		}
		e.SentAt, e.ReceivedAt = at, at
	}
	return e, nil
}

// try takes the message through the engine. The engine is the command's own:
// nothing of it is written anywhere.
func try(e engine, event chat.Event, flags saying) triedView {
	event.CreatorID, event.Channel = e.creator.ID, e.creator.ID
	if event.Platform == chat.Twitch && e.creator.TwitchChannel != "" {
		event.Channel = e.creator.TwitchChannel
	}
	if flags.live {
		e.machine.Step(trigger.Input{At: event.SentAt, Live: &control.Stream{
			CreatorID: e.creator.ID, Platform: event.Platform, Channel: event.Channel, StreamID: "test",
			Title: flags.title, Category: flags.category, StartedAt: event.SentAt.Add(-time.Hour),
		}})
	}
	live := len(e.machine.State().Streams) > 0
	out := e.machine.Step(trigger.Input{Message: &event})
	return triedOf(e, event, live, out)
}
