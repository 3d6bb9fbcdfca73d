package temporalserver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/iancoleman/strcase"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"go.temporal.io/server/common/config"
	// The plugin registers itself under postgres12_pgx.
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
)

// parseDatabase reads the address without ever putting it, password and all,
// into an error.
func parseDatabase(address string) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errors.New("the address of Temporal's database is not a postgres:// URL that can be understood")
	}
	cfg.RuntimeParams["application_name"] = "temporal"
	return cfg, nil
}

// connector returns the function that opens a pool to the database called name:
// with all that a postgres:// URL can say, which is more than the server's own
// configuration takes.
func connector(database *pgx.ConnConfig, name string) func(*config.SQL) (*sqlx.DB, error) {
	return func(store *config.SQL) (*sqlx.DB, error) {
		cfg := database.Copy()
		cfg.Database = name
		db := sqlx.NewDb(sql.OpenDB(stdlib.GetConnector(*cfg, stdlib.OptionAfterConnect(durationsAsNumbers))), "pgx")
		if err := db.Ping(); err != nil {
			return nil, errors.Join(fmt.Errorf("connect to database %s: %w", name, err), db.Close())
		}
		db.SetMaxOpenConns(store.MaxConns)
		db.SetMaxIdleConns(store.MaxIdleConns)
		db.SetConnMaxIdleTime(connectionIdle)
		db.MapperFunc(strcase.ToSnake) // the server's structs have no db tags
		return db, nil
	}
}

// durationsAsNumbers makes durations nanoseconds in a bigint, as the server's
// tables have them, and not intervals.
func durationsAsNumbers(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterDefaultPgType(time.Duration(0), "int8")
	conn.TypeMap().RegisterDefaultPgType((*time.Duration)(nil), "int8")
	return nil
}

// exists tells whether a database exists.
func exists(ctx context.Context, conn *pgx.Conn, name string) (bool, error) {
	var found bool
	err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("look for database %s: %w", name, err)
	}
	return found, nil
}

// duplicateDatabase recognises that somebody else has just created a database.
func duplicateDatabase(err error) bool {
	failure := (*pgconn.PgError)(nil)
	return errors.As(err, &failure) && failure.Code == "42P04"
}
