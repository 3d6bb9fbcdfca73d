package kick

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hook is a webhook as its receiver got it.
type hook struct {
	header http.Header
	body   []byte
}

func (h hook) id() string { return h.header.Get("Kick-Event-Message-Id") }

func (h hook) field(t *testing.T, path ...any) any {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal(h.body, &value))
	return dig(t, value, path...)
}

// valid checks a signature in the way of the platform's own example.
func (w *world) valid(h hook) bool {
	w.t.Helper()
	block, _ := pem.Decode([]byte(w.get("", "/public/v1/public-key").json(w.t, "data", "public_key").(string)))
	require.NotNil(w.t, block)
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	require.NoError(w.t, err)
	signature, err := base64.StdEncoding.DecodeString(h.header.Get("Kick-Event-Signature"))
	require.NoError(w.t, err)
	sum := sha256.Sum256([]byte(h.id() + "." + h.header.Get("Kick-Event-Message-Timestamp") + "." + string(h.body)))
	return rsa.VerifyPKCS1v15(key.(*rsa.PublicKey), crypto.SHA256, sum[:], signature) == nil
}

// receive subscribes a receiver to all events of the default channel. It answers
// with what statuses says, and 200 once that is used up.
func (w *world) receive(statuses ...int) <-chan hook {
	w.t.Helper()
	hooks := make(chan hook, 64)
	answers := make(chan int, len(statuses))
	for _, status := range statuses {
		answers <- status
	}
	web := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hooks <- hook{r.Header.Clone(), body}
		select {
		case status := <-answers:
			rw.WriteHeader(status)
		default:
		}
	}))
	w.t.Cleanup(web.Close)
	_, err := w.SetWebhooks(func(h *Webhooks) { h.URL = web.URL + "/hooks" })
	require.NoError(w.t, err)
	events := []object{}
	for _, name := range hookEvents {
		events = append(events, object{"name": name, "version": 1})
	}
	subscribed := w.post(creatorToken, "/public/v1/events/subscriptions", string(encode(object{"events": events, "method": "webhook"})))
	require.Equal(w.t, 200, subscribed.status, subscribed.text)
	require.NotEmpty(w.t, subscribed.json(w.t, "data", 0, "subscription_id"))
	return hooks
}

func (w *world) awaitHook(from <-chan hook) hook {
	w.t.Helper()
	select {
	case h := <-from:
		return h
	case <-time.After(patience):
		require.Fail(w.t, "no webhook came")
		panic("unreachable")
	}
}

func TestAMessageComesByWebhookSignedAndWithPushersID(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	hooks := w.receive()
	c := w.join(chatRoom)
	m := w.say("Hello [emote:4148074:HYPERCLAP] [emote:4148074:HYPERCLAP] [emote:37226:KEKW]")
	h := w.awaitHook(hooks)
	require.Equal(t, dig(t, c.event("ChatMessageEvent"), "id"), h.field(t, "message_id"))
	require.Equal(t, m.ID, h.field(t, "message_id"))
	require.Equal(t, []string{"chat.message.sent", "1"}, []string{h.header.Get("Kick-Event-Type"), h.header.Get("Kick-Event-Version")})
	require.Regexp(t, `^[0-7][0-9A-HJKMNP-TV-Z]{25}$`, h.id())
	require.Equal(t, w.Subscriptions()[0].ID, h.header.Get("Kick-Event-Subscription-Id"))
	require.True(t, w.valid(h))
	require.Nil(t, h.field(t, "replies_to"))
	require.Equal(t, []any{"4148074", 32.0, 56.0, 58.0, 75.0}, []any{h.field(t, "emotes", 0, "emote_id"), h.field(t, "emotes", 0, "positions", 1, "s"),
		h.field(t, "emotes", 0, "positions", 1, "e"), h.field(t, "emotes", 1, "positions", 0, "s"), h.field(t, "emotes", 1, "positions", 0, "e")})
	_, err := w.Say(Utterance{User: "Ben", Text: "yes", ReplyTo: m.ID})
	require.NoError(t, err)
	require.Equal(t, m.ID, w.awaitHook(hooks).field(t, "replies_to", "message_id"))
}

func TestEveryEventOfWebhooksIsTold(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	hooks := w.receive()
	next := func(name string, path ...any) any {
		t.Helper()
		h := w.awaitHook(hooks)
		require.Equal(t, name, h.header.Get("Kick-Event-Type"))
		require.EqualValues(t, creatorID, h.field(t, "broadcaster", "user_id"))
		return h.field(t, path...)
	}
	happen := func(e Event) {
		t.Helper()
		_, err := w.Happen(e)
		require.NoError(t, err)
	}
	happen(Event{Kind: "follow", User: "Ann"})
	require.Equal(t, "Ann", next("channel.followed", "follower", "username"))
	happen(Event{Kind: "subscription", User: "Ann"})
	require.EqualValues(t, 1, next("channel.subscription.new", "duration"))
	happen(Event{Kind: "subscription", User: "Ann", Months: 2})
	require.EqualValues(t, 2, next("channel.subscription.renewal", "duration"))
	happen(Event{Kind: "gift", Count: 3})
	require.Equal(t, true, next("channel.subscription.gifts", "gifter", "is_anonymous"))
	happen(Event{Kind: "kicks", User: "Ann", Amount: 50})
	require.EqualValues(t, 50, next("kicks.gifted", "gift", "amount"))
	happen(Event{Kind: "reward", User: "Ann"})
	require.Equal(t, "pending", next("channel.reward.redemption.updated", "status"))
	require.NoError(t, w.Ban("", "Bad", 1))
	require.NotNil(t, next("moderation.banned", "metadata", "expires_at"))
	require.NoError(t, w.SetLive("", false))
	require.NotNil(t, next("livestream.status.updated", "ended_at"))
	_, err := w.SetShow("", func(s *Show) { s.Title = "Anew" })
	require.NoError(t, err)
	require.Equal(t, "Anew", next("livestream.metadata.updated", "metadata", "title"))
}

