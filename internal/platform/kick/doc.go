// Package kick is the client of Kick's web interfaces: the official API, the
// token service, the signatures of webhooks, and the one page of the site that
// knows the number of a channel's chatroom.
//
// It makes calls and checks what is called in, and nothing else: it holds no
// state but tokens, the public key and the waits that the server asked for, and
// decides nothing about creators. Reading chat is not here. Tokens and secrets
// appear in no error and no log line.
//
// The facts are those of the official documentation at https://docs.kick.com;
// the site's page is not documented and may be refused to programs.
package kick
