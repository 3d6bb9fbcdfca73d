package main

import "fmt"

// throughput is how much chat the data plane takes in.
func throughput(turns []turn) Figure {
	var speeds, references []float64
	var details []string
	for i, p := range turns {
		one := p.own
		speeds, references = append(speeds, one.perSecond()), append(references, one.referencePerSecond())
		micro := func(seconds float64) string { return number(1e6 * seconds / float64(one.rows)) }
		details = append(details, fmt.Sprintf("Run %d: %s messages in %s s, %s lines/s, in %d commits of %s rows on average; COPY alone %s rows/s. "+
			"Processor time for each message: load generator %s µs (%s s in all, %s %% of one core), data plane %s µs, Postgres %s µs. %s %s",
			i+1, number(float64(one.rows)), number(one.took.Seconds()), number(one.perSecond()), one.commits, number(float64(one.eachCommit())),
			number(one.referencePerSecond()), micro(one.sent.CPU.Seconds()), number(one.sent.CPU.Seconds()),
			number(100*one.sent.CPU.Seconds()/one.took.Seconds()), micro(one.ingestCPU.Seconds()), micro(one.dbCPU.Seconds()), one.answers, one.others))
	}
	return Figure{
		Name: "ingest.lines_per_second", Value: median(speeds), Unit: "lines/s", Target: 50_000,
		Reference: median(references), ReferenceIs: copyIs + " Median.",
		How: fmt.Sprintf("Real Twitch chat with fresh ids and times, spread over %d creators with %d triggers each, from the first byte handed to TLS in the load generator's "+
			"process until all of it is committed in Postgres and every queue is empty; then rows and decisions are counted. One connection, one bot account, the parts put "+
			"together as in the ingest role, names and texts recorded, durable Postgres settings, an empty table at the beginning. %s The generator stays at most %s messages "+
			"ahead of what is committed. Only chat messages count; bans and subscriptions between them are sent and stored, too. Median of %d runs, after one that does not count.",
			creators, len(newRepertoire().triggers), loadIs, number(ahead), len(turns)),
		Details: details,
	}
}

const copyIs = "the same rows taken out of the table and copied into it again in the same run by pgx's COPY alone, under the same primary key and " +
	"indexes, in transactions of as many rows as the run's commits had on average, with `synchronous_commit` off as for plain chat."

// loadIs says what the load triggers, and how.
var loadIs = fmt.Sprintf("A creator's triggers are 200 keywords, 50 commands and 50 patterns, %d of them without a literal of three characters (`bench/load`), with cooldowns of 5 "+
	"to 30 s for everybody and up to 60 s for each user, some with roles, each with a response; none of them matches any of the real lines, which a test checks. What is said in "+
	"every %dth chat message is replaced by a text that matches exactly one of them, the popular ones more often (weight 1/(rank + 10)), always in the same order; so 1 %% of the "+
	"messages trigger, and as many decisions must be in the database after each run. Answers are rows of the outbox like any others: the account's budget lets 100 be "+
	"said in 30 s, and the rest expires 30 s after its message. The next run begins when the outbox is empty.", scans, every)

// copyRatio is the throughput beside what the database can do at most.
func copyRatio(turns []turn) Figure {
	var ratios []float64
	for _, p := range turns {
		ratios = append(ratios, p.own.ofCopy())
	}
	return Figure{
		Name: "ingest.ratio_to_copy", Value: median(ratios), Unit: "of COPY", Target: 0.40,
		How:     "Each run's lines/s divided by the rows/s of its own reference: " + copyIs + " Median.",
		Details: []string{fmt.Sprintf("Runs: %s.", list(ratios))},
	}
}

// peakMemory is how much memory the data plane needed.
func peakMemory(turns []turn) Figure {
	var resident, heap []float64
	for _, p := range turns {
		resident, heap = append(resident, p.own.memory.resident), append(heap, p.own.memory.heap)
	}
	return Figure{
		Name: "ingest.peak_rss_mb", Value: percentile(resident, 100), Unit: "MB",
		How: "The most memory that the data plane's process held at once during the runs for `ingest.lines_per_second` (`VmHWM`, reset before each run). What waits to be committed " +
			"is bounded: 16 MiB for each lane and 128 MiB for all together; triggers, cooldowns and the messages seen last come on top, and the benchmark itself.",
		Details: []string{fmt.Sprintf("Runs: %s MB resident; heap with garbage not yet collected, sampled every 10 ms: at most %s MB.", list(resident), list(heap))},
	}
}
