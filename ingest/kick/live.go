package kick

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
)

// Live asks the official API which of the channels are live. The answer holds the
// live ones by channel name as it was asked for; after an error nothing is known
// about anybody. A broadcast is named by its channel and its beginning, as the
// platform's API gives it no id.
func (c *Client) Live(ctx context.Context, channels []string) (map[string]control.Stream, error) {
	api := c.access()
	if api.reads() {
		return nil, errors.New("ask kick who is live: the client has no account")
	}
	found, err := api.Channels(ctx, channels)
	if err != nil {
		c.refusedLogin(api, err, false)
		return nil, fmt.Errorf("ask kick who is live: %w", err)
	}
	c.accepted(false)
	asked := make(map[string]string, len(channels))
	for _, name := range channels {
		asked[strings.ToLower(strings.TrimSpace(name))] = name
	}
	live := map[string]control.Stream{}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range found {
		slug := strings.ToLower(f.Slug)
		name, wanted := asked[slug]
		if !wanted || !f.Stream.IsLive {
			continue
		}
		started := f.Stream.StartTime.Time
		if ch := c.channels[slug]; ch != nil {
			ch.broadcasterID = f.BroadcasterID
			if started.IsZero() {
				started = ch.started
			}
			ch.started = started
		}
		id := broadcastID(slug, started)
		if id == "" {
			id = slug + "-live" // without a beginning: one broadcast until it ends
		}
		live[name] = control.Stream{
			Platform: chat.Kick, Channel: slug, StreamID: id, Title: f.Title, StartedAt: started,
			Category: f.Category.Name, Viewers: f.Stream.Viewers,
		}
	}
	return live, nil
}
