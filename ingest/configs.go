package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// A configuration takes effect as an input of its creator's lane, so that a replay
// of the inputs decides as the lane did. While the host holds a creator it leaves
// changed settings in the inbox; at the beginning the lane takes the host's own in
// before any chat.

var errNUL = errors.New("the settings hold a NUL character, which cannot be stored")

// encode checks settings and makes them ready to be stored.
func encode(settings trigger.Settings) (json.RawMessage, error) {
	if err := trigger.Check(settings); err != nil {
		return nil, err
	}
	body, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("write the settings of %s: %w", settings.CreatorID, err)
	}
	if holdsNUL(body) {
		return nil, fmt.Errorf("write the settings of %s: %w", settings.CreatorID, errNUL)
	}
	return body, nil
}

// holdsNUL tells whether a string of a JSON document holds a NUL, which a document
// can only hold escaped.
func holdsNUL(document []byte) bool {
	escaped := false
	for i, c := range document {
		if escaped && bytes.HasPrefix(document[i:], []byte("u0000")) {
			return true
		}
		escaped = c == '\\' && !escaped
	}
	return false
}

// firstInputs is what a lane takes in before any chat: what its former holders
// left, and the host's settings where they are not those in force by then. A lane
// that never took any in begins with the host's, because nothing can be decided
// before.
func firstInputs(creator Creator, epoch int64, left legacy, now time.Time) ([]store.Inbox, error) {
	settings, err := encode(creator.Settings)
	if err != nil {
		return nil, err
	}
	var first []store.Inbox
	mine, inForce := creator.Settings.Hash(), ""
	take := func() {
		n := int64(len(first) + 1)
		first = append(first, store.Inbox{
			ID: -n, CreatorID: creator.ID, Kind: control.InboxConfig, Payload: settings, CreatedAt: now.Truncate(time.Microsecond),
			DedupeKey: fmt.Sprintf("%s:%s:%d:start-%d", control.InboxConfig, creator.ID, epoch, n),
		})
		inForce = mine
	}
	if left.lane.Config == nil {
		take()
	} else {
		inForce = left.lane.Config.Hash
	}
	for _, row := range left.pending {
		first = append(first, row)
		if row.Kind == control.InboxConfig {
			inForce = "" // a former holder's, which may be anything
		}
	}
	if inForce != mine {
		take()
	}
	return first, nil
}

// told is the configuration that a tenure left for its lane last.
type told struct {
	n    int
	hash string
}

// reconfigure leaves changed settings for the lane, which takes them in between
// two messages. It is to be called again when it fails.
func (t *tenure) reconfigure(ctx context.Context, c Creator) error {
	if reflect.DeepEqual(c.Settings, t.creator.Settings) {
		return nil
	}
	settings, err := encode(c.Settings)
	if err != nil {
		t.log.Error().Err(err).Msg("the new configuration is not taken in")
		return nil
	}
	// The same key for the same attempt, so that one whose answer was lost is not
	// written twice; another one for every change.
	if hash := c.Settings.Hash(); t.told.hash != hash {
		t.told = told{t.told.n + 1, hash}
	}
	t.lane.host.give(c.Settings)
	key := fmt.Sprintf("%d:%d", t.epoch, t.told.n)
	err = t.host.cfg.Store.PutConfig(ctx, t.creatorID, t.epoch, key, settings)
	if isOvertaken(err) {
		t.overtake(err)
		return nil
	}
	if err != nil {
		return err
	}
	t.creator = c
	t.host.inbox.ask(t.creatorID)
	return nil
}
