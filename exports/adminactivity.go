package exports

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// MaxActivity is how many events admin_activity.json holds.
const MaxActivity = 200

// activitySource is where people's actions come from.
type activitySource interface {
	LatestTriggerChanges(ctx context.Context, limit int) ([]store.AuditedChange, error)
	LatestOperatorRequests(ctx context.Context, limit int) ([]store.OperatorRequest, error)
	Reloads(ctx context.Context) ([]store.Reload, error)
}

// AdminActivityInput is what admin_activity.json is made of.
type AdminActivityInput struct {
	Changes  []store.AuditedChange
	Requests []store.OperatorRequest
	Reloads  []store.Reload
	Creators map[string]string // shown names by id
	Since    time.Time
}

type adminActivityDocument struct {
	Schema    string          `json:"schema"`
	UpdatedAt instant         `json:"updated_at"`
	Events    []activityEvent `json:"events"`
}

type activityEvent struct {
	ID        string  `json:"id"`
	Timestamp instant `json:"timestamp"`
	Source    string  `json:"source"`
	User      string  `json:"user"`
	Action    string  `json:"action"`
}

// fromRuntime is the source of everything that neither Discord nor one of the
// consoles did: chat, the command line and the runtime itself.
const fromRuntime = "Runtime"

// BuildAdminActivity builds admin_activity.json, the newest action first: changes
// of triggers, points and clips that operators asked for, and what became of the
// configuration of each host.
func BuildAdminActivity(in AdminActivityInput) (Document, error) {
	events := []activityEvent{}
	for _, c := range in.Changes {
		events = append(events, activity("change:"+strconv.FormatInt(c.ID, 10), c.At, or(c.Name, c.By),
			changeWords(c)+" in the chat of "+in.creator(c.CreatorID)))
	}
	for _, r := range in.Requests {
		if user, words := requestWords(r); words != "" {
			events = append(events, activity("request:"+strconv.FormatInt(r.ID, 10), r.At, user, words+" for "+in.creator(r.CreatorID)))
		}
	}
	for _, r := range in.Reloads {
		events = append(events, activity("configuration:"+r.Host, r.At, "runtime", reloadWords(r)))
	}
	slices.SortFunc(events, func(a, b activityEvent) int {
		return cmp.Or(time.Time(b.Timestamp).Compare(time.Time(a.Timestamp)), cmp.Compare(b.ID, a.ID))
	})
	events = events[:min(len(events), MaxActivity)]
	updated := in.Since
	if len(events) > 0 {
		updated = time.Time(events[0].Timestamp)
	}
	data, err := encode(FileAdminActivity, adminActivityDocument{"streamsuites.adminActivity.v1", instant(updated), events})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileAdminActivity, Visibility: DashboardOnly, Data: data}, nil
}

func activity(id string, at time.Time, user, action string) activityEvent {
	return activityEvent{ident(id), instant(at), fromRuntime, or(plain(strings.TrimPrefix(user, "operator:"), 200), "unknown"), plain(action, 500)}
}

func (in AdminActivityInput) creator(id string) string { return or(in.Creators[id], plain(id, 64)) }

// changeWords says what was changed, without what it says now.
func changeWords(c store.AuditedChange) string {
	verb := or(c.Action, "change")
	if name, ok := strings.CutPrefix(c.Subject, "counter:"); ok {
		return fmt.Sprintf("%s the counter %s", verb, name)
	}
	if c.Subject == "pause" {
		return verb + " the commands"
	}
	return fmt.Sprintf("%s the trigger %s", verb, c.Subject)
}

// requestWords says who asked for what; nothing for what it cannot read.
func requestWords(r store.OperatorRequest) (user, words string) {
	switch r.Kind {
	case control.InboxPointGrant:
		var grant control.PointGrant
		if json.Unmarshal(r.Payload, &grant) != nil {
			return "", ""
		}
		if grant.Delta < 0 {
			return grant.By, fmt.Sprintf("take %d points from %s", -grant.Delta, grant.UserKey)
		}
		return grant.By, fmt.Sprintf("give %d points to %s", grant.Delta, grant.UserKey)
	case control.InboxClipRequest:
		var clip control.OperatorClip
		if json.Unmarshal(r.Payload, &clip) != nil {
			return "", ""
		}
		return clip.By, "ask for a clip"
	}
	return "", ""
}

func reloadWords(r store.Reload) string {
	files := strings.Join(r.Files, ", ")
	switch r.State {
	case store.ReloadTaken:
		return "take in the changed configuration: " + files
	case store.ReloadRefused:
		return "refuse the changed configuration: " + files
	}
	return "start with configuration " + r.Version
}

func buildAdminActivity(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	changes, err := c.source.LatestTriggerChanges(ctx, MaxActivity)
	if err != nil {
		return nil, fmt.Errorf("read the changes of triggers: %w", err)
	}
	requests, err := c.source.LatestOperatorRequests(ctx, MaxActivity)
	if err != nil {
		return nil, fmt.Errorf("read what operators asked for: %w", err)
	}
	reloads, err := c.source.Reloads(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what became of the configuration: %w", err)
	}
	doc, err := BuildAdminActivity(AdminActivityInput{changes, requests, reloads, namesOf(s), s.Since})
	return doc.Data, err
}
