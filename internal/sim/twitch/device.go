package twitch

import (
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
	// deviceLife is how long a person can take.
	deviceLife = 30 * time.Minute
	// devicePause is how long a device waits between two questions.
	devicePause = time.Second
	// activatePath is where a person enters a device's code.
	activatePath = "/activate"
)

// device is a login of something without a browser.
type device struct {
	Code      string    `json:"code"`
	UserCode  string    `json:"user_code"`
	Scopes    []string  `json:"scopes"`
	ExpiresAt time.Time `json:"expires_at"`
	Login     string    `json:"login,omitempty"` // of who consented
	Denied    bool      `json:"denied,omitempty"`
}

// beginDevice gives a device its code.
func (s *Server) beginDevice(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Form.Get("client_id") != s.seed.ClientID {
		refuseOAuth(w, http.StatusBadRequest, "invalid client")
		return
	}
	shown := strings.ToUpper(strings.ReplaceAll(s.options.NewID(), "-", ""))
	d := device{Code: s.options.NewID(), UserCode: shown[:min(len(shown), 8)], Scopes: strings.Fields(r.Form.Get("scopes")), ExpiresAt: s.now().Add(deviceLife)}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := slices.Clone(s.state.Devices)
	s.state.Devices = append(s.state.Devices, d)
	if err := s.keepState(); err != nil {
		s.state.Devices = before
		refuse(w, http.StatusInternalServerError, "the code could not be kept")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"device_code": d.Code, "user_code": d.UserCode, "expires_in": int(deviceLife / time.Second), "interval": int(devicePause / time.Second),
		"verification_uri": "http://" + r.Host + activatePath + "?public=true&device-code=" + d.UserCode,
	})
}

// grantDevice gives tokens to a device whose code somebody entered. A code is good
// once.
func (s *Server) grantDevice(w http.ResponseWriter, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.state.Devices, func(d device) bool { return d.Code == code })
	switch {
	case i < 0 || !s.now().Before(s.state.Devices[i].ExpiresAt):
		refuseOAuth(w, http.StatusBadRequest, "invalid device code")
		return
	case s.state.Devices[i].Denied:
		refuseOAuth(w, http.StatusBadRequest, "access_denied")
		return
	case s.state.Devices[i].Login == "":
		refuseOAuth(w, http.StatusBadRequest, "authorization_pending")
		return
	}
	d := s.state.Devices[i]
	fresh := token{Access: s.options.NewID(), Refresh: s.options.NewID(), Login: d.Login, Scopes: d.Scopes, ExpiresAt: s.now().Add(s.seed.TokenLife)}
	devices, tokens := slices.Clone(s.state.Devices), slices.Clone(s.state.Tokens)
	s.state.Devices = slices.Delete(s.state.Devices, i, i+1)
	s.state.Tokens = append(s.state.Tokens, fresh)
	if err := s.keepState(); err != nil {
		s.state.Devices, s.state.Tokens = devices, tokens
		refuse(w, http.StatusInternalServerError, "the grant could not be kept")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"access_token": fresh.Access, "refresh_token": fresh.Refresh,
		"expires_in": s.seconds(fresh), "scope": scopes(fresh), "token_type": "bearer"})
}

var activatePage = template.Must(template.New("activate").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated Twitch</title></head><body><h1>Connect a device</h1>
<form method="post"><label>Code <input name="user_code" value="{{.}}"></label> <label>as <input name="login"></label>
<button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Deny</button></form></body></html>
`))

// askActivation shows where a code is entered.
func (s *Server) askActivation(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = activatePage.Execute(w, r.URL.Query().Get("device-code"))
}

// activate takes a person's answer for a device.
func (s *Server) activate(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuseOAuth(w, http.StatusBadRequest, "malformed form")
		return
	}
	login, denied := strings.ToLower(r.PostForm.Get("login")), r.PostForm.Get("answer") == "deny"
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.state.Devices, func(d device) bool { return d.UserCode == r.PostForm.Get("user_code") })
	if i < 0 || !s.now().Before(s.state.Devices[i].ExpiresAt) || login == "" && !denied {
		refuseOAuth(w, http.StatusBadRequest, "this code is not known, or nobody is logged in")
		return
	}
	before := s.state.Devices[i]
	s.state.Devices[i].Login, s.state.Devices[i].Denied = login, denied
	if err := s.keepState(); err != nil {
		s.state.Devices[i] = before
		refuse(w, http.StatusInternalServerError, "the answer could not be kept")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
