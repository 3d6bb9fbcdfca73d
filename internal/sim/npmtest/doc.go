// Package npmtest runs programs on libraries of npm in tests: clients of the
// platforms that others wrote, which show that a simulator behaves like its
// platform.
//
// It installs what a committed lock file names and nothing else, into the folder
// of that file, where git ignores it. It must not be imported by anything but
// tests.
package npmtest
