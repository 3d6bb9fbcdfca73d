package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// maxID is the longest id, in bytes, that is kept as it is; Postgres does not
// index much longer ones.
const maxID = 256

// clean makes an event fit to be stored, whoever made it: one message that the
// database refuses would hold up everything behind it. It allocates nothing for
// an event that is fit already.
func clean(e *chat.Event) {
	e.ReceivedAt = e.ReceivedAt.Truncate(time.Microsecond)
	if e.SentAt.IsZero() {
		e.SentAt = e.ReceivedAt
	}
	// As exact as the database keeps it, so that a lane that was loaded again
	// decides as the one before.
	e.SentAt = e.SentAt.Truncate(time.Microsecond)
	for _, text := range []*string{
		&e.MessageID, &e.Channel, &e.Author.ID, &e.Author.Login, &e.Author.Name,
		&e.Text, &e.ReplyTo, &e.SharedFrom, &e.Unit, &e.Target,
	} {
		cleanText(text)
	}
	cleanID(&e.Author.ID)
	cleanID(&e.ReplyTo)
	cleanID(&e.Target)
	cleanID(&e.MessageID)
	if e.MessageID == "" {
		e.MessageID = derivedID(e)
	}
}

func cleanText(text *string) {
	if strings.IndexByte(*text, 0) >= 0 {
		*text = strings.ReplaceAll(*text, "\x00", "")
	}
	if !utf8.ValidString(*text) {
		*text = strings.ToValidUTF8(*text, "\uFFFD")
	}
}

func cleanID(id *string) {
	if len(*id) > maxID {
		sum := sha256.Sum256([]byte(*id))
		*id = "sha256-" + hex.EncodeToString(sum[:])
	}
}

// derivedID identifies a message whose platform gave it no id by everything
// that is known of it.
func derivedID(e *chat.Event) string {
	h := sha256.New()
	parts := []string{
		string(e.Platform), e.Channel, e.Author.ID, e.Author.Login,
		e.SentAt.UTC().Format(time.RFC3339Nano), e.Text,
	}
	if e.Kind != chat.Message {
		parts = append(parts, string(e.Kind), e.Target)
	}
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return "derived-" + hex.EncodeToString(h.Sum(nil)[:16])
}
