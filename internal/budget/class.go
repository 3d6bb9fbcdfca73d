package budget

import "context"

// Class says how urgent a message is: the greater, the earlier it is sent.
type Class int8

// The classes.
const (
	// Notice is what nobody asked for just now: how a clip ended, thanks, timers.
	Notice Class = -1
	// Viewer is an answer to anybody else; also what has no class.
	Viewer Class = 0
	// Moderator is an answer to the broadcaster, a moderator or an operator.
	Moderator Class = 1
)

// String names the class.
func (c Class) String() string {
	switch {
	case c >= Moderator:
		return "moderator"
	case c <= Notice:
		return "notice"
	}
	return "viewer"
}

// reserved is the part of a limit, one in so many, that is kept for moderators.
const reserved = 5

// Limit is what a message of the class may use of a limit: four fifths of it, so that
// an answer to a moderator finds room however much the others say; a moderator's may
// use all of it. Limits below 5 have no reserve.
func (c Class) Limit(limit int) int {
	if c >= Moderator || limit <= 0 {
		return limit
	}
	return limit - limit/reserved
}

type classKey struct{}

// WithClass says of everything that is done under the returned context, such as
// taking tokens of whichever budgets stand in the way, that it is for a message of
// that class.
func WithClass(ctx context.Context, c Class) context.Context {
	return context.WithValue(ctx, classKey{}, c)
}

// ClassOf is the class that a context carries; Viewer without one.
func ClassOf(ctx context.Context) Class {
	c, _ := ctx.Value(classKey{}).(Class)
	return c
}

// LimitOf is what whatever is done under a context may use of a limit: all of it,
// unless it is for a message with a class that leaves a reserve.
func LimitOf(ctx context.Context, limit int) int {
	if c, ok := ctx.Value(classKey{}).(Class); ok {
		return c.Limit(limit)
	}
	return limit
}
