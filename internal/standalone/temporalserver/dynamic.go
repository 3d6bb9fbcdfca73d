package temporalserver

import (
	"maps"

	"go.temporal.io/server/common/dynamicconfig"
)

// tuning is the server's dynamic configuration for one machine. The values that
// are counts must be of type int: the server ignores other types.
func tuning() dynamicconfig.StaticClient {
	settings := map[string]any{
		// 20 a second for each shard by default, which adds some 45 ms to each
		// step of a workflow when there are few shards.
		"history.transferProcessorMaxPollRPS":   2000,
		"history.timerProcessorMaxPollRPS":      2000,
		"history.visibilityProcessorMaxPollRPS": 200,
		"history.outboundProcessorMaxPollRPS":   200,
		// One partition halves the latency of a queue that few workers poll.
		"matching.numTaskqueueReadPartitions":  1,
		"matching.numTaskqueueWritePartitions": 1,
		// One creator's burst must not hold up the others.
		"matching.enableFairness": true,
		// New search attributes are usable at once; the limits make room for
		// the reads this costs.
		"system.forceSearchAttributesCacheRefreshOnRead": true,
		"frontend.persistenceMaxQPS":                     10000,
		"history.persistenceMaxQPS":                      45000,
		"frontend.namespaceRPS.visibility":               100,
		// A worker that stands still keeps its connection, and the server hands
		// tasks to polls that nobody answers: it has to be missed before the
		// heartbeats, 15 s, are.
		"frontend.keepAliveTime":    "5s",
		"frontend.keepAliveTimeout": "7s",
		// What follows is done for clusters, and costs more than many creators who are
		// offline: to look for endpoints that other servers made, and for backlogs of
		// partitions that do not exist here.
		"matching.nexusEndpointsRefreshInterval": "5m",
		"matching.ephemeralDataUpdateInterval":   "30s",
		// Nothing here calls home.
		"frontend.enableServerVersionCheck": false,
	}
	maps.Copy(settings, sizes())
	return fixed(settings)
}
