// Package budget holds the rules of rate limits: what they are called, how much a
// sliding window still holds, and when a refused call can be made.
//
// It is pure: no clock, no database, no network. The grants are kept by
// internal/store in one table for all hosts, so that a limit holds however many
// processes act for the same creator or with the same credential.
//
// # Putting calls behind budgets
//
// What is said in chats needs nothing: the data plane takes what a message of a
// creator on a platform needs (see Messages and Responses) before it calls the
// platform's client, whichever platform that is.
//
// A client that knows limits of its platform takes them itself, before each call:
// it declares a narrow interface for what it needs, as twitch.Budget is for chats
// and Calls of the platforms' API clients, and cmd/internal/roles gives it one of
// its governor. What is taken:
//
//   - a call of a platform's API: governor.TakeCall with the creator for whom it is
//     made ("" for none) and the label of the credential that makes it;
//   - anything else that an account may do so often: store.Store.TakeBudget with
//     the account's and a bucket's name, and a row in sharedLimits so that
//     rate_limits.json shows it.
//
// A refusal is a *RefusedError, which says when to ask again. Nothing was taken
// then, and nothing is queued: whoever waits asks again. A grant that is not used
// only makes the others slower, so it is never given back.
package budget
