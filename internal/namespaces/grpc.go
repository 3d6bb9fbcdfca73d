package namespaces

import (
	"go.temporal.io/api/serviceerror"
	"google.golang.org/grpc/status"
)

// serviceerrorFrom gives the typed form of an error from a bare gRPC client. The
// SDK's client converts them itself; converting again changes nothing.
func serviceerrorFrom(err error) error {
	if err == nil {
		return nil
	}
	if s, ok := status.FromError(err); ok {
		return serviceerror.FromStatus(s)
	}
	return err
}
