package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgconn"
)

// OlderSchemaError says that migrations are missing.
type OlderSchemaError struct {
	Found int32 // version of the database; 0 when there is no schema
	Known int32 // newest version that this program knows
}

// Error implements error.
func (e *OlderSchemaError) Error() string {
	return fmt.Sprintf("the database has schema version %d, this program needs %d", e.Found, e.Known)
}

// CheckSchema compares the database's schema with what this program needs. It
// changes nothing. The error is an *OlderSchemaError or a *NewerSchemaError.
func (s *Store) CheckSchema(ctx context.Context) error {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return fmt.Errorf("list the migrations: %w", err)
	}
	known := int32(len(names))
	var found int32
	err = s.pool.QueryRow(ctx, `select version from `+versionTable).Scan(&found)
	var missing *pgconn.PgError
	if errors.As(err, &missing) && (missing.Code == "42P01" || missing.Code == "3F000") { // undefined table, undefined schema
		return &OlderSchemaError{Known: known}
	}
	switch {
	case err != nil:
		return fmt.Errorf("read the schema's version: %w", err)
	case found < known:
		return &OlderSchemaError{Found: found, Known: known}
	case found > known:
		return &NewerSchemaError{Found: found, Known: known}
	default:
		return nil
	}
}
