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
	about      string
	// also are further names in the trees that readers look into; the canonical tree
	// has only file.
	also []string
	// build makes the document from the rows.
	build func(context.Context, *collector, Settings) ([]byte, error)
}

// catalog lists every document but the manifest and the families. The order is that in which they are written.
func catalog() []kind {
	return []kind{
		{file: FileJobs, visibility: DashboardOnly, about: "Job ledger and last firing of each trigger", build: buildJobs},
		{file: FileQuotas, visibility: DashboardOnly, about: "What creators used of the platforms' daily quotas", build: buildQuotas},
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
	}
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
		if k.heartbeat {
			files = append(files, k.file)
		}
	}
	return files
}
