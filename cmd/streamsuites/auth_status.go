package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/logins"
	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// loginView is an account's login. Its JSON names are a fixed interface for
// scripts.
type loginView struct {
	Platform  string       `json:"platform"`
	Account   string       `json:"account"` // label; "" for the account without one
	State     tokens.State `json:"state"`
	Login     string       `json:"login"`
	AccountID string       `json:"account_id"`
	Reason    string       `json:"reason"`
	Remedy    string       `json:"remedy"` // a command, or ""
	Origin    string       `json:"origin"` // login, environment, file or ""
	Scopes    []string     `json:"scopes"`
	Missing   []string     `json:"scopes_missing"`
	Without   []string     `json:"without"`          // what does not work for want of them
	ExpiresAt *time.Time   `json:"token_expires_at"` // of the access token
	EndsAt    *time.Time   `json:"ends_at"`          // when only a login helps
	Refreshed *time.Time   `json:"refreshed_at"`
	GrantedAt *time.Time   `json:"granted_at"`
}

func (r *root) authStatus() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the login of every account",
		Long: `Shows every account that the configuration knows or that has logged in: whose
login it is, what it lacks, when it was refreshed and when it ends. No token is
shown.`,
		Args: noArgs,
	}
	format := output.Flag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		a, err := r.openAccess(cmd.Context())
		if err != nil {
			return err
		}
		defer a.store.Close()
		kept, err := a.vault.Statuses(cmd.Context())
		if err != nil {
			return err
		}
		views, err := loginViews(a.cfg, kept, r.quiet())
		if err != nil {
			return err
		}
		if *format == output.JSON {
			return output.WriteJSON(cmd.OutOrStdout(), views)
		}
		err = output.Table(cmd.OutOrStdout(), []string{"PLATFORM", "ACCOUNT", "LOGIN", "STATE", "TOKEN UNTIL", "REFRESHED", "ENDS", "MISSING"}, loginRows(views))
		if err == nil {
			_, err = io.WriteString(cmd.OutOrStdout(), loginNotes(views))
		}
		return err
	}
	return cmd
}

// loginViews joins what is kept with the accounts of the configuration.
func loginViews(cfg *config.Config, kept []tokens.Status, log zerolog.Logger) ([]loginView, error) {
	all := slices.Clone(kept)
	for _, account := range logins.Configured(cfg) {
		if slices.ContainsFunc(all, func(s tokens.Status) bool { return s.Account == account }) {
			continue
		}
		all = append(all, tokens.Status{Account: account, State: tokens.StateMissing})
	}
	slices.SortFunc(all, func(x, y tokens.Status) int {
		return cmp.Or(cmp.Compare(x.Account.Platform, y.Account.Platform), cmp.Compare(x.Account.Label, y.Account.Label))
	})
	views := make([]loginView, 0, len(all))
	for _, s := range all {
		p, err := logins.For(cfg, chat.Platform(s.Account.Platform), s.Account.Label, log)
		if err != nil {
			return nil, err
		}
		views = append(views, loginViewOf(s, p))
	}
	return views, nil
}

func loginViewOf(s tokens.Status, p *logins.Provider) loginView {
	v := loginView{
		Platform: s.Account.Platform, Account: s.Account.Label, State: s.State, Login: s.Owner.Login, AccountID: s.Owner.AccountID,
		Reason: s.Reason, Origin: s.Origin, Scopes: append([]string{}, s.Scopes...), Missing: []string{}, Without: []string{},
		ExpiresAt: instantOf(s.Expires), EndsAt: instantOf(s.Ends), Refreshed: instantOf(s.RefreshedAt), GrantedAt: instantOf(s.GrantedAt),
	}
	if s.State == tokens.StateMissing && p.Seed.IsSet() {
		v.State, v.Origin = tokens.StateConfigured, "environment"
	}
	if len(s.Scopes) > 0 {
		for _, n := range p.Lacking(s.Scopes) {
			v.Missing, v.Without = append(v.Missing, n.Scope), append(v.Without, n.Without)
		}
	}
	switch v.State {
	case tokens.StateReady, tokens.StateConfigured:
		if len(v.Missing) > 0 {
			v.Remedy = tokens.LoginCommand(s.Account)
		}
	default:
		v.Remedy = tokens.LoginCommand(s.Account)
		if len(p.Missing) > 0 {
			v.Remedy = "set " + strings.Join(p.Missing, " and ") + ", then " + v.Remedy
		}
	}
	return v
}

// why says in sentences what is wrong with the login; nothing for a good one.
func (v loginView) why() []string {
	var all []string
	if v.Reason != "" {
		all = append(all, v.Reason)
	}
	for i, scope := range v.Missing {
		all = append(all, "without "+scope+" "+v.Without[i])
	}
	return all
}

func instantOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// loginRows are the rows of the table.
func loginRows(views []loginView) [][]string {
	at := func(t *time.Time) string {
		if t == nil {
			return "-"
		}
		return t.Format(time.RFC3339)
	}
	var rows [][]string
	for _, v := range views {
		rows = append(rows, []string{
			v.Platform, cmp.Or(v.Account, "-"), cmp.Or(v.Login, "-"), string(v.State),
			at(v.ExpiresAt), at(v.Refreshed), at(v.EndsAt), cmp.Or(strings.Join(v.Missing, " "), "-"),
		})
	}
	return rows
}

// loginNotes say below the table what is wrong and what to do about it.
func loginNotes(views []loginView) string {
	var notes strings.Builder
	for _, v := range views {
		if v.Reason == "" && v.Remedy == "" {
			continue
		}
		fmt.Fprintf(&notes, "\n%s: ", strings.TrimSpace(v.Platform+" "+v.Account))
		switch {
		case v.Reason != "":
			notes.WriteString(v.Reason)
		case len(v.Missing) > 0:
			notes.WriteString("not everything was granted")
		default:
			notes.WriteString(strings.ReplaceAll(string(v.State), "_", " "))
		}
		for i, scope := range v.Missing {
			notes.WriteString("\n  without " + scope + " " + v.Without[i])
		}
		if v.Remedy != "" {
			notes.WriteString("\n  → " + v.Remedy)
		}
	}
	if notes.Len() > 0 {
		notes.WriteByte('\n')
	}
	return notes.String()
}
