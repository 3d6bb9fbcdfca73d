package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-rod/rod/lib/launcher"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/media"
)

// Below these amounts of free space capture and clips run out soon: five
// minutes of a 6 Mbit/s stream are 225 MB.
const (
	diskFails = 1 << 30
	diskWarns = 5 << 30
)

// verdict of one check.
type verdict string

const (
	passed verdict = "ok"
	warned verdict = "warning"
	failed verdict = "failed"
)

// finding is what one check found, and how to mend it.
type finding struct {
	Check   string  `json:"check"`
	Verdict verdict `json:"verdict"`
	Found   string  `json:"found"`
	Remedy  string  `json:"remedy,omitempty"`
}

func (r *root) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check FFmpeg, Chromium, Postgres, Temporal, disk and configuration",
		Long: `Checks everything that StreamSuites needs and says how to mend what is missing.
Ends with status 1 if a check failed.`,
		Args: noArgs,
	}
	format := output.Flag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
		defer cancel()
		target, err := r.target()
		if err != nil {
			return err
		}
		findings := append([]finding{
			checkFFmpeg(ctx, target), checkChromium(), r.checkPostgres(ctx, target), r.checkTemporal(ctx, target), checkDisk(target),
		}, append(checkSources(ctx, target), checkConfiguration(ctx, target)...)...)
		if *format == output.JSON {
			err = output.WriteJSON(cmd.OutOrStdout(), findings)
		} else {
			err = printFindings(cmd, findings)
		}
		if err != nil {
			return err
		}
		for _, f := range findings {
			if f.Verdict == failed {
				return errSilent
			}
		}
		return nil
	}
	return cmd
}

func printFindings(cmd *cobra.Command, findings []finding) error {
	rows := make([][]string, 0, len(findings))
	for _, f := range findings {
		rows = append(rows, []string{f.Check, string(f.Verdict), f.Found})
		if f.Remedy != "" {
			rows = append(rows, []string{"", "", "→ " + f.Remedy})
		}
	}
	return output.Table(cmd.OutOrStdout(), []string{"CHECK", "VERDICT", "FOUND"}, rows)
}

func checkFFmpeg(ctx context.Context, target connect.Target) finding {
	const remedy = "install FFmpeg 4.4 or newer (Debian, Ubuntu: apt install ffmpeg; macOS: brew install ffmpeg), or name it in system.json: clips.encoding.ffmpeg_path"
	configured := ""
	if cfg, _, err := config.Load(ctx, config.Options{StateDir: target.Dir.String()}); err == nil {
		configured = cfg.System.Clips.FFmpeg
	}
	tools, err := media.LookTools(configured)
	if err != nil {
		return finding{"FFmpeg", failed, err.Error(), remedy}
	}
	version, err := tools.Check(ctx)
	if err != nil {
		return finding{"FFmpeg", failed, err.Error(), remedy}
	}
	return finding{"FFmpeg", passed, version.Text + " at " + tools.FFmpeg, ""}
}

func checkChromium() finding {
	path, found := launcher.LookPath()
	if !found {
		return finding{
			"Chromium", warned, "not installed; only platforms that are driven by a browser need it",
			"install it (Debian: apt install chromium; macOS: brew install --cask chromium)",
		}
	}
	return finding{"Chromium", passed, path, ""}
}

func (r *root) checkPostgres(ctx context.Context, target connect.Target) finding {
	const remedy = "start bin/standalone with this --state-dir, or set DATABASE_URL to a Postgres 12 or newer"
	s, err := target.Store(ctx)
	if errors.Is(err, connect.ErrNoDatabase) {
		return finding{"Postgres", warned, "none is configured and no standalone runs", remedy}
	}
	if err != nil {
		return finding{"Postgres", failed, err.Error(), remedy}
	}
	defer s.Close()
	if err := s.CheckSchema(ctx); err != nil {
		return finding{"Postgres", failed, err.Error(), "run `streamsuites setup`"}
	}
	return finding{"Postgres", passed, "reachable, schema up to date", ""}
}

func (r *root) checkTemporal(ctx context.Context, target connect.Target) finding {
	view := r.temporalStatus(ctx, target)
	if !view.OK {
		return finding{"Temporal", failed, view.Error, "start bin/standalone with this --state-dir, or set TEMPORAL_ADDRESS to a Temporal server"}
	}
	return finding{"Temporal", passed, "reachable at " + view.Where, ""}
}

func checkDisk(target connect.Target) finding {
	path := target.Dir.String()
	if _, err := os.Stat(path); err != nil {
		return finding{"disk", warned, fmt.Sprintf("the state directory %s does not exist yet", path), "it is made by the first start"}
	}
	usage, err := disk.Usage(path)
	if err != nil {
		return finding{"disk", failed, err.Error(), "check that the state directory can be read"}
	}
	found := fmt.Sprintf("%.1f GiB free of %.1f GiB below %s", float64(usage.Free)/(1<<30), float64(usage.Total)/(1<<30), path)
	const remedy = "free some space: without it captures stop, clips fail and Postgres cannot write"
	switch {
	case usage.Free < diskFails:
		return finding{"disk", failed, found, remedy}
	case usage.Free < diskWarns:
		return finding{"disk", warned, found, remedy}
	default:
		return finding{"disk", passed, found, ""}
	}
}

func checkConfiguration(ctx context.Context, target connect.Target) []finding {
	_, problems, err := config.Load(ctx, config.Options{StateDir: target.Dir.String()})
	findings := make([]finding, 0, len(problems)+1)
	for _, p := range problems {
		v := warned
		if p.Severity == config.Fatal {
			v = failed
		}
		remedy := p.Remedy
		p.Remedy = "" // it stands on a line of its own
		findings = append(findings, finding{"configuration", v, p.String(), remedy})
	}
	if err != nil && len(problems) == 0 {
		findings = append(findings, finding{"configuration", failed, err.Error(), "run `streamsuites config validate`"})
	}
	if len(findings) == 0 {
		findings = append(findings, finding{"configuration", passed, "valid: " + target.Dir.Config(), ""})
	}
	return findings
}
