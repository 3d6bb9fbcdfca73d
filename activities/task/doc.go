// Package task names the activities and holds their inputs and results: the
// contract between the workflows, which ask, and the package activities, which
// does. It also holds the one place where errors cross between them.
//
// It is pure, so that workflows may import it. Everything in it ends up in
// workflow histories: it stays small, holds references instead of contents, and
// never a secret.
package task
