package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ReloadState says what became of a configuration.
type ReloadState string

// The states.
const (
	ReloadStarted ReloadState = "started" // a process began with it
	ReloadTaken   ReloadState = "taken"   // it changed and is in force
	ReloadRefused ReloadState = "refused" // it changed and is not valid: the one before is in force
)

// Reload is a host's newest look at its configuration.
type Reload struct {
	Host    string
	At      time.Time
	State   ReloadState
	Version string   // of the configuration in force
	Seen    string   // hash of the documents that were looked at
	Files   []string // that had changed, as people read them
	Problem string   // why it was refused, one mistake a line
	Restart []string // settings that only a restart takes in
}

// SaveReload writes a host's newest look, and a runtime event when it is not the
// one that another process of the host has written. It reports whether it is new.
func (s *Store) SaveReload(ctx context.Context, r Reload) (fresh bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		row := tx.QueryRow(ctx, `
			insert into reloads as r (host, at, state, version, seen, files, problem, restart)
			values ($1, $2, $3, $4, $5, coalesce($6::text[], '{}'), $7, coalesce($8::text[], '{}'))
			on conflict (host) do update set at = excluded.at, state = excluded.state, version = excluded.version, seen = excluded.seen,
				files = excluded.files, problem = excluded.problem, restart = excluded.restart
			where (r.state, r.version, r.seen, r.restart) is distinct from (excluded.state, excluded.version, excluded.seen, excluded.restart)
			returning true`,
			r.Host, storable(r.At), string(r.State), r.Version, r.Seen, cleanTexts(r.Files), cleanText(r.Problem), cleanTexts(r.Restart))
		if err := row.Scan(&fresh); err != nil {
			if errors.Is(err, pgx.ErrNoRows) {
				return nil // another process of the host has said it
			}
			return err
		}
		event, worth := r.news()
		if !worth {
			return nil
		}
		var batch pgx.Batch
		queueRuntimeEvent(&batch, event)
		return tx.SendBatch(ctx, &batch).Close()
	})
	if err != nil {
		return false, fmt.Errorf("save what became of the configuration of host %s: %w", r.Host, err)
	}
	return fresh, nil
}

// What reloads are told as; see RuntimeEvent.PublicMessage.
const (
	sourceReload  = "hot_reload"
	reloadRefused = "The changed configuration is not valid and the one before stays in force: "
)

// news is the event for a look at changed files.
func (r Reload) news() (RuntimeEvent, bool) {
	e := RuntimeEvent{At: r.At, Source: sourceReload, Severity: SeverityInfo}
	files := strings.Join(r.Files, ", ")
	switch r.State {
	case ReloadTaken:
		e.Message = "The changed configuration is in force: " + files
		if len(r.Restart) > 0 {
			e.Severity, e.Message = SeverityWarning, e.Message+"; only a restart takes in "+strings.Join(r.Restart, ", ")
		}
	case ReloadRefused:
		first, rest, more := strings.Cut(r.Problem, "\n")
		e.Severity, e.Message = SeverityError, reloadRefused+files+": "+first
		if more {
			e.Message += fmt.Sprintf(" (and %d more)", strings.Count(rest, "\n")+1)
		}
	default:
		return e, false
	}
	return e, true
}

// Reloads returns the newest look of every host, by host.
func (s *Store) Reloads(ctx context.Context) ([]Reload, error) {
	rows, _ := s.pool.Query(ctx, `select host, at, state, version, seen, files, problem, restart from reloads order by host`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Reload, err error) {
		err = row.Scan(&r.Host, &r.At, &r.State, &r.Version, &r.Seen, &r.Files, &r.Problem, &r.Restart)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what became of the configurations: %w", err)
	}
	return found, nil
}

// cleanText is a text that Postgres takes: file names can hold anything.
func cleanText(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "�")
}

func cleanTexts(texts []string) []string {
	cleaned := make([]string, len(texts))
	for i, text := range texts {
		cleaned[i] = cleanText(text)
	}
	return cleaned
}
