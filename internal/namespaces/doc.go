// Package namespaces makes sure that the Temporal server has the namespaces this
// project works in, with the retention it needs. It speaks to any server, the
// embedded one or a cluster; it registers nothing else there.
package namespaces
