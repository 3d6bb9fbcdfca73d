package kick

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// EventType is a kind of event that webhooks bring.
type EventType struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

// Subscription is an event of a channel that the platform calls a webhook for.
type Subscription struct {
	ID            string `json:"id"`
	Event         string `json:"event"`
	Version       int    `json:"version"`
	BroadcasterID int64  `json:"broadcaster_user_id"`
	Method        string `json:"method"`
}

// Created is the answer about one event that was subscribed to.
type Created struct {
	Name           string `json:"name"`
	Version        int    `json:"version"`
	SubscriptionID string `json:"subscription_id"`
	Error          string `json:"error"` // why there is no subscription, or empty
}

// Subscriptions lists what webhooks are called for: everything of the
// application, or of one broadcaster when its id is not zero.
func (a *API) Subscriptions(ctx context.Context, broadcasterID int64) ([]Subscription, error) {
	query := url.Values{}
	if broadcasterID != 0 {
		query.Set("broadcaster_user_id", strconv.FormatInt(broadcasterID, 10))
	}
	return listed[Subscription](ctx, a, call.Request{
		Operation: "list subscriptions", Method: http.MethodGet, Again: repeatable,
		URL: a.address("/public/v1/events/subscriptions", query),
	})
}

// Subscribe asks for events of a broadcaster. One that is subscribed already
// stays so; the answer says of each what became of it.
func (a *API) Subscribe(ctx context.Context, broadcasterID int64, events []EventType) ([]Created, error) {
	body := struct {
		Events        []EventType `json:"events"`
		Method        string      `json:"method"`
		BroadcasterID int64       `json:"broadcaster_user_id,omitempty"`
	}{events, "webhook", broadcasterID}
	return listed[Created](ctx, a, call.Request{
		Operation: "create subscriptions", Method: http.MethodPost, JSON: body,
		URL: a.address("/public/v1/events/subscriptions", nil),
	})
}

// Unsubscribe ends subscriptions.
func (a *API) Unsubscribe(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return a.call(ctx, call.Request{
		Operation: "delete subscriptions", Method: http.MethodDelete, Again: repeatable,
		URL: a.address("/public/v1/events/subscriptions", url.Values{"id": ids}),
	}, nil)
}
