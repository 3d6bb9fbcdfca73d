package youtube

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Consent is what people answer who are asked for access while nobody looks at
// the page. The zero value asks on the page.
type Consent struct {
	Account string   `json:"account"`          // id or handle of the channel that answers; empty for nobody
	Deny    bool     `json:"deny,omitempty"`   // whether the answer is no
	Scopes  []string `json:"scopes,omitempty"` // all that is granted of what is asked for; empty for everything
}

// SetConsent says what is answered from now on. An *InvalidError names what is
// allowed.
func (s *Server) SetConsent(c Consent) error {
	if _, known := s.seed.named(c.Account); c.Account != "" && !known {
		return &InvalidError{What: "account", Found: c.Account, Allowed: s.channelNames()}
	}
	if i := slices.IndexFunc(c.Scopes, unknownScope); i >= 0 {
		return &InvalidError{What: "scope", Found: c.Scopes[i], Allowed: strings.Join(knownScopes, ", ")}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(func(st *state) { st.Consent = c })
}

func unknownScope(scope string) bool { return !slices.Contains(knownScopes, scope) }

func (s *Server) channelNames() string {
	var names []string
	for _, account := range s.seed.Accounts {
		if account.Channel != "" {
			names = append(names, account.Handle)
		}
	}
	return strings.Join(names, ", ")
}

// decided is the consent that a request is answered with: its own, that of the
// page, or what SetConsent says.
func (s *Server) decided(form url.Values) Consent {
	if account := form.Get(consentParameter); account != "" {
		return Consent{Account: account, Deny: form.Get("deny") != ""}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Consent
}

// consentParameter names the account that consents at once, in the query of the
// simulator and in the form of its page.
const consentParameter = "sim_consent"

// granted is what is granted of what was asked for.
func (c Consent) granted(asked []string) []string {
	if len(c.Scopes) == 0 {
		return asked
	}
	return slices.DeleteFunc(slices.Clone(asked), func(scope string) bool { return !slices.Contains(c.Scopes, scope) })
}

// askOnPage shows the page that asks for access, whose buttons repeat the request
// with an answer.
func (s *Server) askOnPage(w http.ResponseWriter, form url.Values) {
	page := struct {
		Asked   []string
		Fields  url.Values
		Answers []Account
		Name    string
	}{Asked: strings.Fields(form.Get("scope")), Fields: form, Name: consentParameter}
	for _, account := range s.seed.Accounts {
		if account.Channel != "" {
			page.Answers = append(page.Answers, account)
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = consentPage.Execute(w, page)
}
