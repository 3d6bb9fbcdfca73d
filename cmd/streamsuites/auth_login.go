package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/logins"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/login"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// loginFlags are how a login is made.
type loginFlags struct {
	account   string
	scopes    []string
	noBrowser bool
	port      int
}

func (r *root) authLogin() *cobra.Command {
	var flags loginFlags
	cmd := &cobra.Command{
		Use:   "login PLATFORM",
		Short: "Log an account in: twitch, youtube or kick",
		Long: `Logs an account in and keeps its tokens. On Twitch, and on YouTube with
--no-browser, a code is printed that is entered on a page, on any device; on
YouTube and Kick, a page opens in this machine's browser and comes back here.
Kick's applications name the address that it comes back to beforehand:
http://127.0.0.1:47815/callback, unless --port names another port.`,
		Args: onePlatform,
	}
	cmd.Flags().StringVar(&flags.account, "account", "", "label of the account, when there are several")
	cmd.Flags().StringSliceVar(&flags.scopes, "scopes", nil, "scopes to ask for, instead of those that all features need")
	cmd.Flags().BoolVar(&flags.noBrowser, "no-browser", false, "open no browser: print the address or a code")
	cmd.Flags().IntVar(&flags.port, "port", 0, "port of this machine that the browser comes back to")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkLabel(flags.account); err != nil {
			return err
		}
		a, err := r.openAccess(cmd.Context())
		if err != nil {
			return err
		}
		defer a.store.Close()
		p, err := a.provider(r, args[0], flags.account)
		if err != nil {
			return err
		}
		return a.logIn(cmd.Context(), cmd.OutOrStdout(), p, flags)
	}
	return cmd
}

func (a *access) logIn(ctx context.Context, out io.Writer, p *logins.Provider, flags loginFlags) error {
	scopes := flags.scopes
	if len(scopes) == 0 {
		scopes = p.Scopes()
	}
	flow := byDevice
	if p.Browser != nil && (!flags.noBrowser || p.Device == nil) {
		flow = byBrowser
	}
	granted, err := flow(ctx, out, p, scopes, flags)
	if err != nil {
		return fmt.Errorf("log in on %s: %w", p.Account.Platform, err)
	}
	owner, granted, err := p.Owner(ctx, granted)
	if err != nil {
		return fmt.Errorf("ask %s whose login it is: %w", p.Account.Platform, err)
	}
	if granted.Scopes == nil {
		granted.Scopes = scopes // RFC 6749, section 5.1: none are told when they are those that were asked for
	}
	if err := a.vault.Keep(ctx, p.Account, owner, granted, p.Seed); err != nil {
		return err
	}
	if err := describeLogin(out, p, owner, granted); err != nil {
		return err
	}
	return a.warnOfIdle(out, p.Account)
}

// checkLabel refuses the label of an account that no creator could name.
func checkLabel(label string) error {
	if label == "" || config.IsLabel(label) {
		return nil
	}
	hint := ""
	if upper := strings.ToUpper(label); config.IsLabel(upper) {
		hint = ": did you mean " + upper + "?"
	}
	return fmt.Errorf("--account is %q: labels are up to 50 of A-Z, 0-9 and _%s", label, hint)
}

// warnOfIdle says so when an account is logged in that no creator is served by.
func (a *access) warnOfIdle(out io.Writer, account tokens.Account) error {
	if account.Label == "" || slices.ContainsFunc(a.cfg.Creators, func(c config.Creator) bool {
		return c.AccountOn(chat.Platform(account.Platform)) == account.Label
	}) {
		return nil
	}
	_, err := fmt.Fprintf(out, "No creator is served by this account yet: name it in creators.json, \"%s_account\": %q.\n", account.Platform, account.Label)
	return err
}

// byDevice logs in with a code that is entered elsewhere.
func byDevice(ctx context.Context, out io.Writer, p *logins.Provider, scopes []string, flags loginFlags) (tokens.Grant, error) {
	code, poll, err := p.Device(ctx, scopes)
	if err != nil {
		return tokens.Grant{}, err
	}
	_, _ = fmt.Fprintf(out, "Open %s\nand enter the code %s\n", code.Page, code.Shown)
	if !code.Expires.IsZero() {
		_, _ = fmt.Fprintf(out, "within %s. Waiting …\n", time.Until(code.Expires).Round(time.Minute))
	}
	if !flags.noBrowser {
		openBrowser(ctx, code.Page)
	}
	var granted tokens.Grant
	err = login.AwaitDevice(ctx, login.SystemClock(), code, func(ctx context.Context) (err error) {
		granted, err = poll(ctx)
		return err
	})
	return granted, err
}

// byBrowser logs in with a page that comes back to this machine.
func byBrowser(ctx context.Context, out io.Writer, p *logins.Provider, scopes []string, flags loginFlags) (tokens.Grant, error) {
	port := flags.port
	if port == 0 {
		port = p.Port
	}
	back, err := login.Listen(ctx, port)
	if err != nil {
		return tokens.Grant{}, err
	}
	defer back.Close()
	proof := login.NewProof()
	address, finish := p.Browser(back.Redirect, proof, scopes)
	_, _ = fmt.Fprintf(out, "Open this page in a browser on this machine:\n%s\nWaiting …\n", address)
	if !flags.noBrowser {
		openBrowser(ctx, address)
	}
	code, err := back.Await(ctx, proof)
	if err != nil {
		return tokens.Grant{}, err
	}
	return finish(ctx, code)
}

// openBrowser shows a page, if that is possible: its address is printed anyway.
func openBrowser(ctx context.Context, address string) {
	name, args := "xdg-open", []string{address}
	switch browser := os.Getenv("BROWSER"); {
	case browser != "":
		name = browser
	case runtime.GOOS == "darwin":
		name = "open"
	case runtime.GOOS == "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	browser := exec.CommandContext(context.WithoutCancel(ctx), name, args...)
	if browser.Start() == nil {
		go func() { _ = browser.Wait() }()
	}
}

// describeLogin prints whose login it is and what it is good for.
func describeLogin(out io.Writer, p *logins.Provider, owner tokens.Owner, g tokens.Grant) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Logged in on %s as %s (id %s).\n", p.Account.Platform, named(owner), owner.AccountID)
	if len(g.Scopes) > 0 {
		fmt.Fprintf(&b, "Granted: %s\n", strings.Join(slices.Sorted(slices.Values(g.Scopes)), ", "))
	}
	for _, n := range p.Lacking(g.Scopes) {
		fmt.Fprintf(&b, "Missing: %s; without it %s\n", n.Scope, n.Without)
	}
	switch {
	case g.Refresh == "" && g.Expires.IsZero():
		b.WriteString("There is no refresh token: when this login ends, somebody has to log in again.\n")
	case g.Refresh == "":
		fmt.Fprintf(&b, "There is no refresh token: this login ends at %s.\n", g.Expires.UTC().Format(time.RFC3339))
	case !g.ConsentEnds.IsZero():
		fmt.Fprintf(&b, "The platform ends this login at %s; applications that Google has not verified get seven days.\n", g.ConsentEnds.UTC().Format(time.RFC3339))
	}
	b.WriteString("Runtimes that use this account take the login in within seconds.\n")
	_, err := io.WriteString(out, b.String())
	return err
}

func named(o tokens.Owner) string {
	switch {
	case o.Login != "":
		return o.Login
	case o.DisplayName != "":
		return o.DisplayName
	}
	return "somebody"
}

var errNothingKept = errors.New("nobody is logged in there")
