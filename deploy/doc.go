// Package deploy holds what runs StreamSuites elsewhere: container files,
// configuration samples, unit files and the scripts behind the Makefile. Its
// tests lint those files; it has no code of its own.
package deploy
