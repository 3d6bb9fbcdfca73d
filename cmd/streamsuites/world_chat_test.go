package main

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/livefeed"
	"github.com/streamsuites/streamsuites/internal/store"
)

// chatWatched waits until somebody looks at chat as it happens.
func chatWatched(ts *testscript.TestScript, _ bool, _ []string) {
	w := here(ts)
	eventually(ts, func() bool {
		ids, err := w.store.ChatWatchers(w.t.Context())
		return err == nil && len(ids) > 0
	}, "nobody looks at chat")
}

// chatComes shows watchers an evening of three platforms, as the data plane does.
// A watcher that has just said so may not listen yet: the first line is repeated
// until it is in the file.
func chatComes(ts *testscript.TestScript, _ bool, args []string) {
	w := here(ts)
	show := func(events ...chat.Event) {
		var lines []livefeed.Line
		for _, e := range events {
			if e.CreatorID == "" {
				e.CreatorID = creator
			}
			e.Channel, e.SentAt = "harborlights", noon
			lines = append(lines, livefeed.Of(&e))
		}
		batches, _ := livefeed.Batches(lines, store.NoticeBytes)
		ts.Check(w.store.ShowChat(w.t.Context(), batches))
	}
	eventually(ts, func() bool {
		show(chat.Event{Platform: chat.Twitch, MessageID: "m0", Author: chat.Author{Name: "Ann"}, Text: "is this on?"})
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && len(text) > 0
	}, "nobody was shown anything")
	show(
		chat.Event{Platform: chat.YouTube, MessageID: "y1", Author: chat.Author{ID: "7", Name: "Bob"}, Text: "hello \x1b[31mred", Kind: chat.Paid, Amount: 500, Unit: "EUR"},
		chat.Event{Platform: chat.Kick, MessageID: "k1", Author: chat.Author{ID: "8", Name: "Cy"}, Text: "rude words"},
		chat.Event{Platform: chat.Kick, MessageID: "d1", Kind: chat.Deletion, Target: "k1", Author: chat.Author{Name: "Mod"}},
		chat.Event{Platform: chat.Kick, MessageID: "x1", CreatorID: "others", Author: chat.Author{Name: "Dan"}, Text: "elsewhere"},
		chat.Event{Platform: chat.Twitch, MessageID: "r1", Self: true, Text: "pong"},
		chat.Event{Platform: chat.Twitch, MessageID: "g1", Kind: chat.Gift, Amount: 5, Author: chat.Author{Name: "Eve"}},
		chat.Event{Platform: chat.Twitch, MessageID: "end", Author: chat.Author{Name: "Ann"}, Text: "good night"},
	)
}
