package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/streamsuites/streamsuites/internal/control"
)

// How long closed workflows can be looked at.
const (
	mainRetention   = 30 * 24 * time.Hour
	systemRetention = 24 * time.Hour // 2,880 snapshots a day
)

// EnsureNamespaces makes the namespaces that are missing. Those that exist keep
// their settings, which are their operator's. A new namespace takes some seconds
// until every part of the server knows it.
func EnsureNamespaces(ctx context.Context, c client.Client) error {
	for name, retention := range map[string]time.Duration{
		control.Namespace:       mainRetention,
		control.SystemNamespace: systemRetention,
	} {
		_, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: name})
		var missing *serviceerror.NamespaceNotFound
		if err == nil {
			continue
		}
		if !errors.As(err, &missing) {
			return fmt.Errorf("look for the namespace %s: %w", name, err)
		}
		_, err = c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
			Namespace:                        name,
			WorkflowExecutionRetentionPeriod: durationpb.New(retention),
		})
		var exists *serviceerror.NamespaceAlreadyExists
		if err != nil && !errors.As(err, &exists) {
			return fmt.Errorf("make the namespace %s: %w", name, err)
		}
	}
	return nil
}

// EnsureSearchAttributes registers the search attributes of the main namespace.
// Those that exist with the right type are left alone.
func EnsureSearchAttributes(ctx context.Context, c client.Client) error {
	wanted := map[string]enumspb.IndexedValueType{
		control.AttrClipState.GetName():          control.AttrClipState.GetValueType(),
		control.AttrCreator.GetName():            control.AttrCreator.GetValueType(),
		control.AttrPlatform.GetName():           control.AttrPlatform.GetValueType(),
		control.AttrDestinations.GetName():       control.AttrDestinations.GetValueType(),
		control.AttrFailedDestinations.GetName(): control.AttrFailedDestinations.GetValueType(),
	}
	existing, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: control.Namespace})
	if err != nil {
		return fmt.Errorf("list the search attributes: %w", err)
	}
	for name, is := range existing.GetCustomAttributes() {
		want, ours := wanted[name]
		if ours && is != want {
			return fmt.Errorf("the search attribute %s exists as %s, %s is needed: remove it or use another namespace", name, is, want)
		}
		delete(wanted, name)
	}
	if len(wanted) == 0 {
		return nil
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: control.Namespace, SearchAttributes: wanted,
	})
	var exists *serviceerror.AlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("register the search attributes: %w", err)
	}
	return nil
}
