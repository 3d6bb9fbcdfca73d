package exports

import (
	"context"
	"fmt"
	"time"
)

// untoldAt is untold for a moment: some histories do not reach as far back as others.
func untoldAt(ctx context.Context, source PastSource, at time.Time) (func(file string) string, error) {
	since, err := source.CountersKnownSince(ctx)
	if err != nil {
		return nil, err
	}
	return func(file string) string {
		if file == FileCounters && at.Before(since) {
			return fmt.Sprintf("changes of counters are kept since %s", since.UTC().Format(time.RFC3339))
		}
		return untold(file)
	}, nil
}

// untold says why no document of a past moment can be built; empty when one can.
// Families go by their key.
func untold(file string) string {
	switch file {
	case FileClips, FilePolls, FileTallies, FileScoreboards, dirScoreSnapshots:
		return ""
	case FilePollVotes, FileTallyEvents, FileScoreEvents, FileCounters:
		return ""
	case FileJobs:
		return "only where a job stands is kept, not where it stood"
	case FileQuotas:
		return "a day's use is one sum without moments"
	case FileSnapshot:
		return "states of connections are kept as they are now, and messages are counted on when they are forgotten"
	case FileDiscord, FileIntegrations:
		return "states of connections are kept as they are now"
	case FileRateLimits:
		return "use is kept for the length of a window"
	case FileEvents, FileErrors, FileRates:
		return "telemetry is of the last minutes"
	case FilePlatforms, FileCreators, FileChatTriggers, FilePermissions:
		return "configurations of the past are not kept"
	case FileAdminActivity:
		return "it is a list with moments already"
	case FileChatEvents, dirChatLogs:
		return "chat is forgotten after its time"
	case FileVersion, FileAboutAdmin, FileAboutPublic, FileChangelog, FileRuntimeChangelog, FileRoadmap:
		return "it is about the program that runs"
	}
	return "no history of it is kept"
}
