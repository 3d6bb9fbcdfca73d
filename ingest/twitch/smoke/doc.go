// Package smoke is the smallest use of the chat client: it prints a channel's
// chat and answers "!ping". It shows whether address, certificate, token and
// channel are right.
//
// It stores nothing and needs neither database nor workflow server.
package smoke
