package kick

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/platform/kick/pusher"
)

// errNoEvent says that something was understood and is no event.
var errNoEvent = errors.New("no event")

// errIncomplete says that something lacks what makes it one.
var errIncomplete = errors.New("it does not say who, what or when")

// prefix begins the names of the platform's events.
const prefix = `App\Events\`

// fromPusher makes an event of what the message service tells. errNoEvent says
// that it is none, any other error that it cannot be read.
func fromPusher(m pusher.Message, at place) (told, error) {
	read, ok := pusherKinds[strings.TrimPrefix(m.Event, prefix)]
	if !ok {
		return told{}, errNoEvent
	}
	t, err := read(m.Data, at)
	if err != nil && !errors.Is(err, errNoEvent) {
		return told{}, fmt.Errorf("read a %s: %w", strings.TrimPrefix(m.Event, prefix), err)
	}
	return t, err
}

var pusherKinds = map[string]func(data json.RawMessage, at place) (told, error){
	"ChatMessageEvent":         pusherMessage,
	"MessageDeletedEvent":      pusherDeletion,
	"ChatMessageDeletedEvent":  pusherDeletion,
	"UserBannedEvent":          pusherBan,
	"UserUnbannedEvent":        pusherUnban,
	"ChatroomClearEvent":       pusherClear,
	"SubscriptionEvent":        pusherSubscription,
	"GiftedSubscriptionsEvent": pusherGift,
	"StreamHostEvent":          pusherHost,
	"KicksGifted":              pusherKicks,
	"FollowersUpdated":         pusherFollow,
	"StreamerIsLive":           pusherOnline,
	"StopStreamBroadcast":      pusherOffline,
}

func pusherMessage(data json.RawMessage, at place) (told, error) {
	var said struct {
		ID        word   `json:"id"`
		Content   string `json:"content"`
		CreatedAt moment `json:"created_at"`
		Sender    person `json:"sender"`
		Metadata  struct {
			Original struct {
				ID word `json:"id"`
			} `json:"original_message"`
		} `json:"metadata"`
	}
	if err := unwrapped(data, &said); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Message, string(said.ID), said.CreatedAt.Time)
	e.Author, e.Text, e.ReplyTo = said.Sender.author(), plain(said.Content), ownID(string(said.Metadata.Original.ID))
	if e.Author.ID == "" || e.Text == "" {
		return told{}, errIncomplete
	}
	identify(&e, !said.CreatedAt.IsZero(), e.Author.ID, e.Text)
	return told{event: e}, nil
}

func pusherDeletion(data json.RawMessage, at place) (told, error) {
	var gone struct {
		ID      word `json:"id"`
		Message struct {
			ID word `json:"id"`
		} `json:"message"`
		By person `json:"deleted_by"`
	}
	if err := unwrapped(data, &gone); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Deletion, string(gone.ID), moment{}.Time)
	e.Target, e.Author = ownID(string(gone.Message.ID)), gone.By.author()
	if e.Target == "" {
		return told{}, errIncomplete
	}
	if e.MessageID == e.Target {
		e.MessageID = "" // the id of the message is taken
	}
	identify(&e, false)
	return told{event: e}, nil
}

func pusherBan(data json.RawMessage, at place) (told, error) {
	var ban struct {
		ID        word   `json:"id"`
		User      person `json:"user"`
		By        person `json:"banned_by"`
		ExpiresAt moment `json:"expires_at"`
		CreatedAt moment `json:"created_at"`
		Reason    string `json:"reason"`
	}
	if err := unwrapped(data, &ban); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Ban, string(ban.ID), ban.CreatedAt.Time)
	e.Target, e.Author, e.Text = ban.User.author().ID, ban.By.author(), ban.Reason
	if e.Target == "" {
		return told{}, errIncomplete
	}
	e.Amount = secondsUntil(ban.ExpiresAt.Time, e.SentAt)
	identify(&e, !ban.CreatedAt.IsZero())
	return told{event: e, print: printOf(&e, e.Target)}, nil
}

func pusherUnban(data json.RawMessage, at place) (told, error) {
	var unban struct {
		ID   word   `json:"id"`
		User person `json:"user"`
		By   person `json:"unbanned_by"`
	}
	if err := unwrapped(data, &unban); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Unban, string(unban.ID), moment{}.Time)
	e.Target, e.Author = unban.User.author().ID, unban.By.author()
	if e.Target == "" {
		return told{}, errIncomplete
	}
	identify(&e, false)
	return told{event: e}, nil
}

func pusherClear(data json.RawMessage, at place) (told, error) {
	var wiped struct {
		ID word `json:"id"`
	}
	if err := unwrapped(data, &wiped); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Clear, string(wiped.ID), moment{}.Time)
	identify(&e, true)
	return told{event: e}, nil
}

func pusherSubscription(data json.RawMessage, at place) (told, error) {
	var sub struct {
		Username  string `json:"username"`
		Months    count  `json:"months"`
		CreatedAt moment `json:"created_at"`
	}
	if err := unwrapped(data, &sub); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Subscription, "", sub.CreatedAt.Time)
	e.Author, e.Amount = (&person{Username: sub.Username}).author(), max(1, int64(sub.Months))
	if e.Author.Name == "" {
		return told{}, errIncomplete
	}
	identify(&e, !sub.CreatedAt.IsZero())
	return told{event: e, print: printOf(&e, e.Author.Login)}, nil
}

func pusherGift(data json.RawMessage, at place) (told, error) {
	var gift struct {
		Gifted []string `json:"gifted_usernames"`
		Gifter string   `json:"gifter_username"`
	}
	if err := unwrapped(data, &gift); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Gift, "", moment{}.Time)
	e.Author, e.Amount = (&person{Username: gift.Gifter}).giver(), max(1, int64(len(gift.Gifted)))
	identify(&e, false, gift.Gifted...)
	return told{event: e, print: printOf(&e, e.Author.Login, decimal(e.Amount)), giftees: slugs(gift.Gifted)}, nil
}

func pusherHost(data json.RawMessage, at place) (told, error) {
	var host struct {
		Username string `json:"host_username"`
		Viewers  count  `json:"number_viewers"`
		Message  string `json:"optional_message"`
	}
	if err := unwrapped(data, &host); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Raid, "", moment{}.Time)
	e.Author, e.Amount, e.Text = (&person{Username: host.Username}).author(), int64(host.Viewers), plain(host.Message)
	if e.Author.Name == "" {
		return told{}, errIncomplete
	}
	identify(&e, false, e.Text)
	return told{event: e}, nil
}

func pusherKicks(data json.RawMessage, at place) (told, error) {
	var given struct {
		ID        word   `json:"gift_transaction_id"`
		Message   string `json:"message"`
		Sender    person `json:"sender"`
		CreatedAt moment `json:"created_at"`
		Gift      struct {
			Amount count `json:"amount"`
		} `json:"gift"`
	}
	if err := unwrapped(data, &given); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Paid, string(given.ID), given.CreatedAt.Time)
	e.Author, e.Text, e.Amount, e.Unit = given.Sender.author(), plain(given.Message), int64(given.Gift.Amount), unitKicks
	if e.Author.Name == "" || e.Amount == 0 {
		return told{}, errIncomplete
	}
	identify(&e, !given.CreatedAt.IsZero(), e.Text)
	return told{event: e, print: printOf(&e, e.Author.Login, decimal(e.Amount), e.Text)}, nil
}

func pusherFollow(data json.RawMessage, at place) (told, error) {
	var follow struct {
		Username  string `json:"username"`
		Followed  bool   `json:"followed"`
		CreatedAt moment `json:"created_at"`
	}
	if err := unwrapped(data, &follow); err != nil {
		return told{}, err
	}
	if !follow.Followed || follow.Username == "" {
		return told{}, errNoEvent // somebody left, or only the number changed
	}
	e := at.begin(chat.Follow, "", follow.CreatedAt.Time)
	e.Author = (&person{Username: follow.Username}).author()
	identify(&e, !follow.CreatedAt.IsZero())
	return told{event: e, print: printOf(&e, e.Author.Login)}, nil
}

// livestream is a broadcast as the message service has it.
type livestream struct {
	Livestream struct {
		ID        word   `json:"id"`
		Title     string `json:"session_title"`
		CreatedAt moment `json:"created_at"`
	} `json:"livestream"`
}

func pusherOnline(data json.RawMessage, at place) (told, error) {
	var on livestream
	if err := unwrapped(data, &on); err != nil {
		return told{}, err
	}
	l := on.Livestream
	e := at.begin(chat.Online, "", l.CreatedAt.Time)
	e.Text, e.Target = l.Title, broadcastID(at.channel, l.CreatedAt.Time)
	identify(&e, !l.CreatedAt.IsZero(), string(l.ID))
	return told{event: e, print: printOf(&e), started: l.CreatedAt.Time}, nil
}

func pusherOffline(data json.RawMessage, at place) (told, error) {
	var off livestream
	if err := unwrapped(data, &off); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Offline, "", moment{}.Time)
	e.Target = broadcastID(at.channel, at.started)
	identify(&e, false, string(off.Livestream.ID))
	return told{event: e, print: printOf(&e), ended: true}, nil
}

func slugs(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = slugOf(name)
	}
	return all
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// unwrapped reads the data of an event. What is no object is an error.
func unwrapped(data json.RawMessage, into any) error {
	if len(data) == 0 || data[0] != '{' {
		return errors.New("its data is not an object")
	}
	if err := json.Unmarshal(data, into); err != nil {
		return errors.New("its data has another shape") // the error itself repeats what was said
	}
	return nil
}
