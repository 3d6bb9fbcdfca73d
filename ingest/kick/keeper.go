package kick

import (
	"context"
	"errors"
	"time"

	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
)

// keeper sees to it that webhooks are called for the client's channels: what is
// missing is asked for, and what the client asked for is ended with the channel
// or with the client. Subscriptions of others are left alone.
type keeper struct {
	c    *Client
	ours map[int64][]string // ids of subscriptions by broadcaster
}

func (c *Client) runKeeper(ctx context.Context) {
	k := &keeper{c: c, ours: map[int64][]string{}}
	for ctx.Err() == nil {
		if err := k.look(ctx); err != nil && ctx.Err() == nil {
			c.cfg.Log.Warn().Err(err).Msg("the webhooks of kick are not all subscribed to yet")
		}
		timer := time.NewTimer(c.cfg.Timing.Keep)
		select {
		case <-ctx.Done():
		case <-c.keep:
		case <-timer.C:
		}
		timer.Stop()
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.Timing.Farewell)
	defer cancel()
	for owner := range k.ours {
		if err := k.leave(last, owner); err != nil {
			c.cfg.Log.Warn().Err(err).Msg("webhooks of kick are subscribed to after the end")
		}
	}
}

// look compares what there is with what is wanted.
func (k *keeper) look(ctx context.Context) error {
	owners := k.owners()
	var failures []error
	for owner := range k.ours {
		if _, still := owners[owner]; !still {
			failures = append(failures, k.leave(ctx, owner))
		}
	}
	if len(owners) == 0 {
		return errors.Join(failures...)
	}
	there, err := k.there(ctx, owners)
	if err != nil {
		return errors.Join(append(failures, err)...)
	}
	for owner := range owners {
		if err := k.enter(ctx, owner, there[owner]); err != nil {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// owners are the broadcasters of the client's channels.
func (k *keeper) owners() map[int64]struct{} {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	owners := map[int64]struct{}{}
	for _, ch := range k.c.channels {
		if ch.broadcasterID != 0 {
			owners[ch.broadcasterID] = struct{}{}
		}
	}
	return owners
}

// there lists what is subscribed to, by broadcaster and name of the event.
func (k *keeper) there(ctx context.Context, owners map[int64]struct{}) (map[int64]map[string]bool, error) {
	found := map[int64]map[string]bool{}
	list, err := k.c.cfg.Subscriptions.Subscriptions(ctx, 0) // one call, however many owners
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		if _, wanted := owners[s.BroadcasterID]; !wanted {
			continue
		}
		if found[s.BroadcasterID] == nil {
			found[s.BroadcasterID] = map[string]bool{}
		}
		found[s.BroadcasterID][s.Event] = true
	}
	return found, nil
}

// enter asks for what is missing for a broadcaster.
func (k *keeper) enter(ctx context.Context, owner int64, there map[string]bool) error {
	var missing []platform.EventType
	for _, event := range wanted {
		if !there[event.Name] {
			missing = append(missing, event)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	// Whatever is subscribed to has to be known, so that it can be ended: an end that
	// comes in between waits for the answer.
	asking, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(k.c.cfg.Timing.Farewell, cancel) })()
	created, err := k.c.cfg.Subscriptions.Subscribe(asking, owner, missing)
	if err != nil {
		return err
	}
	for _, s := range created {
		if s.SubscriptionID != "" && s.Error == "" {
			k.ours[owner] = append(k.ours[owner], s.SubscriptionID)
			continue
		}
		k.c.cfg.Log.Warn().Str("event", s.Name).Str("reason", s.Error).Msg("kick does not call the webhook for an event")
	}
	return nil
}

// leave ends what was asked for.
func (k *keeper) leave(ctx context.Context, owner int64) error {
	err := k.c.cfg.Subscriptions.Unsubscribe(ctx, k.ours[owner])
	if err == nil || errors.Is(err, platform.ErrNotFound) {
		delete(k.ours, owner)
		return nil
	}
	return err
}
