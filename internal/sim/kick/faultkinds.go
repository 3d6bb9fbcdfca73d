package kick

import (
	"slices"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// Fault targets.
const (
	TargetConnect   = "kick.connect"   // a connection to Pusher
	TargetSubscribe = "kick.subscribe" // a subscription to one of Pusher's channels
	TargetPusher    = "kick.pusher"    // the delivery of one event over Pusher
	TargetAPI       = "kick.api"       // a request, but those for chat
	TargetChat      = "kick.chat"      // a message that is sent or deleted
	TargetToken     = "kick.token"     // a request to OAuth
	TargetSite      = "kick.site"      // a request for the site's description of a channel
	TargetWebhook   = "kick.webhook"   // one attempt to deliver a webhook
)

// closeCodes are Pusher's codes, by which a client knows whether and when to come
// back: 4000 to 4099 never, to 4199 after a while, to 4299 at once.
var closeCodes = []string{"4000", "4001", "4003", "4004", "4005", "4006", "4007", "4008", "4009", "4100", "4200", "4201", "4202"}

// The faults of kick.webhook.
const (
	webhookLost         = "lost"
	webhookDuplicate    = "duplicate"
	webhookBadSignature = "bad_signature"
	webhookOldTimestamp = "old_timestamp"
	webhookMalformed    = "malformed"
	webhookLate         = "late"
)

// The faults of kick.chat that are not plain HTTP.
const (
	chatNotSent     = "not_sent"
	chatCloseBefore = "close_before"
	chatCloseAfter  = "close_after"
)

// Targets lists what can fail here.
//
// Of kick.connect: a code answers with that error and closes with it; 403, 429
// and 503 refuse the handshake; hang never says connection_established; close
// closes before that.
//
// Of kick.subscribe: error answers with pusher:subscription_error; 4009 with
// pusher:error of that code; ignore with nothing; close closes.
//
// Of kick.pusher: drop loses the event; duplicate delivers it twice; reorder
// delivers it after the next one; malformed delivers broken frames before it;
// truncate sends half of it and breaks the connection; hang leaves the
// connections open and dead; close breaks them; a code sends that error instead
// and closes with it.
//
// Of kick.chat: not_sent answers with is_sent=false; close_before breaks the
// connection without accepting the message; close_after accepts it first.
//
// Of kick.webhook: lost forgets the delivery; duplicate posts it twice;
// bad_signature signs with another key; old_timestamp signs a day that is long
// past; malformed signs and posts half a body; late puts it off by a minute.
func Targets() []faults.Target {
	return []faults.Target{
		{Name: TargetConnect, Kinds: slices.Concat(closeCodes, []string{"403", "429", "503", "hang", "close"})},
		{Name: TargetSubscribe, Kinds: []string{"error", "4009", "ignore", "close"}},
		{Name: TargetPusher, Kinds: slices.Concat([]string{"drop", "duplicate", "reorder", "malformed", "truncate", "hang", "close"}, closeCodes)},
		{Name: TargetAPI, Kinds: faults.HTTPKinds()},
		{Name: TargetChat, Kinds: faults.HTTPKinds(chatNotSent, chatCloseBefore, chatCloseAfter)},
		{Name: TargetToken, Kinds: faults.HTTPKinds("400")},
		{Name: TargetSite, Kinds: faults.HTTPKinds()},
		{Name: TargetWebhook, Kinds: []string{webhookLost, webhookDuplicate, webhookBadSignature, webhookOldTimestamp, webhookMalformed, webhookLate}},
	}
}
