package twitch

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"unicode/utf8"
)

// postMessage sends a chat message. A message that was refused is answered with
// 200 and is_sent=false.
func (s *Server) postMessage(w http.ResponseWriter, r *http.Request, t token) {
	var body struct {
		Broadcaster string `json:"broadcaster_id"`
		Sender      string `json:"sender_id"`
		Message     string `json:"message"`
		ReplyTo     string `json:"reply_parent_message_id"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		refuse(w, http.StatusBadRequest, "The request body is not valid JSON")
		return
	}
	body.Broadcaster = cmp.Or(body.Broadcaster, r.URL.Query().Get("broadcaster_id"))
	body.Sender = cmp.Or(body.Sender, r.URL.Query().Get("sender_id"))
	switch {
	case body.Broadcaster == "" || body.Sender == "":
		refuse(w, http.StatusBadRequest, "The broadcaster_id and sender_id fields are required")
		return
	case body.Message == "":
		refuse(w, http.StatusBadRequest, "The message field is required")
		return
	case utf8.RuneCountInString(body.Message) > maxText:
		refuse(w, http.StatusUnprocessableEntity, "The message is too large")
		return
	}
	sender, channel, ok := s.parties(body.Sender, body.Broadcaster)
	switch {
	case !ok:
		refuse(w, http.StatusBadRequest, "The broadcaster or the sender does not exist")
		return
	case t.Login != "" && t.Login != sender.Login:
		refuse(w, http.StatusUnauthorized, "The ID in sender_id must match the user ID in the user access token")
		return
	case t.Login != "" && !t.allows("user:write:chat"):
		refuse(w, http.StatusUnauthorized, "Missing scope: user:write:chat")
		return
	case t.Login == "" && !slices.Contains(sender.Scopes, "user:bot"):
		refuse(w, http.StatusUnauthorized, "The sender has not granted user:bot to the application")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"data": []map[string]any{s.sendFor(sender, channel, body.Message, body.ReplyTo)}})
}

// parties finds the sender and the channel by their ids.
func (s *Server) parties(senderID, broadcasterID string) (sender Account, channel Channel, ok bool) {
	accounts := s.known()
	i := slices.IndexFunc(accounts, func(a Account) bool { return a.ID == senderID })
	k := slices.IndexFunc(s.seed.Channels, func(c Channel) bool { return s.seed.account(c.Login).ID == broadcasterID })
	if i < 0 || k < 0 {
		return Account{}, Channel{}, false
	}
	return accounts[i], s.seed.Channels[k], true
}

func (s *Server) sendFor(sender Account, channel Channel, text, replyTo string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &refusal{"msg_rejected", "Your message is being checked by mods and has not been sent."}
	if _, struck := s.options.Faults.Take(TargetHelix, "not_sent"); !struck {
		var m Message
		if m, r = s.submit(submission{account: sender, channel: channel, text: clean(text), replyTo: replyTo}); r == nil {
			return map[string]any{"message_id": m.ID, "is_sent": true}
		}
	}
	reason := map[string]string{"code": r.code, "message": r.text}
	if r.code == "" {
		reason = map[string]string{"code": "msg_ratelimit", "message": refusedRate.text}
	}
	return map[string]any{"message_id": "", "is_sent": false, "drop_reason": reason}
}
