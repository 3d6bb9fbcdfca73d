package ingest

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// load takes over what the creator's rows say.
func (l *lane) load(st store.LaneState) {
	state := stateOf(st)
	for id := range l.taken {
		state.TakenClips[id] = struct{}{}
	}
	l.machine = l.start(st.Config, state)
	l.hide = !l.machine.Settings().RecordTexts
	l.lookOnAir()
	l.seen.Clear()
	for i := len(st.Recent) - 1; i >= 0; i-- { // oldest first, the newest stay longest
		l.seen.add(st.Recent[i].Platform, st.Recent[i].MessageID)
	}
	l.nextSeq = st.NextSeq
	l.kept.restart(st.NextSeq)
}

// stateOf is the state that a lane's rows describe.
func stateOf(st store.LaneState) *trigger.State {
	s := trigger.NewState()
	s.Clock, s.Streams, s.StreamRef = st.Clock, st.Live, st.StreamRef
	s.ClipsRequested, s.Paused = st.ClipsRequested, st.Paused
	for _, c := range st.Cooldowns {
		s.Reserve(trigger.Cooldown(c))
	}
	for _, id := range st.ActiveClips {
		s.ActiveClips[id] = struct{}{}
	}
	for _, id := range st.WaitingClips {
		s.WaitingClips[id] = struct{}{}
	}
	for _, m := range st.Moments {
		s.AddMoment(trigger.Moment{ClipID: m.ClipID, At: m.At, Over: clip.State(m.Over), URL: m.URL})
	}
	for _, a := range st.Asked {
		s.AddAsked(trigger.Asked{
			ClipID: a.ClipID, UserKey: a.UserKey, Platform: a.Platform, Channel: a.Channel, MessageID: a.MessageID, Name: a.Name, At: a.At,
		})
	}
	for _, o := range st.Overlays {
		s.Overlays[o.TriggerID] = trigger.Overlay{TriggerID: o.TriggerID, Patch: o.Patch, By: o.By, At: o.At}
	}
	for _, c := range st.ChatCounters {
		s.Counters[c.Name] = c.Value
	}
	for _, p := range st.Points {
		s.Points[p.UserKey] = p.Points
	}
	for _, u := range st.Uses {
		s.AddUse(trigger.Use{
			TriggerID: u.TriggerID, UserKey: u.UserKey, Total: u.Total, StreamRef: u.StreamRef, StreamTotal: u.StreamTotal,
		})
	}
	for _, v := range st.Votes {
		s.AddVote(trigger.Vote(v))
	}
	for _, p := range st.Spends {
		s.AddSpend(trigger.Spend(p))
	}
	return s
}

// start makes a machine that goes on under the configuration in force. Where there
// is none, or a program that thought differently has left one that cannot be used,
// the host's own has to do, which was checked.
func (l *lane) start(config *store.Config, state *trigger.State) *trigger.Machine {
	if config != nil {
		machine, err := l.machineOf(config, state)
		if err == nil {
			return machine
		}
		l.log.Error().Err(err).Str("config", config.Hash).Msg("the configuration in force cannot be used any more")
	}
	machine, err := trigger.NewMachine(l.host.take().settings, state)
	if err != nil {
		panic(fmt.Sprintf("ingest: settings that were checked cannot be compiled: %v", err))
	}
	return machine
}

func (l *lane) machineOf(config *store.Config, state *trigger.State) (*trigger.Machine, error) {
	if mine := l.host.take(); mine.hash == config.Hash {
		return trigger.NewMachine(mine.settings, state)
	}
	var settings trigger.Settings
	if err := json.Unmarshal(config.Settings, &settings); err != nil {
		return nil, fmt.Errorf("read the configuration %s: %w", config.Hash, err)
	}
	return trigger.NewMachine(settings, state)
}

// follow does what an effect asks of the lane itself. l.mu is held.
func (l *lane) follow(e *trigger.Effects) {
	if e.StreamLive != nil || e.StreamOver != nil {
		l.lookOnAir()
		s := l.machine.State()
		l.open.commit.Live = &store.Live{Streams: slices.Clone(s.Streams), Ref: s.StreamRef}
	}
	if e.Config != nil {
		l.open.hidden = l.open.hidden || l.hide
		l.hide = !e.Config.RecordTexts
		l.log.Info().Str("config", l.machine.Rules().Hash()).Int("triggers", len(e.Config.Triggers)).Msg("a configuration is in force")
		l.report()
		if len(l.onAir) == 0 {
			l.machine.Rest()
		}
	}
}

// report logs what is wrong with single triggers.
func (l *lane) report() {
	for _, p := range l.machine.Rules().Problems() {
		l.log.Warn().Str("trigger", p.TriggerID).Str("problem", p.Text).Msg("a trigger needs attention")
	}
}
