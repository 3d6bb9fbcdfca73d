package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/media"
)

// measureStart measures the time from `!clip` in chat to a started workflow.
func (c *clips) measureStart(ctx context.Context) (Figure, error) {
	said := make(map[string]time.Time, clipLines)
	var messages []string
	for i := range clipLines {
		began := time.Now()
		id, err := c.platform.say(ctx, fmt.Sprintf("bench_%03d", i), fmt.Sprintf("!clip %d Benchmark %d", clipSeconds, i))
		if err != nil {
			return Figure{}, err
		}
		said[id], messages = began, append(messages, id)
		// Not in step with what happens every second or half of one.
		if err := pause(ctx, clipEvery+time.Duration(i*137%400-200)*time.Millisecond); err != nil {
			return Figure{}, err
		}
	}
	asked, err := c.asked(ctx, messages...)
	if err != nil {
		return Figure{}, err
	}
	var took []time.Duration
	for _, id := range messages {
		at, err := c.started(ctx, asked[id].ClipID)
		if err != nil {
			return Figure{}, err
		}
		took = append(took, at.Sub(said[id]))
	}
	c.say("clip start: p50 %s ms, p99 %s ms", number(milliseconds(percentile(took, 50))), number(milliseconds(percentile(took, 99))))
	if err := c.finished(ctx); err != nil {
		return Figure{}, err
	}
	reference, err := c.startBare(ctx)
	if err != nil {
		return Figure{}, err
	}
	return startFigure(took, reference), nil
}

func startFigure(took, reference []time.Duration) Figure {
	return Figure{
		Name: "clip.start_p99_ms", Value: milliseconds(percentile(took, 99)), Unit: "ms", Target: 1000, Lower: true,
		Reference: milliseconds(percentile(reference, 99)),
		ReferenceIs: fmt.Sprintf("99th percentile of %d calls that start a bare workflow on the same server, from call to answer, when no clip is at work any more. "+
			"A clip's way has three such writes one after the other: the signal to the session, the session's task, the clip's start.", len(reference)),
		How: fmt.Sprintf("%d times `!clip %d …` by %d moderators in the demo's chat, one every %s on average, while their clips are cut and published and the demo's chat goes "+
			"on: from just before the line is handed to the simulated platform until the start time that Temporal gives the clip's workflow. By nearest rank, so of %d it is "+
			"the longest. The line goes through chat over TLS, lane, commit, outbox, the signal to the creator's session, and its start of a child.",
			len(took), clipSeconds, len(took), clipEvery, len(took)),
		Details: []string{fmt.Sprintf("Median %s ms, 90th percentile %s ms; bare workflow: median %s ms.", number(milliseconds(percentile(took, 50))),
			number(milliseconds(percentile(took, 90))), number(milliseconds(percentile(reference, 50))))},
	}
}

// startBare starts workflows that nobody works on, ends them, and returns how long
// each start took.
func (c *clips) startBare(ctx context.Context) ([]time.Duration, error) {
	var took []time.Duration
	for i := range clipLines {
		began := time.Now()
		run, err := c.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID: fmt.Sprintf("benchmark:%d", i), TaskQueue: "benchmark", WorkflowExecutionTimeout: time.Minute,
		}, "Benchmark")
		took = append(took, time.Since(began))
		if err != nil {
			return nil, fmt.Errorf("start a bare workflow: %w", err)
		}
		if err := c.temporal.TerminateWorkflow(ctx, run.GetID(), run.GetRunID(), "measured"); err != nil {
			return nil, fmt.Errorf("end a bare workflow: %w", err)
		}
	}
	return took, nil
}

// clipTimes is where the time of one clip went.
type clipTimes struct {
	total  time.Duration // queued to published
	span   time.Duration // of that, until the segment with the span's end was over
	ffmpeg time.Duration

	// What remains, by the states: until encoding, until encoded, until uploading,
	// until published.
	source, around, hold, publish time.Duration
}

// overhead is what is left of the total.
func (t clipTimes) overhead() time.Duration { return t.total - t.span - publishDelay - t.ffmpeg }

// String tells it for people.
func (t clipTimes) String() string {
	s := func(d time.Duration) string { return number(d.Seconds()) + " s" }
	return fmt.Sprintf("queued to published %s: %s until the segment with the span's end was over, %s FFmpeg, %s publish delay, %s overhead. Of the overhead, %s from there "+
		"until the recording held it, %s around FFmpeg, %s around the delay, %s to publish.",
		s(t.total), s(t.span), s(t.ffmpeg), s(publishDelay), s(t.overhead()), s(t.source), s(t.around), s(t.hold), s(t.publish))
}

