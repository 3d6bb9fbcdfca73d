package temporalserver

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/tools/common/schema"
	temporalsql "go.temporal.io/server/tools/sql"
	"golang.org/x/sync/errgroup"
)

// unfinished ends the name of a database whose schema is being made.
const unfinished = "_unfinished"

// schemas are the schemas that come with the server, by database.
var schemas = map[string]string{
	mainDatabase:       "postgresql/v12/temporal",
	visibilityDatabase: "postgresql/v12/visibility",
}

// prepareDatabases creates both databases if they do not exist and brings their
// schemas to what this version of the server needs.
func prepareDatabases(ctx context.Context, database *pgx.ConnConfig, logger log.Logger) error {
	group, ctx := errgroup.WithContext(ctx)
	for name := range schemas {
		group.Go(func() error {
			if err := prepareDatabase(ctx, database, name, logger); err != nil {
				return fmt.Errorf("prepare database %s: %w", name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func prepareDatabase(ctx context.Context, database *pgx.ConnConfig, name string, logger log.Logger) error {
	conn, err := pgx.ConnectConfig(ctx, database.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	found, err := exists(ctx, conn, name)
	if err != nil {
		return err
	}
	if found {
		return guard(func() error { return update(database, name, name, logger) })
	}
	return create(ctx, conn, database, name, logger)
}

// create makes a database under another name and renames it when it is complete:
// the server's schema tool cannot go on where it was killed.
func create(ctx context.Context, conn *pgx.Conn, database *pgx.ConnConfig, name string, logger log.Logger) error {
	draft := name + unfinished
	quoted := pgx.Identifier{draft}.Sanitize()
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quoted+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop an unfinished one: %w", err)
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+quoted); err != nil {
		return fmt.Errorf("create it: %w", err)
	}
	err := guard(func() error {
		if err := setUp(database, draft, name, logger); err != nil {
			return err
		}
		return update(database, draft, name, logger)
	})
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+quoted+" RENAME TO "+pgx.Identifier{name}.Sanitize())
	if err != nil && !duplicateDatabase(err) {
		return fmt.Errorf("rename it when complete: %w", err)
	}
	return nil
}

func setUp(database *pgx.ConnConfig, draft, name string, logger log.Logger) error {
	return withTool(database, draft, name, logger, func(db schema.DB) error {
		return schema.NewSetupSchemaTask(db, &schema.SetupConfig{InitialVersion: "0.0"}, logger).Run()
	})
}

func update(database *pgx.ConnConfig, draft, name string, logger log.Logger) error {
	return withTool(database, draft, name, logger, func(db schema.DB) error {
		return schema.NewUpdateSchemaTask(db, &schema.UpdateConfig{DBName: name, SchemaName: schemas[name]}, logger).Run()
	})
}

// withTool runs a task of the server's schema tool on the database draft, which
// the tool believes is called name: it writes that name into the tables.
func withTool(database *pgx.ConnConfig, draft, name string, logger log.Logger, task func(schema.DB) error) error {
	cfg := sqlConfig(database, name)
	cfg.Connect = connector(database, draft)
	db, err := temporalsql.NewConnection(cfg, logger)
	if err != nil {
		return fmt.Errorf("open the schema tool: %w", err)
	}
	defer db.Close()
	return task(db)
}
