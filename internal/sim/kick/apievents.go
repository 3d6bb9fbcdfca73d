package kick

import (
	"encoding/json"
	"net/http"
	"slices"
)

// hookEvents are the events of webhooks, all of version 1.
var hookEvents = []string{
	"chat.message.sent", "channel.followed", "channel.subscription.new", "channel.subscription.renewal", "channel.subscription.gifts",
	"channel.reward.redemption.updated", "livestream.status.updated", "livestream.metadata.updated", "moderation.banned", "kicks.gifted",
}

// hookName is an event as a request names it.
type hookName struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

// subscribeEvents subscribes the application to events of a channel: the token's
// own, or the one that is named with an application's token.
func (s *Server) subscribeEvents(w http.ResponseWriter, c call) {
	var body struct {
		Broadcaster int64      `json:"broadcaster_user_id"`
		Events      []hookName `json:"events"`
		Method      string     `json:"method"`
	}
	if json.NewDecoder(c.Body).Decode(&body) != nil || len(body.Events) == 0 || body.Method != "" && body.Method != "webhook" {
		refuse(w, http.StatusBadRequest, "Invalid request: events are required, and method must be webhook")
		return
	}
	if c.byUser() {
		body.Broadcaster = c.user.ID
	}
	if _, ok := s.seed.channelOf(body.Broadcaster); !ok {
		refuse(w, http.StatusBadRequest, "Invalid request: broadcaster_user_id names no channel")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	after := slices.Clone(s.state.Subscriptions)
	data := []object{}
	for _, wanted := range body.Events {
		id, problem := s.subscribeOne(&after, body.Broadcaster, wanted)
		entry := object{"name": wanted.Name, "version": wanted.Version, "subscription_id": id}
		if problem != "" {
			entry["error"] = problem
		}
		data = append(data, entry)
	}
	if err := s.change(func(st *state) { st.Subscriptions = after }); err != nil {
		s.unwell(w, err)
		return
	}
	answer(w, data)
}

// subscribeOne adds one subscription, or finds the one there is.
func (s *Server) subscribeOne(list *[]Subscription, broadcaster int64, wanted hookName) (id, problem string) {
	if !slices.Contains(hookEvents, wanted.Name) || wanted.Version != 1 {
		return "", "unknown event or version"
	}
	for _, there := range *list {
		if there.Event == wanted.Name && there.Broadcaster == broadcaster {
			return there.ID, ""
		}
	}
	if limit := s.options.Limits.Subscription; limit >= 0 && len(*list) >= limit {
		return "", "subscription limit reached"
	}
	added := Subscription{ID: s.ulid(), Broadcaster: broadcaster, Event: wanted.Name, Version: 1, CreatedAt: s.now().UTC()}
	*list = append(*list, added)
	return added.ID, ""
}

// listSubscriptions lists the application's subscriptions; those of a user's own
// channel with a user's token.
func (s *Server) listSubscriptions(w http.ResponseWriter, c call) {
	ids, ok := numbers(c.URL.Query()["broadcaster_user_id"])
	if !ok {
		refuse(w, http.StatusBadRequest, "Invalid request: broadcaster_user_id is a number")
		return
	}
	if c.byUser() {
		ids = []int64{c.user.ID}
	}
	data := []object{}
	for _, there := range s.Subscriptions() {
		if len(ids) == 0 || slices.Contains(ids, there.Broadcaster) {
			data = append(data, object{"id": there.ID, "app_id": s.seed.ClientID, "broadcaster_user_id": there.Broadcaster,
				"event": there.Event, "version": there.Version, "method": "webhook",
				"created_at": apiTime(there.CreatedAt), "updated_at": apiTime(there.CreatedAt)})
		}
	}
	answer(w, data)
}

// unsubscribeEvents ends subscriptions by id; what is unknown is passed over.
func (s *Server) unsubscribeEvents(w http.ResponseWriter, c call) {
	ids := c.URL.Query()["id"]
	if len(ids) == 0 {
		refuse(w, http.StatusBadRequest, "Invalid request: id is required")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	after := slices.DeleteFunc(slices.Clone(s.state.Subscriptions), func(there Subscription) bool {
		return slices.Contains(ids, there.ID) && (!c.byUser() || there.Broadcaster == c.user.ID)
	})
	if err := s.change(func(st *state) { st.Subscriptions = after }); err != nil {
		s.unwell(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
