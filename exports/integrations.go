package exports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

// IntegrationsInput is what admin/integrations.json is made of.
type IntegrationsInput struct {
	Tables   Tables
	Statuses []store.PlatformStatus
	Uploads  []store.UploadOutcome
	Now      time.Time
	Since    time.Time
}

type integrationsDocument struct {
	Meta         meta             `json:"meta"`
	Integrations []integrationRow `json:"integrations"`
	Items        []integrationRow `json:"items"`
}

type integrationRow struct {
	IntegrationID string `json:"integration_id"`
	ID            string `json:"id"`
	Provider      string `json:"provider"`
	Type          string `json:"type"`
	Scope         string `json:"scope"`
	Status        string `json:"status"`
	// LastAttemptAt is to the minute where attempts are made all the time.
	LastAttemptAt *instant `json:"last_attempt_at"`
	CreatedAt     *instant `json:"created_at"` // nobody keeps it
	UpdatedAt     *instant `json:"updated_at"` // when the state came to be known
}

// Status words of integrations besides those that they share with platforms.
const (
	statusConnected = "connected"
	statusStandby   = "standby" // usable, and nothing is known to be wrong
)

// BuildIntegrations builds admin/integrations.json: the services that the runtime
// stands on, the accounts with which it acts, the places where it publishes and the
// copies of its exports. It is for this machine only.
func BuildIntegrations(in IntegrationsInput) (Document, error) {
	// Whoever reads rows has the database.
	rows := []integrationRow{integration("postgres", "postgres", "database", "runtime", statusConnected)}
	for _, s := range in.Tables.Services {
		row := integration(s.ID, s.Provider, s.Type, "runtime", connectedIf(s.Connected))
		rows = append(rows, row.tried(toTheMinute(s.Looked)))
	}
	connections := connectionsByPlatform(in)
	for _, a := range in.Tables.Accounts {
		rows = append(rows, accountRow(a, in, connections[a.Platform]))
	}
	for _, a := range in.Tables.Announcers {
		rows = append(rows, integration(ident(a.Name), a.Name, "announcements", "runtime", announcerStatus(a)))
	}
	for _, d := range in.Tables.Destinations {
		row := integration(ident("publish", d.Name), d.Name, "publishing", strings.Join(d.Creators, ","), statusStandby)
		rows = append(rows, row.published(newestUpload(in.Uploads, d.Name, d.Creators)))
	}
	for _, c := range in.Tables.Copies {
		row := integration(ident("copy", c.Root), "filesystem", "exports", plain(c.Root, 500), connectedIf(c.OK))
		row.UpdatedAt = orNull(c.Since)
		rows = append(rows, row)
	}
	data, err := encode(FileIntegrations, integrationsDocument{newMeta(instant(in.Since), InternalOnly, "integrations"), rows, rows})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileIntegrations, Visibility: InternalOnly, Data: data}, nil
}

func connectedIf(ok bool) string {
	if ok {
		return statusConnected
	}
	return statusError
}

// announcerStatus is what is known of a service to which nothing is said: whether it
// could be.
func announcerStatus(a AnnouncerSettings) string {
	switch {
	case !a.On:
		return statusDisabled
	case a.Broken:
		return statusError
	}
	return statusStandby
}

// connected is how a creator's connection to a platform is.
type connected struct {
	status    string
	heartbeat time.Time
}

// connectionsByPlatform are the connections by platform and creator.
func connectionsByPlatform(in IntegrationsInput) map[string]map[string]connected {
	all := map[string]map[string]connected{}
	for _, st := range in.Statuses {
		platform := string(st.Platform)
		if all[platform] == nil {
			all[platform] = make(map[string]connected, len(in.Tables.Creators))
		}
		all[platform][st.CreatorID] = connected{connectionStatus(st, in.Now), st.LastHeartbeat}
	}
	return all
}

func accountRow(a AccountSettings, in IntegrationsInput, connections map[string]connected) integrationRow {
	row := integration(accountID(a), a.Platform, a.Purpose, strings.Join(a.Creators, ","), accountStatus(a, connections))
	if a.Purpose != "chat" {
		if row.Status != statusStandby {
			return row
		}
		return row.published(newestUpload(in.Uploads, a.Platform, a.Creators))
	}
	var last time.Time
	for _, id := range a.Creators {
		last = newest(last, connections[id].heartbeat)
	}
	return row.tried(toTheMinute(earlier(last, in.Now)))
}

// newestUpload is what was tried last at a destination for any of its creators; the
// zero value when nothing was.
func newestUpload(uploads []store.UploadOutcome, destination string, creators []string) (last store.UploadOutcome) {
	for _, u := range uploads {
		if u.Destination == destination && slices.Contains(creators, u.CreatorID) && u.AttemptAt.After(last.AttemptAt) {
			last = u
		}
	}
	return last
}

// published makes the row that of a place where something was tried: it is connected
// when the last attempt that ended did what it was for, or met a limit only.
func (r integrationRow) published(last store.UploadOutcome) integrationRow {
	switch last.State {
	case clip.UploadPublished, clip.UploadDeferred:
		r.Status = statusConnected
	case clip.UploadBroken:
		r.Status = statusError
	}
	r.LastAttemptAt, r.UpdatedAt = orNull(last.AttemptAt), orNull(last.UpdatedAt)
	return r
}

func (r integrationRow) tried(at time.Time) integrationRow {
	r.LastAttemptAt = orNull(at)
	return r
}

// toTheMinute keeps a document from changing with every beat.
func toTheMinute(t time.Time) time.Time { return t.Truncate(time.Minute) }

func integration(id, provider, purpose, scope, status string) integrationRow {
	return integrationRow{IntegrationID: id, ID: id, Provider: provider, Type: purpose, Scope: scope, Status: status}
}

// accountID names an account by its platform and label, as the configuration does.
// One of YouTube publishes under that name; what it does in chats has one more word.
func accountID(a AccountSettings) string {
	parts := []string{a.Platform}
	if a.Label != "" {
		parts = append(parts, a.Label)
	}
	if a.Platform == string(chat.YouTube) && a.Purpose == "chat" {
		parts = append(parts, a.Purpose)
	}
	return ident(parts...)
}

// accountStatus is the best that is known of the chats that an account reads; of
// one that only publishes nothing is known before it is used.
func accountStatus(a AccountSettings, connections map[string]connected) string {
	switch {
	case !a.On:
		return statusDisabled
	case !a.Complete:
		return statusError
	case a.Purpose != "chat":
		return statusStandby
	}
	best := statusInactive
	for _, id := range a.Creators {
		if c, known := connections[id]; known && rank(c.status) > rank(best) {
			best = c.status
		}
	}
	switch best {
	case statusRunning:
		return statusConnected
	case statusError:
		return statusError
	}
	return statusStandby
}

func buildIntegrations(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	statuses, err := c.statuses(ctx)
	if err != nil {
		return nil, err
	}
	uploads, err := c.source.UploadOutcomes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read how the last uploads ended: %w", err)
	}
	doc, err := BuildIntegrations(IntegrationsInput{s.Tables, statuses, uploads, c.clock(), s.Since})
	return doc.Data, err
}
