package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/kick"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// maxBody is the largest body of a request, in bytes.
const maxBody = 64 << 10

// Chat is what control needs of the chat platform.
type Chat interface {
	Say(twitch.Utterance) (twitch.Message, error)
	Happen(twitch.Event) (id string, err error)
	Raid(twitch.Raid) (id string, err error)
	Subscribe(twitch.Subscription) (id string, err error)
	Gift(twitch.Gift) (ids []string, err error)
	Announce(twitch.Announcement) (id string, err error)
	SetShow(channel string, change func(*twitch.Show)) (twitch.Show, error)
	Messages(channel, after string, limit int) []twitch.Message
	Members(channel string) []string
	DefaultChannel() string
	SetLive(channel string, live bool) error
	Live(channel string) bool
	SetModes(channel string, change func(*twitch.Modes)) (twitch.Modes, error)
	Disconnect() int
	Ban(channel, user string, seconds int) error
	Unban(channel, user string) error
	Clear(channel string) error
	Delete(id string) error
	Notice(channel, id, text string) error
	ExpireTokens(login string) error
}

// Stream is the video of the default channel.
type Stream interface {
	Live(live bool) error
}

// Videos is what control needs of the video platform.
type Videos interface {
	Videos() []youtube.Published
	Uploads() []youtube.Upload
	Quota() youtube.Quota
	SetQuota(bucket string, used int) error
	ExhaustQuota(bucket string) error
	ResetQuota() error
	Settings() youtube.Settings
	Set(turn func(*youtube.Settings)) (youtube.Settings, error)
	ExpireTokens() error
	LiveChat
}

// New returns the handler of the control address.
func New(chat Chat, stream Stream, videos Videos, green Kick, switches *faults.Switches) http.Handler {
	c := &controller{chat: chat, stream: stream, youtube: videos, kick: green, faults: switches}
	mux := http.NewServeMux()
	for pattern, action := range map[string]action{
		"GET /healthz":                c.health,
		"GET /faults":                 c.listFaults,
		"POST /faults":                c.setFault,
		"GET /twitch/messages":        c.messages,
		"GET /twitch/members":         c.members,
		"POST /twitch/say":            c.say,
		"POST /twitch/event":          c.event,
		"POST /twitch/raid":           c.raid,
		"POST /twitch/subscription":   c.subscription,
		"POST /twitch/gift":           c.gift,
		"POST /twitch/announcement":   c.announcement,
		"POST /twitch/stream":         c.show,
		"POST /twitch/live":           c.live,
		"POST /twitch/disconnect":     c.disconnect,
		"POST /twitch/ban":            c.ban,
		"POST /twitch/unban":          c.unban,
		"POST /twitch/clear":          c.clear,
		"POST /twitch/delete":         c.delete,
		"POST /twitch/notice":         c.notice,
		"POST /twitch/room":           c.room,
		"POST /twitch/expire-tokens":  c.expireTokens,
		"GET /youtube/videos":         c.videos,
		"GET /youtube/uploads":        c.uploads,
		"GET /youtube/quota":          c.quota,
		"POST /youtube/quota":         c.setQuota,
		"GET /youtube/pace":           c.pace,
		"POST /youtube/pace":          c.setPace,
		"POST /youtube/processing":    c.setProcessing,
		"POST /youtube/expire-tokens": c.expireVideoTokens,
	} {
		mux.Handle(pattern, action)
	}
	c.routeKick(mux)
	for pattern, action := range c.liveChatActions() {
		mux.Handle(pattern, action)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		write(w, http.StatusNotFound, failure{fmt.Sprintf("no such control: %s %s", r.Method, r.URL.Path)})
	})
	return mux
}

type controller struct {
	chat    Chat
	stream  Stream
	youtube Videos
	kick    Kick
	faults  *faults.Switches
}

// action carries out one request and returns what to answer.
type action func(*http.Request) (answer any, err error)

// failure is the body of every error.
type failure struct {
	Error string `json:"error"`
}

// badRequest is a request that cannot be understood.
type badRequest struct{ error }

// ServeHTTP runs the action and writes its answer or its error.
func (a action) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	answer, err := a(r)
	if err == nil {
		write(w, http.StatusOK, answer)
		return
	}
	var bad badRequest
	var invalid *twitch.InvalidError
	var impossible *youtube.InvalidError
	var absurd *kick.InvalidError
	var unknown *faults.UnknownError
	var times *faults.TimesError
	status := http.StatusInternalServerError
	if errors.As(err, &bad) || errors.As(err, &invalid) || errors.As(err, &impossible) || errors.As(err, &absurd) || errors.As(err, &unknown) || errors.As(err, &times) {
		status = http.StatusBadRequest
	}
	write(w, status, failure{err.Error()})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// decode reads a body of one JSON object; an empty body is an empty object.
func decode[T any](r *http.Request) (T, error) {
	var value T
	decoder := json.NewDecoder(r.Body)
	err := decoder.Decode(&value)
	if errors.Is(err, io.EOF) {
		return value, nil
	}
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one JSON value")
		}
	}
	if err != nil {
		return value, badRequest{fmt.Errorf("body is not what %s takes: %w", r.URL.Path, err)}
	}
	return value, nil
}

func (c *controller) health(*http.Request) (any, error) {
	return map[string]string{"status": "ok"}, nil
}

// number reads a query parameter, usual if it is not given.
func number(r *http.Request, name string, usual int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, badRequest{fmt.Errorf("%s %q: allowed is a whole number from 1 on", name, text)}
	}
	return n, nil
}
