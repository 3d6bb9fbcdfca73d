package trigger

import (
	"fmt"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// off refuses what is switched off or paused. Pausing does not hold back the
// commands that manage others, which end the pause.
func (a *attempt) off() *refusal {
	switch {
	case !a.rule.enabled && !(a.operator && a.rule.builtIn == builtInManage), !a.branch.enabled:
		return &refusal{step: StepEnabled, detail: "switched off"}
	case a.state.Paused && !a.operator && !a.rule.manages():
		return &refusal{step: StepEnabled, detail: "commands are paused"}
	default:
		return nil
	}
}

// manages reports whether the rule changes others; the list of commands does not.
func (r *rule) manages() bool { return r.builtIn == builtInManage && r.id != CommandsID }

func (a *attempt) wrongStream() *refusal {
	_, live := a.state.stream(a.platform)
	switch {
	case a.rule.stream == definition.Online && !live:
		return &refusal{step: StepStream, detail: "not live"}
	case a.rule.stream == definition.Offline && live:
		return &refusal{step: StepStream, detail: "live"}
	default:
		return nil
	}
}

func (a *attempt) wrongCategory() *refusal {
	if len(a.rule.categories) == 0 || a.operator {
		return nil
	}
	if stream, live := a.state.stream(a.platform); live {
		if _, ok := a.rule.categories[folded(stream.Category)]; ok {
			return nil
		}
	}
	return &refusal{step: StepCategory, detail: "another category"}
}

// wrongRole asks for the role. The broadcaster passes always; then who is denied
// by name is refused, who is allowed by name passes, and everybody else needs one
// of the roles.
func (a *attempt) wrongRole() *refusal {
	if a.operator || a.roles.Any(chat.Broadcaster) {
		return nil
	}
	switch {
	case a.listed(a.rule.deny):
		return &refusal{step: StepRole, detail: "denied by name"}
	case a.branch.roles == chat.Everyone, a.roles.Any(a.branch.roles), a.listed(a.rule.allow):
		return nil
	default:
		return &refusal{step: StepRole, detail: "needs another role"}
	}
}

func (a *attempt) listed(users map[string]struct{}) bool {
	if len(users) == 0 {
		return false
	}
	_, byName := users[a.user]
	_, byID := users[a.userKey]
	return byName && a.user != "" || byID
}

// wrongArgs reads the arguments.
func (a *attempt) wrongArgs() *refusal {
	if a.operator {
		return nil
	}
	switch a.rule.builtIn {
	case builtInClip:
		w, err := parseWish(a.rest, a.rules.settings.Clip)
		if err != nil {
			return &refusal{step: StepArgs, detail: err.Error()}
		}
		a.wish = w
	case builtInManage:
		return a.understand(a.rule.id, a.rest)
	}
	args, ok := a.branch.args.read(a.rest, a.rule.quoted)
	a.args = args
	if !ok {
		return &refusal{step: StepArgs, detail: "usage: " + a.branch.args.usage}
	}
	return nil
}

// late refuses what was said too long ago to be answered as if it were now.
// A clip is anchored on the time of its message, so it may be late as long as
// capture still reaches back to its beginning.
func (a *attempt) late() *refusal {
	age := a.received.Sub(a.said)
	if age <= a.rules.settings.LateAfter || a.captured() {
		return nil
	}
	return &refusal{step: StepLate, detail: fmt.Sprintf("arrived %d s late", int(age.Seconds()))}
}

// cooling asks the cooldowns. What is told is the longest that is left, the step
// is the first that holds it back.
func (a *attempt) cooling() *refusal {
	if a.operator {
		return nil
	}
	if a.isExempt() {
		return a.looping()
	}
	var no *refusal
	for _, c := range [...]struct {
		step      Step
		id, scope string
	}{
		{StepCooldownGroup, a.rule.group, globalScope},
		{StepCooldownGlobal, a.branch.cooldownID, globalScope},
		{StepCooldownUser, a.branch.cooldownID, a.scope()},
	} {
		left := a.cooldown(c.id, c.scope).Sub(a.clock)
		if left <= 0 {
			continue
		}
		if no == nil {
			no = &refusal{step: c.step}
		}
		no.left = max(no.left, left)
	}
	if no == nil {
		return a.looping()
	}
	return coolingFor(no.step, no.left)
}

func coolingFor(step Step, left time.Duration) *refusal {
	return &refusal{step: step, left: left, detail: fmt.Sprintf("%d s left", wholeSeconds(left))}
}

func (a *attempt) scope() string { return userScope + a.userKey }

func (a *attempt) overStreamLimit() *refusal {
	if a.operator {
		return nil
	}
	if n := a.rule.perStream; n > 0 && a.streamTotal("") >= n {
		return &refusal{step: StepStreamLimit, detail: fmt.Sprintf("%d in this stream", n)}
	}
	if n := a.rule.perUser; n > 0 && a.streamTotal(a.userKey) >= n {
		return &refusal{step: StepUserLimit, detail: fmt.Sprintf("%d by this user in this stream", n)}
	}
	return nil
}

// alone refuses until enough distinct users have asked within the time. Asking is
// recorded whether or not a later step refuses.
func (a *attempt) alone() *refusal {
	if a.rule.holdUsers == 0 || a.operator {
		return nil
	}
	n := a.castVote()
	if n >= a.rule.holdUsers {
		return nil
	}
	return &refusal{step: StepThreshold, detail: fmt.Sprintf("%d of %d users", n, a.rule.holdUsers)}
}

func (a *attempt) poor() *refusal {
	if a.branch.cost == 0 || a.operator {
		return nil
	}
	if has := a.balance(); has < a.branch.cost {
		return &refusal{step: StepCost, detail: fmt.Sprintf("has %d of %d points", has, a.branch.cost)}
	}
	return nil
}

// overQuota asks the quotas of clips, which are one for all triggers.
func (a *attempt) overQuota() *refusal {
	more := a.branch.clips
	if more == 0 {
		return nil
	}
	quota := &a.rules.settings.Clip
	if !a.operator {
		for _, r := range []struct {
			most   int
			window time.Duration
			name   string
		}{{quota.PerMinute, time.Minute, "minute"}, {quota.PerHour, time.Hour, "hour"}} {
			if r.most == 0 || a.state.clipsSince(a.clock.Add(-r.window))+len(a.out.Clips)+more <= r.most {
				continue
			}
			return &refusal{step: StepRate, detail: fmt.Sprintf("%d in the last %s%s", r.most, r.name, a.again(r.window, r.most-more-len(a.out.Clips)))}
		}
	}
	if n, active := quota.MaxActive, len(a.state.ActiveClips)-len(a.state.WaitingClips)+len(a.out.Clips); n > 0 && active+more > n {
		return &refusal{step: StepActive, detail: fmt.Sprintf("%d at work", active)}
	}
	return nil
}

// again says when no more than so many clips will be left in a window that is full;
// nothing when it never will hold more.
func (a *attempt) again(window time.Duration, left int) string {
	if left < 0 {
		return ""
	}
	var inside []time.Time
	for _, at := range a.state.ClipsRequested {
		if at.After(a.clock.Add(-window)) {
			inside = append(inside, at)
		}
	}
	if len(inside) <= left {
		return ""
	}
	slices.SortFunc(inside, time.Time.Compare)
	return ", again at " + inside[len(inside)-left-1].Add(window).UTC().Format(time.TimeOnly)
}

// isExempt reports whether the author need not wait for the trigger's cooldowns.
func (a *attempt) isExempt() bool { return a.roles.Any(a.rule.exempt) || a.rule.exempt == every }
