package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ChannelChat is notified with batches of live chat while somebody watches.
const ChannelChat = "streamsuites_chat"

// NoticeBytes is the most that one notification holds (PostgreSQL's
// documentation of NOTIFY).
const NoticeBytes = 7999

const (
	// watchFor is how long a watcher that does not come back counts.
	watchFor = 20 * time.Second
	// watchAgain is how often a watcher says that it still looks.
	watchAgain = 5 * time.Second
)

// ChatWatchers returns the creators whose chat somebody looks at as it happens;
// an empty id means that somebody looks at all of them.
func (s *Store) ChatWatchers(ctx context.Context) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `select distinct creator_id from chat_watchers where until > now()`)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("ask who watches chat: %w", err)
	}
	return ids, nil
}

// ShowChat hands batches of live chat to whoever watches, each of NoticeBytes at
// most. It is kept nowhere: who does not listen misses it.
func (s *Store) ShowChat(ctx context.Context, batches [][]byte) error {
	if len(batches) == 0 {
		return nil
	}
	var all pgx.Batch
	for _, b := range batches {
		queueNotice(&all, ChannelChat, string(b))
	}
	if err := s.pool.SendBatch(ctx, &all).Close(); err != nil {
		return fmt.Errorf("show %d batches of chat: %w", len(batches), err)
	}
	return nil
}

// FollowChat calls handle with every batch of live chat until ctx ends, and then
// returns ctx's error. Batches hold other creators' chat as well where somebody
// else looks at that. watcher names this look; an empty creatorID means every
// creator. After every connect it calls handle(nil): something may have been
// missed before. handle is called from one goroutine and should be quick.
func (s *Store) FollowChat(ctx context.Context, watcher, creatorID string, handle func(batch []byte)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := s.watch(ctx, watcher, creatorID); err != nil {
		return err
	}
	defer s.unwatch(ctx, watcher)
	go s.keepWatching(ctx, watcher, creatorID)
	return s.Listen(ctx, []string{ChannelChat}, func(_, payload string) {
		if payload == "" {
			handle(nil)
			return
		}
		handle([]byte(payload))
	})
}

// keepWatching renews a watcher's row. A database that is away for a while loses
// the row with the notifications; both come back.
func (s *Store) keepWatching(ctx context.Context, watcher, creatorID string) {
	again := time.NewTicker(watchAgain)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			_ = s.watch(ctx, watcher, creatorID) // the next one may work
		}
	}
}

func (s *Store) watch(ctx context.Context, watcher, creatorID string) error {
	_, err := s.pool.Exec(ctx, `
		insert into chat_watchers (watcher, creator_id, until) values ($1, $2, now() + $3)
		on conflict (watcher) do update set creator_id = excluded.creator_id, until = excluded.until`,
		watcher, creatorID, watchFor)
	if err != nil {
		return fmt.Errorf("begin to watch chat: %w", err)
	}
	return nil
}

// unwatch takes the row away, and those of watchers that never did.
func (s *Store) unwatch(ctx context.Context, watcher string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_, _ = s.pool.Exec(ctx, `delete from chat_watchers where watcher = $1 or until < now()`, watcher) // it ends by itself
}
