// Package template fills the variables of responses: $(user), ${query},
// $(random.1-6) and the like.
//
// A template is taken apart once and rendered in a single pass. Values are never
// looked at for variables: what chat says stays what it is. What is not a variable
// stays as it stands.
//
// The package knows the names of variables but none of their values, and does no
// I/O.
package template