// timesOf works a clip's times out of its history.
func timesOf(history []clip.Change, end time.Time, ffmpeg time.Duration) (clipTimes, error) {
	at := map[clip.State]time.Time{}
	for _, change := range history {
		at[change.State] = change.At
	}
	for _, state := range []clip.State{clip.Queued, clip.Encoding, clip.Encoded, clip.Uploading, clip.Published} {
		if at[state].IsZero() {
			return clipTimes{}, fmt.Errorf("the history of the clip does not say when it was %s", state)
		}
	}
	t := clipTimes{total: at[clip.Published].Sub(at[clip.Queued]), span: max(0, end.Sub(at[clip.Queued])), ffmpeg: ffmpeg}
	t.source = at[clip.Encoding].Sub(at[clip.Queued]) - t.span
	t.around = at[clip.Encoded].Sub(at[clip.Encoding]) - ffmpeg
	t.hold = at[clip.Uploading].Sub(at[clip.Encoded]) - publishDelay
	t.publish = at[clip.Published].Sub(at[clip.Uploading])
	return t, nil
}

// measureOverhead measures what is added to a clip's making, one after the other.
func (c *clips) measureOverhead(ctx context.Context) (Figure, error) {
	var overheads, encodes []float64
	details := make([]string, 0, overheadClips)
	for i := range overheadClips {
		t, err := c.makeOne(ctx, i)
		if err != nil {
			return Figure{}, err
		}
		overheads, encodes = append(overheads, t.overhead().Seconds()), append(encodes, t.ffmpeg.Seconds())
		details = append(details, fmt.Sprintf("Clip %d, %s", i+1, t))
		c.say("%s", details[i])
	}
	return Figure{
		Name: "clip.overhead_s", Value: median(overheads), Unit: "s", Target: 1, Lower: true,
		Reference: median(encodes), ReferenceIs: "what FFmpeg and FFprobe took for the same clips. Median.",
		How: fmt.Sprintf("`!clip %d …` in the demo's chat, %d times one after the other; clips go to the folder. By the times in `clip_state_history`: published − queued, less (1) the "+
			"time until the source's segment with the span's end is over (a clip ends after its command, and a segment of two seconds is delivered whole); (2) the publish delay of %s that the demo is configured with; (3) the time that FFmpeg "+
			"and FFprobe ran, `ffmpeg_seconds` in the metadata beside the clip. What remains is the workflow, the source's delivery of that segment and the "+
			"polls for it, hashing, flushing and copying files. Median.",
			overheadSeconds, overheadClips, publishDelay),
		Details: details,
	}, nil
}

// makeOne asks for one clip and waits until it is published.
func (c *clips) makeOne(ctx context.Context, i int) (clipTimes, error) {
	message, err := c.platform.say(ctx, fmt.Sprintf("bench_one_%d", i), fmt.Sprintf("!clip %d Benchmark", overheadSeconds))
	if err != nil {
		return clipTimes{}, err
	}
	asked, err := c.asked(ctx, message)
	if err != nil {
		return clipTimes{}, err
	}
	if err := c.finished(ctx); err != nil {
		return clipTimes{}, err
	}
	made := asked[message]
	history, err := c.store.ClipHistory(ctx, made.ClipID)
	if err != nil {
		return clipTimes{}, err
	}
	ffmpeg, err := c.encoderTime(made.ClipID)
	if err != nil {
		return clipTimes{}, err
	}
	delivered, err := c.deliverable(made)
	if err != nil {
		return clipTimes{}, err
	}
	return timesOf(history, delivered, ffmpeg)
}

// deliverable is when the source can have delivered a clip's end at the earliest:
// the end of the segment that holds it, since a segment is delivered whole.
func (c *clips) deliverable(made clip.Clip) (time.Time, error) {
	folders, err := filepath.Glob(filepath.Join(c.standalone.dir.Capture(), made.CreatorID, "*"))
	if err != nil {
		return time.Time{}, fmt.Errorf("look for the recording of clip %s: %w", made.ClipID, err)
	}
	for _, folder := range folders {
		index, err := media.OpenIndex(folder)
		if err != nil {
			return time.Time{}, fmt.Errorf("read the recording of clip %s: %w", made.ClipID, err)
		}
		for _, segment := range index.Segments() {
			if segment.Start.Before(made.End) && !segment.End().Before(made.End) {
				return segment.End(), nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("the recording does not hold the end of clip %s", made.ClipID)
}
