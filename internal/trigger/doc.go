// Package trigger decides what a chat message does: which triggers it matches,
// whether they may fire, and what follows from it.
//
// Settings, with what chat and operators laid over their triggers, are compiled
// into Rules. Evaluate is a pure function of a creator's State, one Input and the
// Rules; State.Apply moves the state on by its Outcome; a Machine does both and
// compiles anew when the configuration changes. So a recorded chat gives the same
// decisions again, and a lane that was lost is rebuilt from what its outcomes left
// in the store.
//
// A message goes through these steps: who is never listened to; matching, in the
// order of priority, built-in triggers, file, chat; and for each trigger that
// matches the steps that Step names, of which a Decision records the first that
// failed. What an attempt reserves (cooldowns, limits, points) is part of the same
// outcome as what it does. One that was refused reserves and spends nothing.
//
// Words and names are found by internal/match, answers are filled in by
// internal/template, orders to change triggers are understood by internal/manage;
// what a trigger is, internal/definition says. The package talks to nobody, reads
// no clock and draws no random numbers; whoever calls it commits the outcome and
// only then acts on it.
package trigger
