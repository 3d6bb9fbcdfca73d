package youtube

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	// DevicePath is where a device asks for a code below the server's address.
	DevicePath = "/device/code"
	// VerifyPath is where a person enters it.
	VerifyPath = "/device"

	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
	// deviceLife is how long a person can take.
	deviceLife = 30 * time.Minute
	// devicePause is how long a device must wait between two questions.
	devicePause = 5 * time.Second
)

// deviceScopes are those that a device can ask for.
var deviceScopes = []string{ScopeReadOnly, ScopeManage, "openid", "email"}

// device is a login of something without a browser (RFC 8628).
type device struct {
	Code      string    `json:"code"`
	UserCode  string    `json:"user_code"`
	Scopes    []string  `json:"scopes"`
	ExpiresAt time.Time `json:"expires_at"`
	AskedAt   time.Time `json:"asked_at"`          // when the device asked last
	Account   string    `json:"account,omitempty"` // refresh token in the seed of who consented
	Denied    bool      `json:"denied,omitempty"`
}

// beginDevice gives a device its code.
func (s *Server) beginDevice(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("client_id") != s.seed.ClientID {
		refuse(w, r, grantError{http.StatusUnauthorized, "invalid_client", "The OAuth client was not found."})
		return
	}
	asked := strings.Fields(r.PostForm.Get("scope"))
	if len(asked) == 0 || slices.ContainsFunc(asked, func(scope string) bool { return !slices.Contains(deviceScopes, scope) }) {
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_scope", "Invalid device flow scope: " + r.PostForm.Get("scope")})
		return
	}
	secret, err := s.newID(36)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	shown, err := s.newUserCode()
	d := device{Code: "AH-1Ng" + secret, UserCode: shown, Scopes: asked, ExpiresAt: s.now().Add(deviceLife)}
	if err == nil {
		s.mu.Lock()
		err = s.change(func(st *state) { st.Devices = append(st.Devices, d) })
		s.mu.Unlock()
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"device_code": d.Code, "user_code": d.UserCode,
		"verification_url": "http://" + r.Host + VerifyPath, "expires_in": int(deviceLife / time.Second), "interval": int(devicePause / time.Second)})
}

// newUserCode makes a code that a person can type.
func (s *Server) newUserCode() (string, error) {
	const letters = "BCDFGHJKLMNPQRSTVWXZ"
	id, err := s.newID(8)
	if err != nil {
		return "", err
	}
	shown := make([]byte, 8)
	for i := range shown {
		shown[i] = letters[int(id[i])*7%len(letters)]
	}
	return string(shown[:4]) + "-" + string(shown[4:]), nil
}

// verifyDevice lets a person answer for a device.
func (s *Server) verifyDevice(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		pageError{http.StatusBadRequest, "Error 400: invalid_request"}.write(w)
		return
	}
	shown := strings.ToUpper(r.Form.Get("user_code"))
	consent := s.decided(r.Form)
	account, known := s.seed.named(consent.Account)
	s.mu.Lock()
	i := slices.IndexFunc(s.state.Devices, func(d device) bool { return d.UserCode == shown && d.ExpiresAt.After(s.now()) })
	s.mu.Unlock()
	switch {
	case i < 0:
		pageError{http.StatusNotFound, "There is no such code. Add ?user_code= with the one that the device shows."}.write(w)
		return
	case !known:
		s.askOnPage(w, r.Form)
		return
	}
	s.mu.Lock()
	err := s.change(func(st *state) { st.answerDevice(shown, account, consent) })
	s.mu.Unlock()
	if err != nil {
		s.broken(w, r, err)
		return
	}
	note(w, http.StatusOK, "The device was told.")
}

func (st *state) answerDevice(shown string, account Account, consent Consent) {
	for i := range st.Devices {
		if d := &st.Devices[i]; d.UserCode == shown {
			d.Account, d.Denied, d.Scopes = account.RefreshToken, consent.Deny, consent.granted(d.Scopes)
		}
	}
}

// collect gives a device its tokens once somebody has consented.
func (s *Server) collect(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.state.Devices, func(d device) bool { return d.Code == r.PostForm.Get("device_code") })
	if i < 0 {
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_grant", "Malformed auth code."})
		return
	}
	d, now := s.state.Devices[i], s.now()
	if account, known := s.seed.named(s.state.Consent.Account); known && d.Account == "" {
		d.Account, d.Denied, d.Scopes = account.RefreshToken, s.state.Consent.Deny, s.state.Consent.granted(d.Scopes)
	}
	early := now.Before(d.AskedAt.Add(devicePause))
	d.AskedAt = now
	if d.Account != "" && !d.Denied && !early && d.ExpiresAt.After(now) {
		s.giveGrant(w, r, grant{Account: d.Account, Scopes: d.Scopes}, func(st *state) { st.Devices = slices.Delete(st.Devices, i, i+1) })
		return
	}
	if err := s.change(func(st *state) { st.Devices[i] = d }); err != nil {
		s.broken(w, r, err)
		return
	}
	refuse(w, r, d.waiting(now, early))
}

// waiting is what a device is told that has no tokens yet.
func (d device) waiting(now time.Time, early bool) refusal {
	switch {
	case !d.ExpiresAt.After(now):
		return grantError{http.StatusBadRequest, "expired_token", "The device code has expired."}
	case d.Denied:
		return grantError{http.StatusForbidden, "access_denied", "Forbidden"}
	case early:
		return grantError{http.StatusForbidden, "slow_down", "Forbidden"}
	default:
		return grantError{http.StatusPreconditionRequired, "authorization_pending", "Precondition Required"}
	}
}
