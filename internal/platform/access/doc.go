// Package access keeps the access tokens of an account, or of the application
// itself, good: it has them replaced when their end is near or a platform refuses
// them, one exchange at a time.
//
// It must not know any platform: how tokens are exchanged is given to it. Tokens
// that several hosts share are in the care of package tokens.
package access
