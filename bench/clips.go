package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/temporallog"
)

const (
	clipLines    = 60 // `!clip` on the wire
	clipEvery    = 1500 * time.Millisecond
	clipSeconds  = 5               // of each of these
	appearWithin = time.Minute     // from the line to the workflow
	finishWithin = 5 * time.Minute // until all are published

	overheadClips   = 5
	overheadSeconds = 10
)

// clips asks a running standalone for clips and follows them.
type clips struct {
	bench
	standalone *standalone
	platform   platform
	store      *store.Store
	temporal   client.Client
}

func openClips(ctx context.Context, b bench, s *standalone) (*clips, error) {
	opened, err := store.Open(ctx, s.addresses.Database)
	if err != nil {
		return nil, err
	}
	temporal, err := client.DialContext(ctx, client.Options{
		HostPort: s.addresses.Temporal, Namespace: control.Namespace, Logger: temporallog.New(b.log),
	})
	if err != nil {
		opened.Close()
		return nil, fmt.Errorf("reach Temporal: %w", err)
	}
	return &clips{b, s, platform{s.addresses.Simulators.Control}, opened, temporal}, nil
}

func (c *clips) close() {
	c.temporal.Close()
	c.store.Close()
}

// asked finds the clips that these messages asked for, once all are there.
func (c *clips) asked(ctx context.Context, messages ...string) (map[string]clip.Clip, error) {
	found := map[string]clip.Clip{}
	err := await(ctx, appearWithin, 50*time.Millisecond, "every !clip has become a clip", func() (bool, error) {
		all, err := c.store.ListClips(ctx, store.ClipFilter{})
		if err != nil {
			return false, err
		}
		for _, made := range all {
			found[made.MessageID] = made
		}
		for _, id := range messages {
			if _, ok := found[id]; !ok {
				return false, nil
			}
		}
		return true, nil
	})
	return found, err
}

// started returns when a clip's workflow started, by Temporal's clock, which is this
// machine's.
func (c *clips) started(ctx context.Context, clipID string) (at time.Time, err error) {
	err = await(ctx, appearWithin, 50*time.Millisecond, "the workflow of clip "+clipID+" has started", func() (bool, error) {
		described, err := c.temporal.DescribeWorkflowExecution(ctx, control.ClipWorkflowID(clipID), "")
		if notYet := (*serviceerror.NotFound)(nil); errors.As(err, &notYet) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("ask Temporal: %w", err)
		}
		at = described.GetWorkflowExecutionInfo().GetStartTime().AsTime()
		return true, nil
	})
	return at, err
}

// finished waits until no clip is at work any more.
func (c *clips) finished(ctx context.Context) error {
	return await(ctx, finishWithin, 200*time.Millisecond, "every clip is published", func() (bool, error) {
		all, err := c.store.ListClips(ctx, store.ClipFilter{})
		if err != nil {
			return false, err
		}
		for _, made := range all {
			switch made.State {
			case clip.Failed:
				return false, fmt.Errorf("clip %s failed: %s", made.ClipID, made.Reason)
			case clip.Published:
			default:
				return false, nil
			}
		}
		return true, nil
	})
}

// encoderTime is the time that FFmpeg and FFprobe took for a clip, as the metadata
// beside it say.
func (c *clips) encoderTime(clipID string) (time.Duration, error) {
	var meta struct {
		Seconds float64 `json:"ffmpeg_seconds"`
	}
	text := readText(filepath.Join(c.standalone.dir.ClipsOutput(), clipID+".json"))
	if err := json.Unmarshal([]byte(text), &meta); err != nil || meta.Seconds <= 0 {
		return 0, fmt.Errorf("read the metadata of clip %s: no ffmpeg_seconds: %w", clipID, err)
	}
	return time.Duration(meta.Seconds * float64(time.Second)), nil
}
