package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// repliesOf is for how long back replies are counted.
const repliesOf = 24 * time.Hour

// replyView is how many replies on a platform came to the same end.
type replyView struct {
	Platform string `json:"platform"`
	State    string `json:"state"` // sent, dropped, failed, unknown; pending and sending have not ended yet
	Replies  int64  `json:"replies"`
	Why      string `json:"why,omitempty"` // the most frequent reason
}

// replyViews counts what became of the last day's replies.
func replyViews(ctx context.Context, s *store.Store) ([]replyView, error) {
	counts, err := s.ReplyCounts(ctx, time.Now().Add(-repliesOf))
	views := []replyView{}
	for _, c := range counts {
		views = append(views, replyView{string(c.Platform), string(c.State), c.Replies, c.Why})
	}
	return views, err
}

func printReplies(w io.Writer, replies []replyView) error {
	if len(replies) == 0 {
		return nil
	}
	return section(w, "replies", []string{"PLATFORM", "REPLIES ARE", "REPLIES", "MOST OFTEN BECAUSE"}, rowsOf(replies, func(c replyView) []string {
		return []string{c.Platform, c.State, fmt.Sprint(c.Replies), c.Why}
	}))
}
