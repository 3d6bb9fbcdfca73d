// Package ingest is the data plane: it takes chat off the platforms' readers,
// runs every message through its creator's lane, commits what the lanes decide,
// and only then sends signals and replies.
//
// A Host lives as long as the process. Shards come and go with the control
// plane: RunShard claims a shard's creators and holds them until it is told to
// stop or is overtaken. While a creator is held there is one goroutine that
// evaluates its inputs, the lane; all lanes share one committer.
//
// The package must not touch SQL, Temporal or a platform's wire: those are
// behind the interfaces in ports.go. A producer of chat is never blocked: what
// does not fit is lost, counted and recorded as a gap.
package ingest
