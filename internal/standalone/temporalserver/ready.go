package temporalserver

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/streamsuites/streamsuites/internal/namespaces"
)

const readyPoll = 25 * time.Millisecond

// awaitReady returns when the API answers and the project's namespaces can be
// used.
func (s *Server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-s.fate.ended:
			cancel(s.fate.err)
		case <-ctx.Done():
		}
	}()
	conn, err := grpc.NewClient("passthrough:///"+s.HostPort(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("connect to the Temporal server: %w", err)
	}
	defer conn.Close()
	client := workflowservice.NewWorkflowServiceClient(conn)
	if err := awaitAnswer(ctx, client); err != nil {
		return fmt.Errorf("wait for the Temporal server to answer: %w", err)
	}
	return namespaces.Ensure(ctx, client, namespaces.All())
}

func awaitAnswer(ctx context.Context, client workflowservice.WorkflowServiceClient) error {
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		_, err := client.GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{}, grpc.WaitForReady(true))
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w (last answer: %w)", context.Cause(ctx), err)
		}
	}
}
