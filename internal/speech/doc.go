// Package speech makes what a bot says in chat harmless and fit for its platform:
// one line without characters that cannot be seen or that turn others around, no
// order to the platform or to another bot that somebody in chat has put into its
// mouth, no mention of everybody, and not more than the platform takes.
//
// It is pure and the same for all platforms, so that a replay says the same to the
// byte. It knows nothing of templates, triggers or clients; the clients' own clean-up
// before they send is the last line of defence and not this package's business.
package speech
