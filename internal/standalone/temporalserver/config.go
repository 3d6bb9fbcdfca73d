package temporalserver

import (
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/common/primitives"
)

const (
	clusterName = "active"
	// shards is fixed for the life of the databases: Temporal cannot change it.
	shards = 4
	// connections is the size of each pool; every one of the four services
	// keeps one for each of the two stores.
	connections = 8
	// connectionIdle is after how long without use a connection is given up. Each is
	// a process of the database server that holds some megabytes for ever, and an idle
	// server needs a fifth of those that it opens at its start.
	connectionIdle = time.Minute
	disabled       = "disabled"
)

// servicePorts are the gRPC ports of the server's four services.
type servicePorts map[primitives.ServiceName]int

func (p servicePorts) address(service primitives.ServiceName) string {
	return fmt.Sprintf("%s:%d", loopback, p[service])
}

// hosts tells the services where the others are, so that they need no gossip.
func (p servicePorts) hosts() map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for service := range p {
		hosts[service] = static.SingleLocalHost(p.address(service))
	}
	return hosts
}

func serverConfig(database *pgx.ConnConfig, ports servicePorts, metricsPort int) *config.Config {
	frontend := ports.address(primitives.FrontendService)
	services := map[string]config.Service{}
	for service, port := range ports {
		services[string(service)] = config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: loopback}}
	}
	return &config.Config{
		Global: config.Global{
			Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback},
			Metrics:    metricsConfig(metricsPort),
		},
		Persistence: config.Persistence{
			DefaultStore:     mainDatabase,
			VisibilityStore:  visibilityDatabase,
			NumHistoryShards: shards,
			DataStores: map[string]config.DataStore{
				mainDatabase:       {SQL: sqlConfig(database, mainDatabase)},
				visibilityDatabase: {SQL: sqlConfig(database, visibilityDatabase)},
			},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		Archival: config.Archival{
			History:    config.HistoryArchival{State: disabled},
			Visibility: config.VisibilityArchival{State: disabled},
		},
		// Without it the server's own workers panic at start.
		PublicClient: config.PublicClient{HostPort: frontend},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: disabled},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: disabled},
		}},
	}
}

// sqlConfig describes one store. The password travels in the connect function
// alone, so that the server cannot log it.
func sqlConfig(database *pgx.ConnConfig, name string) *config.SQL {
	return &config.SQL{
		PluginName:      postgresql.PluginNamePGX,
		DatabaseName:    name,
		ConnectAddr:     fmt.Sprintf("%s:%d", database.Host, database.Port),
		ConnectProtocol: "tcp",
		MaxConns:        connections,
		MaxIdleConns:    connections,
		Connect:         connector(database, name),
	}
}

func metricsConfig(port int) *metrics.Config {
	if port == 0 {
		return nil
	}
	return &metrics.Config{Prometheus: &metrics.PrometheusConfig{
		ListenAddress: fmt.Sprintf("%s:%d", loopback, port),
		HandlerPath:   "/metrics",
	}}
}
