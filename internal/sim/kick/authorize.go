package kick

import (
	"html/template"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// wish is a valid request to log in.
type wish struct {
	Client, Redirect, Scope, State, Challenge string
	Accounts                                  []string // who can consent
}

// challengePattern is what an S256 challenge looks like.
var challengePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// authorize asks for consent, or gives it at once where somebody consents to
// everything. What is wrong with the application itself is told to the browser;
// everything else to where the login returns to.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	asked, ok := s.wished(w, r, r.URL.Query())
	if !ok {
		return
	}
	s.mu.Lock()
	consent := *s.state.Consent
	s.mu.Unlock()
	if consent != "" {
		s.grantCode(w, r, asked, consent)
		return
	}
	for _, account := range s.known() {
		asked.Accounts = append(asked.Accounts, account.Slug())
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = consentPage.Execute(w, asked)
}

// decide takes the answer of the consent page.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuseOAuth(w, http.StatusBadRequest, "invalid_request", "malformed form")
		return
	}
	asked, ok := s.wished(w, r, r.PostForm)
	if !ok {
		return
	}
	name := r.PostForm.Get("user")
	if !slices.ContainsFunc(s.known(), func(a Account) bool { return a.Slug() == name }) {
		s.goBack(w, r, asked, url.Values{"error": {"access_denied"}})
		return
	}
	s.grantCode(w, r, asked, name)
}

// wished checks a request to log in and answers those that are wrong.
func (s *Server) wished(w http.ResponseWriter, r *http.Request, q url.Values) (wish, bool) {
	asked := wish{Client: q.Get("client_id"), Redirect: q.Get("redirect_uri"), Scope: q.Get("scope"), State: q.Get("state"), Challenge: q.Get("code_challenge")}
	if asked.Client != s.seed.ClientID || !s.mayReturnTo(asked.Redirect) {
		refuseOAuth(w, http.StatusBadRequest, "invalid_request", "client_id is unknown or redirect_uri is not the application's")
		return wish{}, false
	}
	problem := ""
	switch {
	case q.Get("response_type") != "code":
		problem = "unsupported_response_type"
	case q.Get("code_challenge_method") != "S256" || !challengePattern.MatchString(asked.Challenge) || asked.State == "":
		problem = "invalid_request"
	case asked.Scope == "" || slices.ContainsFunc(strings.Fields(asked.Scope), func(scope string) bool { return !slices.Contains(allScopes, scope) }):
		problem = "invalid_scope"
	}
	if problem != "" {
		s.goBack(w, r, asked, url.Values{"error": {problem}})
		return wish{}, false
	}
	return asked, true
}

// mayReturnTo reports whether a login may return to an address: one of the
// application's, or loopback.
func (s *Server) mayReturnTo(redirect string) bool {
	at, err := url.Parse(redirect)
	if err != nil || at.Host == "" || at.Fragment != "" {
		return false
	}
	if slices.Contains(s.seed.Redirects, redirect) {
		return true
	}
	address := net.ParseIP(at.Hostname())
	return at.Scheme == "http" && (at.Hostname() == "localhost" || address != nil && address.IsLoopback())
}

// grantCode keeps a code for somebody's consent and returns to the application.
func (s *Server) grantCode(w http.ResponseWriter, r *http.Request, asked wish, name string) {
	given := code{Code: s.options.NewID(), User: name, Scopes: strings.Fields(asked.Scope), Redirect: asked.Redirect,
		Challenge: asked.Challenge, ExpiresAt: s.now().Add(s.options.Patience.Code)}
	s.mu.Lock()
	err := s.change(func(st *state) { st.Codes = append(slices.Clone(st.Codes), given) })
	s.mu.Unlock()
	if err != nil {
		s.unwell(w, err)
		return
	}
	s.goBack(w, r, asked, url.Values{"code": {given.Code}})
}

// goBack returns to the application with values and its state.
func (s *Server) goBack(w http.ResponseWriter, r *http.Request, asked wish, values url.Values) {
	at, err := url.Parse(asked.Redirect)
	if err != nil {
		refuseOAuth(w, http.StatusBadRequest, "invalid_request", "redirect_uri cannot be read")
		return
	}
	query := at.Query()
	for name, value := range values {
		query[name] = value
	}
	if asked.State != "" {
		query.Set("state", asked.State)
	}
	at.RawQuery = query.Encode()
	http.Redirect(w, r, at.String(), http.StatusFound)
}

// SetConsent makes an account consent to every login at once; an empty name makes
// the platform ask.
func (s *Server) SetConsent(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	slug := slugOf(name)
	if slug != "" && !slices.ContainsFunc(s.known(), func(a Account) bool { return a.Slug() == slug }) {
		return invalid("user %q has no account", name)
	}
	return s.change(func(st *state) { st.Consent = &slug })
}

var consentPage = template.Must(template.New("consent").Parse(`<!DOCTYPE html>
<title>Simulated Kick</title>
<h1>Log in</h1>
<p>{{.Client}} asks for: {{.Scope}}</p>
<form method="post">
<input type="hidden" name="response_type" value="code">
<input type="hidden" name="client_id" value="{{.Client}}">
<input type="hidden" name="redirect_uri" value="{{.Redirect}}">
<input type="hidden" name="scope" value="{{.Scope}}">
<input type="hidden" name="state" value="{{.State}}">
<input type="hidden" name="code_challenge" value="{{.Challenge}}">
<input type="hidden" name="code_challenge_method" value="S256">
{{range .Accounts}}<button name="user" value="{{.}}">Allow as {{.}}</button>
{{end}}<button name="user" value="">Refuse</button>
</form>
`))
