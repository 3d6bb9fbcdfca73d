package namespaces

import (
	"context"
	"errors"
	"fmt"
	"time"

	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/streamsuites/streamsuites/internal/control"
)

const (
	// retention keeps closed workflows of people's work for as long as somebody
	// may want to look at, or retry, a failed clip.
	retention = 30 * 24 * time.Hour
	// systemRetention keeps the thousands of housekeeping runs a day no longer
	// than it takes to see what went wrong yesterday.
	systemRetention = 24 * time.Hour
	// visiblePoll is how often a fresh namespace is looked for.
	visiblePoll = 50 * time.Millisecond
)

// Wanted is a namespace as it should be.
type Wanted struct {
	// Name is the namespace's name.
	Name string
	// Description is what `temporal operator namespace describe` shows.
	Description string
	// Retention is how long closed workflows are kept.
	Retention time.Duration
}

// All returns the namespaces of this project.
func All() []Wanted {
	return []Wanted{
		{Name: control.Namespace, Description: "StreamSuites: sessions, captures, clips", Retention: retention},
		{Name: control.SystemNamespace, Description: "StreamSuites: housekeeping", Retention: systemRetention},
	}
}

// Ensure registers what is missing and corrects the retention of what is there,
// then returns when the server that answers client can use all of them. It may
// be called at every start and by several processes at once.
func Ensure(ctx context.Context, client workflowservice.WorkflowServiceClient, wanted []Wanted) error {
	for _, w := range wanted {
		if err := ensure(ctx, client, w); err != nil {
			return fmt.Errorf("ensure namespace %s: %w", w.Name, err)
		}
	}
	for _, w := range wanted {
		if err := awaitUsable(ctx, client, w.Name); err != nil {
			return fmt.Errorf("wait for namespace %s: %w", w.Name, err)
		}
	}
	return nil
}

func ensure(ctx context.Context, client workflowservice.WorkflowServiceClient, w Wanted) error {
	found, err := client.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: w.Name})
	if missing := (*serviceerror.NamespaceNotFound)(nil); errors.As(serviceerrorFrom(err), &missing) {
		return register(ctx, client, w)
	}
	if err != nil {
		return err
	}
	if found.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() == w.Retention {
		return nil
	}
	_, err = client.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: w.Name,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(w.Retention)},
	})
	return err
}

func register(ctx context.Context, client workflowservice.WorkflowServiceClient, w Wanted) error {
	_, err := client.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: w.Name, Description: w.Description,
		WorkflowExecutionRetentionPeriod: durationpb.New(w.Retention),
	})
	if exists := (*serviceerror.NamespaceAlreadyExists)(nil); errors.As(serviceerrorFrom(err), &exists) {
		return nil // somebody else was faster
	}
	return err
}

// awaitUsable asks for workflows until the server's cache knows the namespace,
// which takes a server that was asked for it before it existed about a second.
func awaitUsable(ctx context.Context, client workflowservice.WorkflowServiceClient, name string) error {
	tick := time.NewTicker(visiblePoll)
	defer tick.Stop()
	for {
		_, err := client.CountWorkflowExecutions(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: name})
		if err == nil {
			return nil
		}
		if missing := (*serviceerror.NamespaceNotFound)(nil); !errors.As(serviceerrorFrom(err), &missing) {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
