package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// webhookView is what became of the webhooks that a platform called on one host.
type webhookView struct {
	Host       string           `json:"host"`
	Platform   string           `json:"platform"`
	Since      time.Time        `json:"since"`    // when that host began to listen
	Received   int64            `json:"received"` // calls
	Verified   int64            `json:"verified"` // of those, signed by the platform and in time
	Duplicates int64            `json:"duplicates"`
	Late       int64            `json:"late"`    // events, told more than a minute after they happened
	Refused    map[string]int64 `json:"refused"` // calls by reason: bad_signature, old, malformed, no_key
}

// webhookViews are the counts of all hosts that listened.
func webhookViews(ctx context.Context, s *store.Store) ([]webhookView, error) {
	all, err := s.WebhookCounts(ctx)
	views := []webhookView{}
	for _, c := range all {
		views = append(views, webhookViewOf(c))
	}
	return views, err
}

func webhookViewOf(c store.WebhookCounts) webhookView {
	v := webhookView{Host: c.Host, Platform: string(c.Platform), Since: c.Since, Refused: map[string]int64{}}
	for outcome, n := range c.Counts {
		switch outcome {
		case "late":
			v.Late = n
			continue
		case "accepted":
			v.Verified += n
		case "duplicate":
			v.Verified += n
			v.Duplicates = n
		default:
			v.Refused[outcome] = n
		}
		v.Received += n
	}
	return v
}

// refusals says for people how many calls were refused and why.
func (v webhookView) refusals() string {
	var why []string
	for _, reason := range []string{"bad_signature", "old", "malformed", "no_key"} {
		if n := v.Refused[reason]; n > 0 {
			why = append(why, fmt.Sprintf("%d %s", n, strings.ReplaceAll(reason, "_", " ")))
		}
	}
	if len(why) == 0 {
		return "none"
	}
	return strings.Join(why, ", ")
}

// printWebhooks prints nothing when nobody listened.
func printWebhooks(w io.Writer, hooks []webhookView) error {
	if len(hooks) == 0 {
		return nil
	}
	return section(w, "webhooks", []string{"WEBHOOKS OF", "HOST", "SINCE", "RECEIVED", "VERIFIED", "DUPLICATES", "LATE", "REFUSED"}, rowsOf(hooks, func(v webhookView) []string {
		return []string{
			v.Platform, v.Host, v.Since.Local().Format(time.DateTime), fmt.Sprint(v.Received), fmt.Sprint(v.Verified),
			fmt.Sprint(v.Duplicates), fmt.Sprint(v.Late), v.refusals(),
		}
	}))
}
