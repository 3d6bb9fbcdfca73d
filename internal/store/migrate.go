package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"
	"github.com/rs/zerolog"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrationLock is the advisory lock under which one process at a time migrates.
const migrationLock = 0x73737569 // "ssui"

// versionTable is where the number of the last migration is kept.
const versionTable = schema + ".schema_version"

// NewerSchemaError says that the database was migrated by a newer version of the
// program than this one, which therefore must not touch it.
type NewerSchemaError struct {
	Found int32 // version of the database
	Known int32 // newest version that this program knows
}

// Error implements error.
func (e *NewerSchemaError) Error() string {
	return fmt.Sprintf("the database has schema version %d, this program knows versions up to %d: start a newer program", e.Found, e.Known)
}

// Migrate creates the schema and brings it to the newest version, whichever it
// has. Any number of processes may call it at once: they take turns.
func Migrate(ctx context.Context, databaseURL string, log zerolog.Logger) error {
	conn, err := connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer hangUp(ctx, conn)
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return fmt.Errorf("open the migrations: %w", err)
	}
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, migrationLock); err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	if err := migrateTo(ctx, conn, files, newest, log); err != nil {
		return err
	}
	var now time.Time
	if err := conn.QueryRow(ctx, `select now()`).Scan(&now); err != nil {
		return fmt.Errorf("ask the database for the time: %w", err)
	}
	return ensurePartitions(ctx, conn, now)
}

// newest asks migrateTo for the last version there is.
const newest int32 = -1

func migrateTo(ctx context.Context, conn *pgx.Conn, files fs.FS, version int32, log zerolog.Logger) error {
	if _, err := conn.Exec(ctx, `create schema if not exists `+schema); err != nil {
		return fmt.Errorf("create the schema: %w", err)
	}
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if err := m.LoadMigrations(files); err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	known := int32(len(m.Migrations))
	found, err := m.GetCurrentVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if found > known {
		return &NewerSchemaError{Found: found, Known: known}
	}
	m.OnStart = func(_ int32, name, _, _ string) {
		log.Info().Str("migration", name).Msg("Migrating the database")
	}
	if version == newest {
		version = known
	}
	if err := m.MigrateTo(ctx, version); err != nil {
		return fmt.Errorf("migrate the database from version %d: %w", found, err)
	}
	return nil
}