func TestAWebhookThatFailedComesAgainWithItsID(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), func(o *Options) { o.Patience.Retry = 10 * time.Millisecond })
	hooks := w.receive(500, 503)
	w.say("again and again")
	first, second, third := w.awaitHook(hooks), w.awaitHook(hooks), w.awaitHook(hooks)
	require.Equal(t, []string{first.id(), first.id()}, []string{second.id(), third.id()})
	require.True(t, w.valid(third))
	require.Eventually(t, func() bool { return w.Pending() == 0 && w.Subscriptions()[0].FailingSince == nil }, patience, time.Millisecond)
}

func TestASubscriptionEndsWhenNothingArrivesForLong(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), func(o *Options) { o.Patience.Retry = time.Millisecond; o.Patience.Unsubscribe = time.Millisecond })
	hooks := w.receive(500, 500, 500)
	w.say("to nobody")
	w.awaitHook(hooks)
	require.Eventually(t, func() bool { return w.Subscriptions()[0].Event != "chat.message.sent" && w.Pending() == 0 }, patience, time.Millisecond)
	require.Len(t, w.get(creatorToken, "/public/v1/events/subscriptions").json(t, "data"), len(hookEvents)-1)
}

func TestDeliveriesOfWebhooksAreSpoiledAsTold(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	hooks := w.receive()
	for kind, check := range map[string]func(hook) bool{
		webhookBadSignature: func(h hook) bool { return !w.valid(h) },
		webhookMalformed:    func(h hook) bool { return w.valid(h) && !json.Valid(h.body) },
		webhookOldTimestamp: func(h hook) bool {
			at, err := time.Parse(time.RFC3339, h.header.Get("Kick-Event-Message-Timestamp"))
			return err == nil && time.Since(at) > 23*time.Hour && w.valid(h)
		},
		webhookDuplicate: func(h hook) bool { return w.awaitHook(hooks).id() == h.id() },
	} {
		w.fault(TargetWebhook, kind, 1)
		w.say("spoiled")
		require.True(t, check(w.awaitHook(hooks)), kind)
	}
	w.fault(TargetWebhook, webhookLost, 1)
	w.say("lost")
	require.Eventually(t, func() bool { return w.Pending() == 0 }, patience, time.Millisecond)
	w.fault(TargetWebhook, webhookLate, 1)
	w.say("in a minute")
	require.Eventually(t, func() bool { return len(w.options.Faults.Active()) == 0 }, patience, time.Millisecond)
	_, err := w.Say(Utterance{User: "Ann", Text: "an hour ago", Ago: time.Hour, Via: ViaWebhook})
	require.NoError(t, err)
	h := w.awaitHook(hooks)
	require.Equal(t, "an hour ago", h.field(t, "content"))
	at, err := time.Parse(time.RFC3339, h.field(t, "created_at").(string))
	require.NoError(t, err)
	require.Greater(t, time.Since(at), 59*time.Minute)
	require.Eventually(t, func() bool { return w.Pending() == 1 }, patience, time.Millisecond, "the late one waits")
}

func TestDelayedWebhooksSurviveAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	past := time.Now().Add(-2 * time.Hour)
	first := build(t, dir, func(o *Options) { o.Clock = func() time.Time { return past } })
	hooks := first.receive()
	_, err := first.SetWebhooks(func(h *Webhooks) { h.Delay = time.Hour })
	require.NoError(t, err)
	m := first.say("later")
	require.Equal(t, 1, first.Pending())
	second := build(t, dir, nil) // two hours later
	h := second.awaitHook(hooks)
	require.Equal(t, m.ID, h.field(t, "message_id"))
	require.True(t, second.valid(h))
	require.Eventually(t, func() bool { return second.Pending() == 0 }, patience, time.Millisecond)
	_, err = second.SetWebhooks(func(h *Webhooks) { h.URL = "nowhere" })
	require.Error(t, err)
}

func TestSubscriptionsToEventsAreMadeListedAndEnded(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), func(o *Options) { o.Limits.Subscription = 2 })
	path := "/public/v1/events/subscriptions"
	application := w.form(TokenPath, "grant_type", "client_credentials").json(t, "access_token").(string)
	require.Equal(t, 400, w.post(application, path, `{"events":[{"name":"chat.message.sent","version":1}],"method":"webhook"}`).status)
	made := w.post(application, path, `{"broadcaster_user_id":7000002,"method":"webhook","events":[{"name":"chat.message.sent","version":1},{"name":"x","version":1},{"name":"kicks.gifted","version":1},{"name":"channel.followed","version":1}]}`)
	id := made.json(t, "data", 0, "subscription_id").(string)
	require.NotEmpty(t, id)
	require.Equal(t, "unknown event or version", made.json(t, "data", 1, "error"))
	require.Equal(t, "subscription limit reached", made.json(t, "data", 3, "error"))
	again := w.post(creatorToken, path, `{"events":[{"name":"chat.message.sent","version":1}],"method":"webhook"}`)
	require.Equal(t, id, again.json(t, "data", 0, "subscription_id"))
	require.Len(t, w.get(application, path).json(t, "data"), 2)
	require.Empty(t, w.get(botToken, path).json(t, "data"), "a user sees those of the own channel")
	require.Equal(t, 204, w.call(creatorToken, http.MethodDelete, path+"?id="+id, "").status)
	require.Len(t, w.get(creatorToken, path).json(t, "data"), 1)
}
