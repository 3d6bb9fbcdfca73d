package exports

import (
	"context"
	"slices"
)

// kind is one document that every runtime writes: where, for whom, and how it is
// made.
type kind struct {
	file       string
	visibility Visibility
	heartbeat  bool // written with the snapshot, in its rhythm
	// live documents follow what nobody is notified of, such as chat, connections and
	// the configuration: they are looked at with the snapshot, and written when they
	// changed.
	live bool
	// progresses says that the document is looked at with the snapshot as well, when
	// somebody knows how far things are.
	progresses bool
	// follows are the kinds of rows that the document tells of, when notices tell them
	// apart.
	follows topic
	about   string
	// also are further names in the trees that readers look into; the canonical tree
	// has only file.
	also []string
	// build makes the document from the rows.
	build func(context.Context, *collector, Settings) ([]byte, error)
}

// catalog lists every document but the manifest and the families. The order is that in which they are written.
func catalog() []kind {
	return []kind{
		{
			file: FileJobs, visibility: DashboardOnly, progresses: true, follows: clipRows | triggerRows,
			about: "Job ledger and last firing of each trigger", build: buildJobs,
		},
		{file: FilePlatforms, visibility: Public, about: "What the runtime can do on each platform, and whether it is switched on", build: buildPlatforms},
		{file: FileQuotas, visibility: DashboardOnly, follows: quotaRows, about: "What creators used of the platforms' daily quotas", build: buildQuotas},
		{
			file: FilePollVotes, visibility: DashboardOnly, also: []string{"poll_votes.json"},
			about: "The newest votes", build: buildPollVotes,
		},
		{
			file: FileTallyEvents, visibility: DashboardOnly, also: []string{"tally_events.json"},
			about: "The newest changes of tallies", build: buildTallyEvents,
		},
		{
			file: FileScoreEvents, visibility: DashboardOnly, also: []string{"score_events.json"},
			about: "The newest changes of scores", build: buildScoreEvents,
		},
		{
			file: FileSnapshot, visibility: DashboardOnly, heartbeat: true,
			about: "State of the whole runtime, rewritten every ten seconds", build: buildSnapshot,
		},
		{file: FileVersion, visibility: Public, about: "Version and build", build: fromRelease(BuildVersion)},
		{file: FileAboutAdmin, visibility: Public, about: "About box of the desktop console", build: fromRelease(BuildAboutAdmin)},
		{file: FileAboutPublic, visibility: Public, about: "About box for viewers", build: fromRelease(BuildAboutPublic)},
		{file: FileChangelog, visibility: Public, about: "What changed, the newest first", build: fromRelease(BuildChangelog)},
		{file: FileRuntimeChangelog, visibility: Public, about: "What changed in the runtime, as a bare list", build: fromRelease(BuildRuntimeChangelog)},
		{file: FileRoadmap, visibility: Public, about: "What is planned, and how far it is", build: fromRelease(BuildRoadmap)},
		{file: FileEvents, visibility: Public, heartbeat: true, about: "What happened lately, in words", build: buildEvents},
		{file: FileErrors, visibility: Public, heartbeat: true, about: "What went wrong lately, by subsystem and type", build: buildErrors},
		{file: FileRates, visibility: Public, heartbeat: true, about: "What was counted in the last minute and in the last five", build: buildRates},
		{file: FileDiscord, visibility: DashboardOnly, heartbeat: true, about: "State of the Discord connection", build: buildDiscord},
		{
			file: FileCreators, visibility: DashboardOnly, live: true, also: []string{"creators.json"},
			about: "Creators and where they are served", build: buildCreators,
		},
		{
			file: FileChatTriggers, visibility: DashboardOnly, live: true, also: []string{"chat_triggers.json"},
			about: "Triggers in force, with what chat laid over them", build: buildChatTriggers,
		},
		{
			file: FileRateLimits, visibility: DashboardOnly, live: true, also: []string{"rate_limits.json"},
			about: "Limits of accounts and creators, and how near they are", build: buildRateLimits,
		},
		{
			file: FileIntegrations, visibility: InternalOnly, live: true, also: []string{"integrations.json"},
			about: "Accounts and services that the runtime stands on", build: buildIntegrations,
		},
		{
			file: FilePermissions, visibility: InternalOnly, live: true, also: []string{"permissions.json"},
			about: "Who may use which triggers, and for whom accounts act", build: buildPermissions,
		},
		{
			file: FileCounters, visibility: DashboardOnly, live: true,
			about: "What the counters stand at that chat shows and changes", build: buildCounters,
		},
		{
			file: FileAdminActivity, visibility: DashboardOnly, live: true,
			about: "What people changed, and which configurations were taken in", build: buildAdminActivity,
		},
		{
			file: FileChatEvents, visibility: DashboardOnly, live: true, also: []string{"chat_events.json"},
			about: "The newest messages that triggered something", build: buildChatEvents,
		},
	}
}

// withSnapshot reports whether the document is looked at with the snapshot.
func (k kind) withSnapshot() bool { return k.heartbeat || k.live }

// tellsOf are the kinds of rows that the document tells of.
func (k kind) tellsOf() topic {
	if k.follows == 0 {
		return otherRows
	}
	return k.follows
}

// kindOf finds a document's kind by its name.
func kindOf(file string) (kind, bool) {
	all := catalog()
	if i := slices.IndexFunc(all, func(k kind) bool { return k.file == file }); i >= 0 {
		return all[i], true
	}
	return kind{}, false
}

// document builds a document of that kind.
func (k kind) document(ctx context.Context, c *collector, s Settings) (Document, error) {
	data, err := k.build(ctx, c, s)
	if err != nil {
		return Document{}, err
	}
	return Document{File: k.file, Visibility: k.visibility, Heartbeat: k.heartbeat, Also: k.also, Data: data}, nil
}

// heartbeats are the files that are written with the snapshot.
func heartbeats() []string {
	var files []string
	for _, k := range catalog() {
		if k.withSnapshot() {
			files = append(files, k.file)
		}
	}
	return files
}
