package trigger

import (
	"fmt"
	"strconv"
	"time"
)

// A trigger answers one author at most LoopAnswers times in LoopWindow, whatever
// cooldowns allow and whoever they let through: two bots that answer each other, of
// which one may well be a moderator, come to an end.
const (
	LoopAnswers = 20
	LoopWindow  = 30 * time.Second
)

// loopID follows a trigger's id; no trigger or subcommand is called so.
const loopID = "//loop"

// mayLoop reports whether the answers to the author have to be counted: cooldowns that
// hold the author back keep them rare enough.
func (a *attempt) mayLoop() bool {
	const enough = LoopWindow / LoopAnswers
	held := max(a.branch.globalCooldown, a.branch.userCooldown) >= enough
	return a.rule.builtIn == noBuiltIn && a.branch.speaks && !a.operator && (!held || a.isExempt())
}

// looping refuses an author who was answered too often.
func (a *attempt) looping() *refusal {
	if !a.mayLoop() || a.freeTurn() != "" {
		return nil
	}
	return &refusal{
		step: StepCooldownUser, detail: fmt.Sprintf("answered %d times in %d s", LoopAnswers, wholeSeconds(LoopWindow)), mute: true,
	}
}

// freeTurn is the scope of an answer to the author that is not taken; empty when all
// of them are.
func (a *attempt) freeTurn() string {
	for n := range LoopAnswers {
		scope := a.scope() + "/" + strconv.Itoa(n)
		if !a.cooldown(a.rule.id+loopID, scope).After(a.clock) {
			return scope
		}
	}
	return ""
}
