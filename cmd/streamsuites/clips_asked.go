package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

// askedView is somebody's request for a clip as commands print it.
type askedView struct {
	Platform  chat.Platform `json:"platform"`
	UserKey   string        `json:"user_key"`
	Name      string        `json:"name"`
	MessageID string        `json:"message_id"`
	At        time.Time     `json:"at"`
}

// countedView is a clip and how many asked for it.
type countedView struct {
	clipView
	RequestCount int `json:"request_count"`
}

func askedOf(asked []store.ClipAsked) []askedView {
	views := make([]askedView, len(asked))
	for i, a := range asked {
		views[i] = askedView{a.Platform, a.UserKey, a.Name, a.MessageID, a.At}
	}
	return views
}

// printAsked lists who asked, where it was more than the one who had the clip made.
func printAsked(w io.Writer, asked []store.ClipAsked) error {
	if len(asked) < 2 {
		return nil
	}
	rows := make([][]string, len(asked))
	for i, a := range asked {
		rows[i] = []string{a.Name, string(a.Platform), a.At.Local().Format("15:04:05.000"), a.MessageID}
	}
	_, _ = fmt.Fprintf(w, "\n%s\n", askedWords(asked))
	return output.Table(w, []string{"ASKED BY", "PLATFORM", "AT", "MESSAGE"}, rows)
}

// askedWords counts requests by platform, the most first.
func askedWords(asked []store.ClipAsked) string {
	counts := map[chat.Platform]int{}
	var platforms []chat.Platform
	for _, a := range asked {
		if counts[a.Platform]++; counts[a.Platform] == 1 {
			platforms = append(platforms, a.Platform)
		}
	}
	slices.SortStableFunc(platforms, func(a, b chat.Platform) int { return counts[b] - counts[a] })
	words := make([]string, len(platforms))
	for i, p := range platforms {
		words[i] = fmt.Sprintf("%s %d", p, counts[p])
	}
	return fmt.Sprintf("%d requests: %s", len(asked), strings.Join(words, ", "))
}

// askedCounts returns how many asked for each of the clips.
func askedCounts(ctx context.Context, s *store.Store, clips []clip.Clip) (map[string]int, error) {
	ids := make([]string, len(clips))
	for i, c := range clips {
		ids[i] = c.ClipID
	}
	return s.ClipAskedCounts(ctx, ids)
}
