package store

import (
	"context"
	"io/fs"
	"time"

	"github.com/rs/zerolog"
)

// Setting returns a setting of the committer's session.
func (c *Committer) Setting(ctx context.Context, name string) (value string, err error) {
	err = c.conn.QueryRow(ctx, `select current_setting($1)`, name).Scan(&value)
	return value, err
}

// MigrateTo migrates a database to a certain version only.
func MigrateTo(ctx context.Context, databaseURL string, version int32) error {
	conn, err := connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer hangUp(ctx, conn)
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	return migrateTo(ctx, conn, files, version, zerolog.Nop())
}

// Migrations counts the migrations.
func Migrations() (int, error) {
	files, err := fs.Glob(migrationFiles, "migrations/*.sql")
	return len(files), err
}

// Within gives the statements under ctx another limit.
func Within(ctx context.Context, limit time.Duration) context.Context {
	return context.WithValue(ctx, limitKey{}, limit)
}
