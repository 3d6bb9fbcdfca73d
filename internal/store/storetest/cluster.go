package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
	"github.com/streamsuites/streamsuites/internal/store"
)

// cluster is the private Postgres of one test binary, in a temporary folder.
type cluster struct {
	server *pgserver.Server
	dir    string
}

// startCluster starts a cluster and migrates the template in it.
func startCluster(ctx context.Context) (*cluster, error) {
	dir, err := os.MkdirTemp("", "storetest-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the cluster: %w", err)
	}
	server, err := pgserver.Start(ctx, pgserver.Options{Dir: filepath.Join(dir, "postgres"), Fast: true, Log: zerolog.Nop()})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	c := &cluster{server: server, dir: dir}
	if err := c.create(ctx, template, "template0"); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	if err := store.Migrate(ctx, server.URL(template), zerolog.Nop()); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	return c, nil
}

// create makes a database that is a copy of another one.
func (c *cluster) create(ctx context.Context, name, from string) error {
	conn, err := pgx.Connect(ctx, c.server.URL("postgres"))
	if err != nil {
		return fmt.Errorf("reach the cluster: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	statement := "create database " + pgx.Identifier{name}.Sanitize() + " template " + pgx.Identifier{from}.Sanitize()
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("make the database %s: %w", name, err)
	}
	return nil
}

func (c *cluster) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return errors.Join(c.server.Stop(ctx), os.RemoveAll(c.dir))
}
