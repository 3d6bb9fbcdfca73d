package roles

import (
	"time"

	"github.com/rs/zerolog"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/httpserver"
	"github.com/streamsuites/streamsuites/internal/logging"
	"github.com/streamsuites/streamsuites/internal/metrics"
	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
	"github.com/streamsuites/streamsuites/workers"
)

// Parts are the collaborators that the roles share.
type Parts struct {
	Dir          statedir.Dir
	Config       *config.Config // as it was at the start
	Store        *store.Store
	DatabaseURL  string
	Temporal     client.Client // of control.Namespace, or the namespace that stands in for it
	System       client.Client // of control.SystemNamespace
	Metrics      *metrics.Metrics
	Children     *process.Registry
	Host         string        // id of this machine's state directory
	ShardTimeout time.Duration // control.ShardTimeout unless it is set
	HTTPAddress  string        // where serve listens
	Log          zerolog.Logger
	Redactor     *logging.Redactor // knows every secret
	Links        []httpserver.Link // shown on the start page

	live   *live                         // set by Run
	vault  func() (*tokens.Vault, error) // set by Run
	logins *loginsSeen                   // set by Run
}

// config is the configuration in force.
func (p Parts) config() *config.Config {
	if p.live == nil {
		return p.Config
	}
	cfg, _ := p.live.config()
	return cfg
}

func (p Parts) base(client client.Client, fatal func(string, error)) workers.Base {
	return workers.Base{Client: client, Log: p.Log, OnFatal: fatal}
}
