// Package logins joins the configured accounts, the clients of their platforms and
// the vault of tokens: who can log in and how, and where a role gets an account's
// token from.
//
// It prints nothing and waits for nobody; commands do.
package logins
