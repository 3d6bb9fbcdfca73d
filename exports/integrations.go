package exports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// IntegrationsInput is what admin/integrations.json is made of.
type IntegrationsInput struct {
	Tables   Tables
	Statuses []store.PlatformStatus
	Now      time.Time
	Since    time.Time
}

type integrationsDocument struct {
	Meta         meta             `json:"meta"`
	Integrations []integrationRow `json:"integrations"`
	Items        []integrationRow `json:"items"`
}

type integrationRow struct {
	IntegrationID string   `json:"integration_id"`
	ID            string   `json:"id"`
	Provider      string   `json:"provider"`
	Type          string   `json:"type"`
	Scope         string   `json:"scope"`
	Status        string   `json:"status"`
	LastAttemptAt *instant `json:"last_attempt_at"` // nobody keeps these three
	CreatedAt     *instant `json:"created_at"`
	UpdatedAt     *instant `json:"updated_at"`
}

// Status words of integrations besides those that they share with platforms.
const (
	statusConnected = "connected"
	statusStandby   = "standby" // usable, and nothing is known to be wrong
)

// BuildIntegrations builds admin/integrations.json: the services that the runtime
// stands on, and the accounts with which it acts. It is for this machine only.
func BuildIntegrations(in IntegrationsInput) (Document, error) {
	// Whoever reads rows has the database.
	rows := []integrationRow{integration("postgres", "postgres", "database", "runtime", statusConnected)}
	for _, s := range in.Tables.Services {
		status := statusError
		if s.Connected {
			status = statusConnected
		}
		rows = append(rows, integration(s.ID, s.Provider, s.Type, "runtime", status))
	}
	for _, a := range in.Tables.Accounts {
		rows = append(rows, integration(accountID(a), a.Platform, a.Purpose, strings.Join(a.Creators, ","), accountStatus(a, in)))
	}
	data, err := encode(FileIntegrations, integrationsDocument{newMeta(instant(in.Since), InternalOnly, "integrations"), rows, rows})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileIntegrations, Visibility: InternalOnly, Data: data}, nil
}

func integration(id, provider, purpose, scope, status string) integrationRow {
	return integrationRow{IntegrationID: id, ID: id, Provider: provider, Type: purpose, Scope: scope, Status: status}
}

// accountID names an account by its platform and label, as the configuration does.
func accountID(a AccountSettings) string {
	if a.Label == "" {
		return ident(a.Platform)
	}
	return ident(a.Platform, a.Label)
}

// accountStatus is the best that is known of the chats that an account reads; of
// one that only publishes nothing is known before it is used.
func accountStatus(a AccountSettings, in IntegrationsInput) string {
	switch {
	case !a.On:
		return statusDisabled
	case !a.Complete:
		return statusError
	case a.Purpose != "chat":
		return statusStandby
	}
	best := statusInactive
	for _, st := range in.Statuses {
		if string(st.Platform) != a.Platform || !slices.Contains(a.Creators, st.CreatorID) {
			continue
		}
		if status := connectionStatus(st, in.Now); rank(status) > rank(best) {
			best = status
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
	statuses, err := c.source.PlatformStatuses(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the platforms' states: %w", err)
	}
	doc, err := BuildIntegrations(IntegrationsInput{s.Tables, statuses, c.clock(), s.Since})
	return doc.Data, err
}
