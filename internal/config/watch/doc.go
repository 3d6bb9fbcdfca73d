// Package watch notices that configuration files changed, loads the
// configuration again, and hands it out when nothing new is wrong with it. A
// changed configuration that is not valid changes nothing and is reported.
//
// It knows nothing about who uses the configuration: callers get each outcome
// and act on it. It only reads.
package watch
